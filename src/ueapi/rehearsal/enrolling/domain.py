"""The organization's own web server: it answers service discovery, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs

from attrs import define, field, frozen

from ueapi.apple.enrollment import Refusal, RefusalCode, discovery
from ueapi.rehearsal.wire import Application, Message, Receive, Send

_NOT_YET: Final = Refusal(code=RefusalCode.DISCOVERY_FAILED, message="Nobody has invited you yet.")


@frozen
class Domain:
    """`leads_to` says where a person of this address enrolls now: a `BaseURL`, or `None` for a refusal.

    `version` is the kind of enrollment: of the person's own phone, or of one that the organization owns.
    """

    leads_to: Callable[[str], str | None]
    version: discovery.Version = discovery.Version.BYOD

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del receive
        status, body = self._answer(scope)
        headers = [
            (b"content-type", discovery.CONTENT_TYPE.encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Message) -> tuple[int, bytes]:
        if scope["path"] != discovery.WELL_KNOWN:
            return 404, b""
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        base_url = self.leads_to(asked.get("user-identifier", [""])[-1])
        if base_url is None:
            return 403, _NOT_YET.to_json()
        return 200, discovery.document(base_url, self.version).to_json()


@define(eq=False)
class Handover:
    """A domain that an administrator hands over: `before` answers until then, and `after` from then on."""

    before: Application
    after: Application
    is_done: bool = field(default=False, init=False)

    def do(self) -> None:
        """Hand it over."""
        self.is_done = True

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Have whoever it is answer."""
        await (self.after if self.is_done else self.before)(scope, receive, send)
