"""A certificate request (PKCS #10): who asks, with which key, and for SCEP the password that lets them.

Source: RFC 2986; RFC 2985 for the challenge password; Apple's schema, com.apple.security.acme and .scep, for subjects.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Final, NoReturn, TypeAlias

from attrs import field, frozen
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AttributeOID, NameOID, ObjectIdentifier

from ueapi.apple.profiles.certificates import LEAST_EC_BITS, LEAST_RSA_BITS
from ueapi.errors import InvalidModel

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Subject: TypeAlias = Sequence[Sequence[Sequence[str]]]
"""Apple's form of a name, such as `[[["O", "Example"]], [["CN", "phone"]]]`."""

LARGEST: Final = 64 * 1024
"""Bytes of a request; one with an RSA key of 4096 bits has about two thousand."""
_SHORT: Final = {
    "C": NameOID.COUNTRY_NAME,
    "CN": NameOID.COMMON_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
}
_UNREADABLE: Final = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
_REMEDY: Final = "Ask again with a request that its own key signed; no certificate was issued."


@frozen(kw_only=True)
class CertificateRequest:
    """A request whose own key signed it. `password` is SCEP's challenge password."""

    key: PublicKey
    original: x509.CertificateSigningRequest = field(repr=False)
    password: bytes | None = field(default=None, repr=False)

    def is_let_in_by(self, password: str) -> bool:
        """Whether it carries that password; takes the same time either way."""
        return self.password is not None and hmac.compare_digest(self.password, password.encode())


def build_request(subject: Subject, key: PrivateKey, *, password: str | None = None) -> bytes:
    """A signed request, DER.

    Raises:
        InvalidModel: the subject is no name.
    """
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject_name(subject))
    if password is not None:
        builder = builder.add_attribute(AttributeOID.CHALLENGE_PASSWORD, password.encode())
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def read_request(content: bytes) -> CertificateRequest:
    """Read a request, and make sure that whoever sends it has the key.

    Raises:
        InvalidModel: no request, altered, signed by another key or weakly, or with a key of another kind than RSA or
            EC, or a short one.
    """
    if len(content) > LARGEST:
        _refuse(f"it has {len(content)} bytes, over the limit of {LARGEST}")
    try:
        original = x509.load_der_x509_csr(content)
        key, is_right = original.public_key(), original.is_signature_valid
        digest = original.signature_hash_algorithm
    except _UNREADABLE as problem:
        _refuse(f"it can't be read ({type(problem).__name__})")
    if not is_right:
        _refuse("its own key did not sign it")
    if not isinstance(digest, hashes.SHA256 | hashes.SHA384 | hashes.SHA512):
        _refuse("it is signed with a weak digest")
    return CertificateRequest(key=_usable(key), original=original, password=_password(original))


def subject_name(subject: Subject) -> x509.Name:
    """The name out of Apple's form of it.

    Raises:
        InvalidModel: a part is no pair, its kind is neither an OID nor one of C, CN, L, O, OU and ST, or its value is
            none that a certificate can hold.
    """
    try:
        return x509.Name([x509.RelativeDistinguishedName(map(_pair, part)) for part in subject])
    except _UNREADABLE as problem:
        _refuse(f"its subject is no name ({type(problem).__name__})")


def same_key(one: PublicKey, other: object) -> bool:
    """Whether two public keys are one."""
    return isinstance(other, ec.EllipticCurvePublicKey | rsa.RSAPublicKey) and one == other


def key_bytes(key: PublicKey) -> bytes:
    """A public key as certificates hold it (SubjectPublicKeyInfo, DER)."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _pair(pair: Sequence[str]) -> x509.NameAttribute[str]:
    kind, value = pair
    return x509.NameAttribute(_SHORT.get(kind) or ObjectIdentifier(kind), value)


def _usable(key: object) -> PublicKey:
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        _refuse("its key is neither RSA nor EC")
    least = LEAST_RSA_BITS if isinstance(key, rsa.RSAPublicKey) else LEAST_EC_BITS
    if key.key_size < least:
        _refuse("its key is too short")
    return key


def _password(original: x509.CertificateSigningRequest) -> bytes | None:
    try:
        return original.attributes.get_attribute_for_oid(AttributeOID.CHALLENGE_PASSWORD).value
    except x509.AttributeNotFound:
        return None
    except _UNREADABLE as problem:
        _refuse(f"its attributes can't be read ({type(problem).__name__})")


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this certificate request can't be used: {why}.", remedy=_REMEDY)
