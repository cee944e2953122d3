"""What a SCEP server hands out of itself: the authority, and who takes requests and signs answers in its place.

Source: RFC 8894, sections 2.1.2 and 4.2: a server can have a registration authority (RA), and one certificate for
signing and another one for encryption.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, NoReturn

from attrs import frozen
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from ueapi.apple.enrollment.certificate_loading import load_bundle, load_certificate
from ueapi.apple.profiles.certificates import UNREADABLE, read_certificate
from ueapi.errors import InvalidModel

AUTHORITY_TYPE: Final = "application/x-x509-ca-cert"
AUTHORITIES_TYPE: Final = "application/x-x509-ca-ra-cert"
LARGEST: Final = 256 * 1024
"""Bytes of what a server hands out as certificates."""
MOST: Final = 8
"""Certificates a server hands out."""
_DIGESTS: Final = {16: hashlib.md5, 20: hashlib.sha1, 32: hashlib.sha256, 64: hashlib.sha512}
_REMEDY: Final = "The server breaks the protocol; no certificate was issued."


@frozen(kw_only=True)
class HandedOut:
    """The certificates of a server. To `recipient` requests are encrypted; any of them may sign answers."""

    certificates: tuple[x509.Certificate, ...]
    recipient: x509.Certificate

    @property
    def issuer(self) -> x509.Name:
        """The name of the authority that issues."""
        found = self.recipient
        return found.subject if _is_authority(found) else found.issuer

    def has(self, fingerprint: bytes) -> bool:
        """Whether the recipient, or an authority above it, has that MD5, SHA-1, SHA-256 or SHA-512 fingerprint."""
        digest = _DIGESTS.get(len(fingerprint))
        if digest is None:
            return False
        above = (one.public_bytes(Encoding.DER) for one in self._above())
        return any(digest(der).digest() == fingerprint for der in above)

    def _above(self) -> tuple[x509.Certificate, ...]:
        """The recipient, its issuer, and so on as far as they were handed out."""
        found = [self.recipient]
        while above := [
            one for one in self.certificates if one not in found and _issued(found[-1], one)
        ]:
            found.append(above[0])
        return tuple(found)


def write_certificates(found: Sequence[x509.Certificate]) -> bytes:
    """Certificates in a signed message without signer, as SCEP and GetCACert hand out several."""
    return pkcs7.serialize_certificates(list(found), Encoding.DER)


def read_certificates(content: bytes) -> tuple[x509.Certificate, ...]:
    """Read what `write_certificates` writes.

    Raises:
        InvalidModel: anything else.
    """
    if len(content) > LARGEST:
        _refuse(f"they have {len(content)} bytes")
    try:
        found = tuple(load_bundle(content))
    except UNREADABLE:
        _refuse("there are none")
    return found or _refuse("there are none")


def read_authority(content_type: str, content: bytes) -> HandedOut:
    """What the answer to GetCACert holds.

    Raises:
        InvalidModel: no certificate, too many, or none that a request can be encrypted to.
    """
    if content_type.partition(";")[0].strip().lower() == AUTHORITIES_TYPE:
        found = read_certificates(content)
    else:
        found = (_only(content),)
    if len(found) > MOST:
        _refuse(f"there are more than {MOST}")
    return HandedOut(certificates=found, recipient=_recipient(found))


def _only(content: bytes) -> x509.Certificate:
    if len(content) > LARGEST:
        _refuse(f"one has {len(content)} bytes")
    try:
        return load_certificate(content)
    except UNREADABLE:
        _refuse("the authority's can't be read")


def _recipient(found: Sequence[x509.Certificate]) -> x509.Certificate:
    """The registration authority, of several the one that takes keys; else the authority that issued no other one."""
    able = [one for one in found if isinstance(one.public_key(), rsa.RSAPublicKey)]
    if not able:
        _refuse("none has an RSA key")
    registering = [one for one in able if not _is_authority(one)]
    if registering:
        return next((one for one in registering if _takes_keys(one)), registering[0])
    lowest = [one for one in able if not any(_issued(o, one) for o in found if o != one)]
    return (lowest or able)[0]


def _is_authority(one: x509.Certificate) -> bool:
    return read_certificate(one).is_authority or one.issuer == one.subject


def _takes_keys(one: x509.Certificate) -> bool:
    try:
        usage = one.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return usage.key_encipherment


def _issued(one: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(by)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False
    return True


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(
        f"the certificates of this SCEP server can't be used: {why}.", remedy=_REMEDY
    )
