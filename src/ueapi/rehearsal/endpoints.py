"""What phones reach of a service: one message in, one answer or refusal out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ueapi.errors import InvalidModel
from ueapi.rehearsal.refusing import Refused, broken, refusal


def bearer(headers: Mapping[str, str]) -> str:
    """The token of an Authorization header, or nothing."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _body(receive: Receive) -> bytes:
    """All a phone sent; a connection that ends early has sent no more."""
    parts, is_more = [], True
    while is_more:
        message = await receive()
        parts.append(message.get("body", b""))
        is_more = message.get("more_body", False)
    return b"".join(parts)


@frozen
class Guarded:
    """An endpoint for phones, with refusals turned into responses."""

    answer: Callable[[str, bytes], Response]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one message."""
        token = bearer(Headers(scope=scope)) or scope["path_params"].get("token", "")
        response = self._answered(token, await _body(receive))
        await response(scope, receive, send)

    def _answered(self, token: str, body: bytes) -> Response:
        try:
            return self.answer(token, body)
        except (Refused, InvalidModel) as problem:
            return broken(body) or refusal(problem)
