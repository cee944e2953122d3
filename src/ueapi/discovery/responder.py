"""The responder: answers service discovery for each person, as an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

from attrs import define, field, frozen

from ueapi.apple.enrollment import Refusal, RefusalCode, discovery
from ueapi.discovery.shelf import Shelf

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HEALTH: Final = "/healthz"
_LONGEST_QUERY: Final = 4096
_FAMILIES: Final = frozenset(f.value for f in discovery.ModelFamily)
_REFUSED: Final = Refusal(
    code=RefusalCode.DISCOVERY_FAILED,
    description="no answer is set for this person",
    message="Your organization has not invited you to enroll yet.",
)


@frozen(kw_only=True)
class Answered:
    """One line of the audit log: which answer went to what kind of device, and nothing about the person."""

    outcome: str
    """Name of the answer, "refused", "not-found", "bad-request" or "bad-method"."""
    family: str
    number: int
    """Of the list that was in use."""
    halted: bool


def _unheard(line: Answered) -> None:
    del line


@frozen
class _Reply:
    status: int
    body: bytes = b""
    kind: str = discovery.CONTENT_TYPE
    outcome: str = ""
    family: str = ""


@define(eq=False)
class Responder:
    """The application. It keeps no state but what the shelf holds, so several can run side by side."""

    shelf: Shelf
    audit: Callable[[Answered], None] = field(default=_unheard, repr=False)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        del receive
        self.shelf.look()
        reply = self._reply(scope)
        if reply.outcome:
            self.audit(
                Answered(
                    outcome=reply.outcome,
                    family=reply.family,
                    number=self.shelf.current.number,
                    halted=self.shelf.is_halted,
                )
            )
        await _sent(send, reply, with_body=scope["method"] != "HEAD")

    def _reply(self, scope: Message) -> _Reply:
        path, method = scope["path"], scope["method"]
        if path == HEALTH:
            return _Reply(200, f"list {self.shelf.current.number}\n".encode(), "text/plain")
        if path != discovery.WELL_KNOWN:
            return _Reply(404, outcome="not-found")
        if method not in ("GET", "HEAD"):
            return _Reply(405, outcome="bad-method")
        query = scope.get("query_string", b"")
        if len(query) > _LONGEST_QUERY:
            return _Reply(400, outcome="bad-request")
        return self._answer(query.decode("latin-1"))

    def _answer(self, query: str) -> _Reply:
        # In an address a plus is a plus, however a device writes it, and a space is never there.
        asked = parse_qs(query.replace("+", "%2B"))
        address = asked.get("user-identifier", [""])[-1]
        given = asked.get("model-family", [""])[-1]
        family = given if given in _FAMILIES else "other"
        allowed = self.shelf.current
        name = allowed.default if self.shelf.is_halted else allowed.answer_to(address, given)
        if name is None:
            return _Reply(403, _REFUSED.to_json(), outcome="refused", family=family)
        body = allowed.answers[name].document.to_json()
        return _Reply(200, body, outcome=name, family=family)


async def _sent(send: Send, reply: _Reply, *, with_body: bool) -> None:
    headers = [
        (b"content-type", reply.kind.encode()),
        (b"content-length", str(len(reply.body)).encode()),
        # An answer that is kept would steer the person after the list has changed.
        (b"cache-control", b"no-store"),
    ]
    if reply.status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = reply.body if with_body else b""
    await send({"type": "http.response.body", "body": body})
