"""What matters of a certificate here, read once from bytes nobody vouches for."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Final, NoReturn, TypeVar

from attrs import field, frozen
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtensionOID

from ueapi.errors import InvalidModel

LEAST_RSA_BITS: Final = 2048
"""Shorter RSA keys are within reach of a forger. Source: NIST SP 800-131A."""
LEAST_EC_BITS: Final = 224
"""Shorter elliptic curves are within reach of a forger. Source: NIST SP 800-131A."""

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)
_LONGEST_NAME: Final = 300
_UNDERSTOOD: Final = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        # These two say nothing about signing a profile.
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        # Policies only narrow what a verifier asks for, and none is asked for.
        ExtensionOID.CERTIFICATE_POLICIES,
    }
)
_STRONG: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_EDWARDS: Final = (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)
_REMEDY: Final = "Use a certificate made by the rules of RFC 5280; nothing was changed."


@frozen(kw_only=True)
class Certificate:
    """A certificate with its properties read. Names are safe to show: they hold no control characters."""

    original: x509.Certificate = field(repr=False)
    subject: str
    issuer: str
    begins: datetime
    ends: datetime
    is_authority: bool
    path_length: int | None
    signs_certificates: bool
    signs_content: bool
    is_understood: bool
    key_identifier: bytes | None = field(repr=False)


def read_certificate(original: x509.Certificate) -> Certificate:
    """Read the properties of a certificate; its signature is not looked at.

    Raises:
        InvalidModel: a part of it breaks the format.
    """
    try:
        return _read(original)
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        _refuse("a part of it breaks the format")


def shown(name: x509.Name) -> str:
    """A name as text (RFC 4514), without control characters and of bounded length.

    Raises:
        ValueError: the name breaks the format.
    """
    text = name.rfc4514_string()
    # "C" are control and formatting characters, such as those that turn the direction of writing.
    clean = "".join(
        sign for sign in text if unicodedata.category(sign)[0] != "C" and sign not in "\u2028\u2029"
    )
    return clean if len(clean) <= _LONGEST_NAME else f"{clean[: _LONGEST_NAME - 1]}…"


def is_strong_key(certificate: x509.Certificate) -> bool:
    """Whether the key in a certificate is of a known kind and long enough."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= LEAST_RSA_BITS
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.key_size >= LEAST_EC_BITS
    return isinstance(key, _EDWARDS)


def is_strongly_signed(certificate: x509.Certificate) -> bool:
    """Whether a certificate was signed with SHA-256 or better."""
    try:
        digest = certificate.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return False
    # The Edwards curves name no digest: it is part of them.
    return digest is None or isinstance(digest, _STRONG)


def _read(original: x509.Certificate) -> Certificate:
    extensions = original.extensions
    constraints = _found(extensions, x509.BasicConstraints)
    usage = _found(extensions, x509.KeyUsage)
    key = _found(extensions, x509.SubjectKeyIdentifier)
    return Certificate(
        original=original,
        subject=shown(original.subject),
        issuer=shown(original.issuer),
        begins=original.not_valid_before_utc,
        ends=original.not_valid_after_utc,
        is_authority=constraints is not None and constraints.ca,
        path_length=None if constraints is None else constraints.path_length,
        signs_certificates=usage is None or usage.key_cert_sign,
        signs_content=usage is None or usage.digital_signature or usage.content_commitment,
        is_understood=all(entry.oid in _UNDERSTOOD for entry in extensions if entry.critical),
        key_identifier=None if key is None else key.digest,
    )


def _found(extensions: x509.Extensions, kind: type[_Kind]) -> _Kind | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this certificate can't be used: {why}.", remedy=_REMEDY)
