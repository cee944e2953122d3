"""The attestation by which Apple vouches for a key: whose device it is in, and that it was made just now.

Source: Apple's schema, DevicePropertiesAttestation, for the properties; the draft on device attestation for ACME for
the form; Apple's developer forum for the freshness code, which is the SHA-256 of the challenge's token.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NoReturn

from attrs import field, frozen
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ObjectIdentifier

from ueapi.apple.enrollment import cbor
from ueapi.apple.enrollment.certificate_loading import load_certificate
from ueapi.apple.enrollment.certificate_request import PublicKey, same_key
from ueapi.apple.profiles.certificates import UNREADABLE, read_certificate
from ueapi.apple.profiles.trust import find_chain
from ueapi.errors import InvalidModel

FORMAT: Final = "apple"
FRESHNESS: Final = ObjectIdentifier("1.2.840.113635.100.8.11.1")
SERIAL_NUMBER: Final = ObjectIdentifier("1.2.840.113635.100.8.9.1")
UDID: Final = ObjectIdentifier("1.2.840.113635.100.8.9.2")
SEP_VERSION: Final = ObjectIdentifier("1.2.840.113635.100.8.10.2")
OS_VERSION: Final = ObjectIdentifier("1.2.840.113635.100.8.10.1")
HIDDEN: Final = (SERIAL_NUMBER, UDID)
"""Properties that are left out under User Enrollment."""
MOST_CERTIFICATES: Final = 4
_REMEDY: Final = "Have the device attest again; no certificate was issued."


@frozen(kw_only=True)
class Attestation:
    """Certificates from the one for the attested key upwards, without the root."""

    chain: tuple[x509.Certificate, ...]

    @property
    def leaf(self) -> x509.Certificate:
        """The certificate that holds the key and the properties."""
        return self.chain[0]

    @property
    def properties(self) -> Mapping[str, bytes]:
        """What Apple says of the device, by OID; hardware identifiers only where the enrollment shows them."""
        return _properties(self.leaf)

    def to_cbor(self) -> bytes:
        """The form in which a device sends it."""
        der = [one.public_bytes(Encoding.DER) for one in self.chain]
        return cbor.encode({"fmt": FORMAT, "attStmt": {"x5c": der}})


def freshness(token: str) -> bytes:
    """What the attestation must hold to be made for this challenge."""
    return hashlib.sha256(token.encode()).digest()


def attestation_from_cbor(content: bytes) -> Attestation:
    """Read an attestation; nothing is verified.

    Raises:
        InvalidModel: no CBOR, another format, or no certificates.
    """
    root = cbor.decode(content)
    if not isinstance(root, Mapping) or root.get("fmt") != FORMAT:
        _refuse(f"its format is not {FORMAT}")
    statement = root.get("attStmt")
    found = statement.get("x5c") if isinstance(statement, Mapping) else None
    if not isinstance(found, list) or not 1 <= len(found) <= MOST_CERTIFICATES:
        _refuse(f"x5c is no list of 1 to {MOST_CERTIFICATES} certificates")
    return Attestation(chain=tuple(_certificate(one) for one in found))


@frozen(kw_only=True)
class Demands:
    """What an attestation must fulfil: up to one of these anchors, for this token, at this time."""

    anchors: Sequence[x509.Certificate]
    token: str = field(repr=False)
    at: datetime
    is_user_enrollment: bool = True


def check_attestation(found: Attestation, demands: Demands) -> None:
    """Make sure that an attestation is Apple's, fresh, and shows no more than the enrollment allows.

    Raises:
        InvalidModel: it isn't.
    """
    signer, *others = (read_certificate(one) for one in found.chain)
    anchors = [read_certificate(one) for one in demands.anchors]
    chain = find_chain(signer, others=others, anchors=anchors, at=demands.at)
    if chain.problems:
        _refuse(f"its chain is {chain.problems[0].value}")
    properties = found.properties
    code = properties.get(FRESHNESS.dotted_string, b"")
    if not hmac.compare_digest(code, freshness(demands.token)):
        _refuse("it was made for another challenge")
    if demands.is_user_enrollment and any(one.dotted_string in properties for one in HIDDEN):
        _refuse("it shows the hardware, which User Enrollment keeps hidden")


def demand_attested(found: Attestation, key: PublicKey) -> None:
    """Make sure that a key is the attested one.

    Raises:
        InvalidModel: it is another.
    """
    if not same_key(key, found.leaf.public_key()):
        _refuse("it is for another key")


def _properties(leaf: x509.Certificate) -> Mapping[str, bytes]:
    try:
        return {
            one.oid.dotted_string: one.value.value
            for one in leaf.extensions
            if isinstance(one.value, x509.UnrecognizedExtension)
        }
    except (*UNREADABLE, x509.DuplicateExtension):
        _refuse("its certificate can't be read")


def _certificate(content: cbor.CborValue) -> x509.Certificate:
    if not isinstance(content, bytes):
        _refuse("a certificate is no bytes")
    try:
        return load_certificate(content)
    except UNREADABLE:
        _refuse("a certificate can't be read")


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this attestation can't be used: {why}.", remedy=_REMEDY)
