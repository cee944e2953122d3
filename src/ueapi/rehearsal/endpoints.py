"""What phones reach of a service: one message in, one answer or refusal out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ueapi.errors import InvalidModel
from ueapi.rehearsal.proving import SIGNATURE, Received, certificate_of
from ueapi.rehearsal.refusing import Refused, broken, refusal
from ueapi.rehearsal.routing import Straight


def bearer(headers: Mapping[str, str]) -> str:
    """The token of an Authorization header, or nothing."""
    return _token(headers.get("authorization", ""))


async def body_of(receive: Receive) -> bytes:
    """All that was sent; a connection that ends early has sent no more."""
    parts, is_more = [], True
    while is_more:
        message = await receive()
        parts.append(message.get("body", b""))
        is_more = message.get("more_body", False)
    return b"".join(parts)


@frozen
class Guarded(Straight):
    """An endpoint for phones, with refusals turned into responses."""

    answer: Callable[[Received], Response]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one message."""
        sent = {name: value for name, value in scope["headers"] if name in _READ}
        token = _token(sent.get(_AUTHORIZATION, b"").decode("latin-1"))
        message = Received(
            token or scope["path_params"].get("token", ""),
            await body_of(receive),
            certificate_of(scope),
            sent.get(SIGNATURE, b"").decode("latin-1"),
        )
        response = self._answered(message)
        await response(scope, receive, send)

    def _answered(self, message: Received) -> Response:
        try:
            return self.answer(message)
        except (Refused, InvalidModel) as problem:
            return broken(message.body) or refusal(problem)


_AUTHORIZATION = b"authorization"
_READ = frozenset({_AUTHORIZATION, SIGNATURE})


def _token(value: str) -> str:
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
