"""A service vouches for a Managed Apple ID where Apple's identity service asks for it. Source: Apple, Get Token."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import field, frozen
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.responses import Response

from ueapi.apple import mdm
from ueapi.apple.mdm.maid import MaidToken
from ueapi.rehearsal.refusing import Refused, problem

CAPABILITY: Final = "com.apple.mdm.token"
"""The ServerCapabilities of a service that answers; without it no device asks."""
_CONTENT_TYPE: Final = "application/xml"


@frozen(kw_only=True)
class Vouching:
    """What a service signs with: the UUID Apple knows it by, and the key whose certificate is registered there."""

    server: str
    key: rsa.RSAPrivateKey = field(repr=False, eq=False)

    def answer(self, message: mdm.GetToken, *, at: datetime, id: str) -> Response:  # noqa: A002 - Apple's jti
        """The token for the device; `id` is used once.

        Raises:
            Refused: it asks for a token of another service.
        """
        if message.service is not mdm.TokenService.MANAGED_APPLE_ID:
            raise no_token()
        token = MaidToken(server=self.server, at=at, id=id).signed(self.key)
        return Response(token.to_plist(), media_type=_CONTENT_TYPE)


def no_token() -> Refused:
    """The answer of a service that hands out no such token."""
    return Refused(problem(400, "this service hands out no such token"))
