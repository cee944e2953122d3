"""The token by which a management service shows Apple that it belongs to the organization of a Managed Apple Account.

The service signs it with the key whose certificate is registered for it in Apple Business or School Manager. Source:
Apple, Device Management, Get Token.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NoReturn

from attrs import frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ueapi.apple.enrollment.jose import from_base64url, read_json, to_base64url, write_json
from ueapi.apple.mdm.checkin_calls import TokenData, TokenService
from ueapi.errors import InvalidModel

_ALGORITHM: Final = "RS256"
_REMEDY: Final = "The token proves nothing; treat the account as not confirmed."


@frozen(kw_only=True)
class MaidToken:
    """What the service says: who it is (`server`, the UUID Apple gave it), when, and a name used once."""

    server: str
    at: datetime
    id: str

    def signed(self, key: rsa.RSAPrivateKey) -> TokenData:
        """The token as the device gets it (JWT, RS256)."""
        claims = {
            "iss": self.server,
            "iat": int(self.at.timestamp()),
            "jti": self.id,
            "service_type": TokenService.MANAGED_APPLE_ID.value,
        }
        head = write_json({"alg": _ALGORITHM, "typ": "JWT"})
        covered = f"{to_base64url(head)}.{to_base64url(write_json(claims))}"
        signature = key.sign(covered.encode(), padding.PKCS1v15(), hashes.SHA256())
        return TokenData(f"{covered}.{to_base64url(signature)}".encode())


def claims_of(token: TokenData, key: rsa.RSAPublicKey) -> Mapping[str, object]:
    """What a token says, once its signature is right. That `jti` was never used before is for the reader to see.

    Raises:
        InvalidModel: no such token, by another key, or for another service.
    """
    parts = token.token.decode("ascii", "replace").split(".")
    if len(parts) != 3:
        _refuse("it has not three parts")
    head = read_json(from_base64url(parts[0], "the head"), "the head")
    if head.get("alg") != _ALGORITHM:
        _refuse(f"alg is not {_ALGORITHM}")
    signature = from_base64url(parts[2], "the signature")
    try:
        key.verify(
            signature, f"{parts[0]}.{parts[1]}".encode(), padding.PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature:
        _refuse("its signature does not fit")
    claims = read_json(from_base64url(parts[1], "the claims"), "the claims")
    if claims.get("service_type") != TokenService.MANAGED_APPLE_ID:
        _refuse("it is for another service")
    return claims


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this token of a management service can't be used: {why}.", remedy=_REMEDY)
