"""What matters of a certificate here, read once from bytes nobody vouches for."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NoReturn

from asn1crypto import x509 as asn1_x509
from attrs import field, frozen
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from ueapi.apple.profiles.der import element, tagged
from ueapi.apple.profiles.names import Name, read_name
from ueapi.errors import InvalidModel

LEAST_RSA_BITS: Final = 2048
"""Shorter RSA keys are within reach of a forger. Source: NIST SP 800-131A."""
LEAST_EC_BITS: Final = 224
"""Shorter elliptic curves are within reach of a forger. Source: NIST SP 800-131A."""

_UNDERSTOOD: Final = frozenset(
    {
        "basic_constraints",
        "key_usage",
        # These two say nothing about signing a profile.
        "extended_key_usage",
        "subject_alt_name",
        # Policies only narrow what a verifier asks for, and none is asked for.
        "certificate_policies",
    }
)
_FOR_CONTENT: Final = frozenset({"digital_signature", "non_repudiation"})
UNREADABLE: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    x509.InvalidVersion,
)
"""What the libraries raise at certificates and messages that break their format."""
_STRONG: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_EDWARDS: Final = (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)
_VERSION, _EXTENSIONS = tagged(0), tagged(3)
_KEPT: Final = 32
_REMEDY: Final = "Use a certificate made by the rules of RFC 5280; nothing was changed."


@frozen(kw_only=True)
class Certificate:
    """A certificate with its properties read. Names are safe to show: they hold no control characters."""

    original: x509.Certificate = field(repr=False)
    subject_name: Name
    issuer_name: Name
    begins: datetime
    ends: datetime
    is_authority: bool
    path_length: int | None
    signs_certificates: bool
    signs_content: bool
    is_understood: bool
    key_identifier: bytes | None = field(repr=False)

    @property
    def subject(self) -> str:
        """Whose certificate it is, as text."""
        return self.subject_name.text

    @property
    def issuer(self) -> str:
        """Who signed it, as text."""
        return self.issuer_name.text


@lru_cache(maxsize=_KEPT)
def read_certificate(original: x509.Certificate) -> Certificate:
    """Read the properties of a certificate; its signature is not looked at.

    Those of authorities are asked for with every signature, so the last ones are kept.

    Raises:
        InvalidModel: a part of it breaks the format.
    """
    try:
        return _read(original)
    except UNREADABLE:
        _refuse("a part of it breaks the format")


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
    # The other library builds names with a warning for each odd one, so names and extensions are read by this one.
    first, *others = element(original.tbs_certificate_bytes).parts()
    # Only a certificate that tells its version may have extensions, which come last (RFC 5280, section 4.1).
    _serial, _digest, issuer, _validity, subject, _key, *further = (
        others if first.tag == _VERSION else [first, *others]
    )
    says = _extensions(b"".join(one.body for one in further if one.tag == _EXTENSIONS))
    return Certificate(
        original=original,
        subject_name=_name(subject.whole),
        issuer_name=_name(issuer.whole),
        begins=original.not_valid_before_utc,
        ends=original.not_valid_after_utc,
        is_authority=says.is_authority,
        path_length=says.path_length,
        signs_certificates=says.signs_certificates,
        signs_content=says.signs_content,
        is_understood=says.is_understood,
        key_identifier=says.key_identifier,
    )


@frozen(kw_only=True)
class _Extensions:
    """What the extensions of a certificate come to."""

    is_authority: bool
    path_length: int | None
    signs_certificates: bool
    signs_content: bool
    is_understood: bool
    key_identifier: bytes | None = field(repr=False)


@lru_cache(maxsize=_KEPT)
def _name(encoded: bytes) -> Name:
    """A name by its bytes; an authority's comes again with all that it issued."""
    return read_name(asn1_x509.Name.load(encoded, strict=True))


@lru_cache(maxsize=_KEPT)
def _extensions(encoded: bytes) -> _Extensions:
    """Extensions by their bytes, empty where there are none; many certificates of one authority have the same."""
    load = asn1_x509.Extensions.load
    extensions = load(encoded, strict=True) if encoded else asn1_x509.Extensions([])
    parsed = asn1_x509.Certificate({"tbs_certificate": {"extensions": extensions}})
    constraints, usage = parsed.basic_constraints_value, parsed.key_usage_value
    allowed = None if usage is None else usage.native
    return _Extensions(
        is_authority=constraints is not None and constraints["ca"].native,
        path_length=None if constraints is None else constraints["path_len_constraint"].native,
        signs_certificates=allowed is None or "key_cert_sign" in allowed,
        signs_content=allowed is None or not _FOR_CONTENT.isdisjoint(allowed),
        is_understood=_is_understood(extensions),
        key_identifier=parsed.key_identifier,
    )


def _is_understood(extensions: Any) -> bool:  # noqa: ANN401 - the parser has no types
    names = [entry["extn_id"].native for entry in extensions]
    if len(set(names)) < len(names):
        raise ValueError("an extension is there twice")
    return all(
        entry["extn_id"].native in _UNDERSTOOD for entry in extensions if entry["critical"].native
    )


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this certificate can't be used: {why}.", remedy=_REMEDY)
