"""Signed JSON as ACME uses it: one ES256 signature by a P-256 key, and who signed named by key or by account.

Source: RFC 7515 (flattened serialization); RFC 7517 and RFC 7638 for keys; RFC 8555, section 6.2.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from typing import Final, NoReturn

from attrs import field, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from ueapi.errors import InvalidModel

CONTENT_TYPE: Final = "application/jose+json"
ALGORITHM: Final = "ES256"
LARGEST: Final = 256 * 1024
"""Bytes of one signed message; one with an attestation has a few thousand."""

_WRITER: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_READER: Final = json.JSONDecoder()
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")
_PADDING: Final = (b"", b"===", b"==", b"=")
_CURVE: Final = "P-256"
_WIDTH: Final = 32
_ALPHABET: Final = re.compile(r"[A-Za-z0-9_-]*")
_MEMBERS: Final = frozenset({"protected", "payload", "signature"})
_SIGNED_WITH: Final = ec.ECDSA(hashes.SHA256())
_REMEDY: Final = "The sender breaks the protocol; nothing was issued."


def to_base64url(content: bytes) -> str:
    """Base64 for addresses, without padding."""
    return b2a_base64(content, newline=False).translate(_TO_URL).rstrip(b"=").decode()


def from_base64url(text: object, what: str) -> bytes:
    """Read base64 for addresses; padding is not allowed.

    Raises:
        InvalidModel: no text, or other characters in it. `what` names the place.
    """
    if not isinstance(text, str) or not _ALPHABET.fullmatch(text):
        refuse(f"{what} is no base64url without padding")
    try:
        return a2b_base64(text.encode().translate(_FROM_URL) + _PADDING[len(text) % 4])
    except (binascii.Error, ValueError):
        refuse(f"{what} is no base64url without padding")


def read_json(content: bytes, what: str) -> Mapping[str, object]:
    """Read a JSON object within bounds.

    Raises:
        InvalidModel: anything else. `what` names it.
    """
    if len(content) > LARGEST:
        refuse(f"{what} has {len(content)} bytes, over the limit of {LARGEST}")
    try:
        found: object = _READER.decode(content.decode())
    except (ValueError, RecursionError):
        refuse(f"{what} is no JSON")
    if not isinstance(found, dict):
        refuse(f"{what} is no JSON object")
    return found


def write_json(value: Mapping[str, object]) -> bytes:
    """JSON without spaces."""
    return _WRITER.encode(value).encode()


@frozen(kw_only=True)
class Jwk:
    """A public key on P-256; `x` and `y` have 32 bytes each."""

    x: bytes = field(repr=False)
    y: bytes = field(repr=False)

    @classmethod
    def of(cls, key: ec.EllipticCurvePublicKey) -> Jwk:
        """The form of a key.

        Raises:
            InvalidModel: the key is on another curve.
        """
        if not isinstance(key.curve, ec.SECP256R1):
            refuse("the account's key is not on P-256")
        numbers = key.public_numbers()
        return cls(x=numbers.x.to_bytes(_WIDTH, "big"), y=numbers.y.to_bytes(_WIDTH, "big"))

    @classmethod
    def from_json(cls, row: object) -> Jwk:
        """Read a key from a header.

        Raises:
            InvalidModel: another kind of key, or a coordinate of another length.
        """
        if not isinstance(row, dict) or (row.get("kty"), row.get("crv")) != ("EC", _CURVE):
            refuse("jwk is no key on P-256")
        if "d" in row:
            refuse("jwk holds a private key")
        x, y = from_base64url(row.get("x"), "jwk.x"), from_base64url(row.get("y"), "jwk.y")
        if (len(x), len(y)) != (_WIDTH, _WIDTH):
            refuse("a coordinate of jwk has not 32 bytes")
        return cls(x=x, y=y)

    def to_json(self) -> Mapping[str, str]:
        """The members of RFC 7638, in their order."""
        return {"crv": _CURVE, "kty": "EC", "x": to_base64url(self.x), "y": to_base64url(self.y)}

    @property
    def thumbprint(self) -> str:
        """The key's name. Source: RFC 7638."""
        return to_base64url(hashlib.sha256(write_json(self.to_json())).digest())

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The key itself.

        Raises:
            InvalidModel: the point is not on the curve.
        """
        x, y = int.from_bytes(self.x, "big"), int.from_bytes(self.y, "big")
        try:
            return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        except ValueError:
            refuse("the point of jwk is not on the curve")


@frozen(kw_only=True)
class Protected:
    """The signed header: a fresh nonce, the address it is sent to, and the signer as exactly one of key and account."""

    nonce: str = field(repr=False)
    url: str
    jwk: Jwk | None = None
    kid: str | None = None

    def to_json(self) -> bytes:
        """The header as it is signed."""
        signer = {"kid": self.kid} if self.jwk is None else {"jwk": self.jwk.to_json()}
        return write_json({"alg": ALGORITHM, **signer, "nonce": self.nonce, "url": self.url})


@frozen(kw_only=True)
class SignedRequest:
    """A signed message as received. `payload` counts only once `verify` went through."""

    protected: Protected
    payload: bytes = field(repr=False)
    covered: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def verify(self, key: ec.EllipticCurvePublicKey) -> None:
        """Make sure that this key signed it.

        Raises:
            InvalidModel: it didn't, or something was altered.
        """
        r, s = (int.from_bytes(half, "big") for half in _halves(self.signature))
        try:
            key.verify(encode_dss_signature(r, s), self.covered, _SIGNED_WITH)
        except InvalidSignature:
            refuse("the signature does not fit")


def sign_request(payload: bytes, *, protected: Protected, key: ec.EllipticCurvePrivateKey) -> bytes:
    """A signed message as it is sent; an empty payload asks for something (RFC 8555, section 6.3)."""
    head, body = to_base64url(protected.to_json()), to_base64url(payload)
    r, s = decode_dss_signature(key.sign(f"{head}.{body}".encode(), _SIGNED_WITH))
    signature = to_base64url(r.to_bytes(_WIDTH, "big") + s.to_bytes(_WIDTH, "big"))
    # None of the parts needs quoting, so there is nothing to encode.
    return f'{{"protected":"{head}","payload":"{body}","signature":"{signature}"}}'.encode()


def read_request(body: bytes) -> SignedRequest:
    """Take a signed message apart; the signature is checked by `SignedRequest.verify`.

    Raises:
        InvalidModel: not the flattened form, unprotected parts, another algorithm, not exactly one of `jwk` and `kid`,
            or a nonce or an address missing.
    """
    row = read_json(body, "the message")
    if set(row) != _MEMBERS:
        refuse("the message has other members than protected, payload and signature")
    head, payload = row["protected"], row["payload"]
    protected = _protected(read_json(from_base64url(head, "protected"), "protected"))
    return SignedRequest(
        protected=protected,
        payload=from_base64url(payload, "payload"),
        covered=f"{head}.{payload}".encode(),
        signature=from_base64url(row["signature"], "signature"),
    )


def _protected(row: Mapping[str, object]) -> Protected:
    if row.get("alg") != ALGORITHM:
        refuse(f"alg is not {ALGORITHM}")
    if "crit" in row:
        refuse("crit demands what is not understood here")
    if ("jwk" in row) is ("kid" in row):
        refuse("exactly one of jwk and kid names the signer")
    nonce, url, kid = (row.get(key) for key in ("nonce", "url", "kid"))
    if not isinstance(nonce, str) or not nonce or not _ALPHABET.fullmatch(nonce):
        refuse("nonce is missing or no base64url")
    if not isinstance(url, str) or not url:
        refuse("url is missing or no text")
    if "jwk" in row:
        return Protected(nonce=nonce, url=url, jwk=Jwk.from_json(row["jwk"]))
    if not isinstance(kid, str) or not kid:
        refuse("kid is no text")
    return Protected(nonce=nonce, url=url, kid=kid)


def _halves(signature: bytes) -> tuple[bytes, bytes]:
    if len(signature) != 2 * _WIDTH:
        refuse("the signature has not 64 bytes")
    return signature[:_WIDTH], signature[_WIDTH:]


def refuse(why: str) -> NoReturn:
    """Say why a message can't be used, without its values.

    Raises:
        InvalidModel: always.
    """
    raise InvalidModel(f"this message can't be used for a certificate: {why}.", remedy=_REMEDY)
