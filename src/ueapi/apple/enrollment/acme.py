"""The messages by which a device gets its identity from an ACME server, as Apple's devices use them.

A device orders a certificate for one `permanent-identifier`, the ClientIdentifier of its payload, and answers one
challenge `device-attest-01`. What is signed around the messages is in `jose`, the attestation itself in `attestation`.

Source: RFC 8555; the draft on device attestation for ACME (draft-acme-device-attest); Apple's schema,
com.apple.security.acme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from attrs import field, frozen
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ueapi.apple.enrollment.acme_reading import checked, https, rows, text
from ueapi.apple.enrollment.certificate_loading import load_pem
from ueapi.apple.enrollment.jose import (
    from_base64url,
    read_json,
    refuse,
    to_base64url,
    write_json,
)
from ueapi.apple.profiles.certificates import UNREADABLE

IDENTIFIER_TYPE: Final = "permanent-identifier"
CHALLENGE_TYPE: Final = "device-attest-01"
NONCE_HEADER: Final = "replay-nonce"
CHAIN_TYPE: Final = "application/pem-certificate-chain"
MOST_IN_CHAIN: Final = 10
"""Certificates that a server sends with the one it issued."""
_NOTHING: Final = b"{}"
"""What stands for the attestation when there is none. (unverified) Apple says only that the server gets none; servers
in the field treat an empty value and this one alike."""


class Status(StrEnum):
    """Where an account, an order, an authorization or a challenge is. Source: RFC 8555, section 7.1.6."""

    PENDING = "pending"
    PROCESSING = "processing"
    READY = "ready"
    VALID = "valid"
    INVALID = "invalid"
    DEACTIVATED = "deactivated"
    EXPIRED = "expired"
    REVOKED = "revoked"


@frozen(kw_only=True)
class Directory:
    """Where a server takes what; all addresses https."""

    new_nonce: str
    new_account: str
    new_order: str

    def to_json(self) -> bytes:
        """The document."""
        return write_json(
            {
                "newNonce": self.new_nonce,
                "newAccount": self.new_account,
                "newOrder": self.new_order,
            }
        )

    @classmethod
    def from_json(cls, content: bytes) -> Directory:
        """Read the document.

        Raises:
            InvalidModel: no JSON object, or an address is missing or not https.
        """
        row = read_json(content, "the directory")
        return cls(
            new_nonce=https(row, "newNonce"),
            new_account=https(row, "newAccount"),
            new_order=https(row, "newOrder"),
        )


@frozen(kw_only=True)
class NewAccount:
    """Ask for an account of the key that signs. A device agrees to terms by itself, if there are any."""

    agrees: bool = True

    def to_json(self) -> bytes:
        """The payload."""
        return write_json({"termsOfServiceAgreed": self.agrees})

    @classmethod
    def from_json(cls, content: bytes) -> NewAccount:
        """Read the payload.

        Raises:
            InvalidModel: no JSON object, or another kind of agreement than true and false.
        """
        agrees = read_json(content, "the request for an account").get("termsOfServiceAgreed", False)
        if not isinstance(agrees, bool):
            refuse("termsOfServiceAgreed is neither true nor false")
        return cls(agrees=agrees)


@frozen
class Identifier:
    """What a certificate is ordered for: the ClientIdentifier of the payload, which works like a password."""

    value: str = field(repr=False)

    def to_row(self) -> Mapping[str, str]:
        """As it stands in orders and authorizations."""
        return {"type": IDENTIFIER_TYPE, "value": self.value}

    @classmethod
    def from_row(cls, row: object) -> Identifier:
        """Read it.

        Raises:
            InvalidModel: no object, of another type, or empty.
        """
        if not isinstance(row, dict) or row.get("type") != IDENTIFIER_TYPE:
            refuse(f"the identifier is no {IDENTIFIER_TYPE}")
        return cls(text(row, "value"))


@frozen
class NewOrder:
    """Order a certificate for one identifier."""

    identifier: Identifier

    def to_json(self) -> bytes:
        """The payload."""
        return write_json({"identifiers": [self.identifier.to_row()]})

    @classmethod
    def from_json(cls, content: bytes) -> NewOrder:
        """Read the payload.

        Raises:
            InvalidModel: no JSON object, or not exactly one identifier of the right type.
        """
        return cls(_one_identifier(read_json(content, "the order")))


@frozen(kw_only=True)
class Order:
    """An order as the server tells it. `certificate` is there once it is `VALID`."""

    status: Status
    identifier: Identifier
    authorizations: tuple[str, ...]
    finalize: str
    certificate: str | None = None

    def to_json(self) -> bytes:
        """The document."""
        row: dict[str, object] = {
            "status": self.status.value,
            "identifiers": [self.identifier.to_row()],
            "authorizations": list(self.authorizations),
            "finalize": self.finalize,
        }
        if self.certificate is not None:
            row["certificate"] = self.certificate
        return write_json(row)

    @classmethod
    def from_json(cls, content: bytes) -> Order:
        """Read the document.

        Raises:
            InvalidModel: no JSON object, an unknown status, another identifier, or an address missing or not https.
        """
        row = read_json(content, "the order")
        return cls(
            status=_status(row),
            identifier=_one_identifier(row),
            authorizations=tuple(
                checked(one, "an authorization") for one in rows(row, "authorizations")
            ),
            finalize=https(row, "finalize"),
            certificate=https(row, "certificate") if "certificate" in row else None,
        )


@frozen(kw_only=True)
class Challenge:
    """A task whose answer proves that the order is the device's. `token` is what the attestation must be fresh for."""

    url: str
    token: str = field(repr=False)
    status: Status = Status.PENDING
    type: str = CHALLENGE_TYPE

    def to_row(self) -> Mapping[str, str]:
        """As it stands in an authorization."""
        return {
            "type": self.type,
            "url": self.url,
            "status": self.status.value,
            "token": self.token,
        }

    def to_json(self) -> bytes:
        """The document by itself."""
        return write_json(self.to_row())

    @classmethod
    def from_json(cls, content: bytes) -> Challenge:
        """Read the document.

        Raises:
            InvalidModel: no JSON object, or a part is missing.
        """
        return cls.from_row(read_json(content, "the challenge"))

    @classmethod
    def from_row(cls, row: object) -> Challenge:
        """Read one of an authorization.

        Raises:
            InvalidModel: a part is missing or of another kind.
        """
        if not isinstance(row, dict):
            refuse("a challenge is no object")
        return cls(
            url=https(row, "url"),
            token=text(row, "token"),
            status=_status(row),
            type=text(row, "type"),
        )


@frozen(kw_only=True)
class Authorization:
    """What must be proven for an order; any one of the challenges does it."""

    status: Status
    identifier: Identifier
    challenges: tuple[Challenge, ...]

    def to_json(self) -> bytes:
        """The document."""
        return write_json(
            {
                "status": self.status.value,
                "identifier": self.identifier.to_row(),
                "challenges": [one.to_row() for one in self.challenges],
            }
        )

    @classmethod
    def from_json(cls, content: bytes) -> Authorization:
        """Read the document. Challenges of other types are kept out.

        Raises:
            InvalidModel: no JSON object, a part missing, or no challenge that a device can answer.
        """
        row = read_json(content, "the authorization")
        ours = [
            one
            for one in rows(row, "challenges")
            if isinstance(one, dict) and one.get("type") == CHALLENGE_TYPE
        ]
        if not ours:
            refuse(f"the authorization has no challenge {CHALLENGE_TYPE}")
        return cls(
            status=_status(row),
            identifier=Identifier.from_row(row.get("identifier")),
            challenges=tuple(Challenge.from_row(one) for one in ours),
        )


@frozen
class ChallengeAnswer:
    """The answer to `device-attest-01`: an attestation (CBOR), or none when the payload asks for none."""

    attestation: bytes | None = field(default=None, repr=False)

    def to_json(self) -> bytes:
        """The payload."""
        return write_json({"attObj": to_base64url(self.attestation or _NOTHING)})

    @classmethod
    def from_json(cls, content: bytes) -> ChallengeAnswer:
        """Read the payload.

        Raises:
            InvalidModel: no JSON object, no base64url, or the device says that it failed.
        """
        row = read_json(content, "the answer to the challenge")
        if row.get("error"):
            refuse("the device could not attest")
        found = from_base64url(row.get("attObj", ""), "attObj")
        return cls(None if found in (b"", _NOTHING) else found)


@frozen
class Finalize:
    """The certificate request (PKCS #10, DER) that ends an order."""

    request: bytes = field(repr=False)

    def to_json(self) -> bytes:
        """The payload."""
        return write_json({"csr": to_base64url(self.request)})

    @classmethod
    def from_json(cls, content: bytes) -> Finalize:
        """Read the payload.

        Raises:
            InvalidModel: no JSON object, or no base64url.
        """
        row = read_json(content, "the request to finalize")
        if "csr" not in row:
            refuse("csr is missing")
        return cls(from_base64url(row["csr"], "csr"))


def write_chain(certificates: Sequence[x509.Certificate]) -> bytes:
    """The certificates as a server hands them out, the issued one first."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def read_chain(content: bytes) -> tuple[x509.Certificate, ...]:
    """Read what a server hands out.

    Raises:
        InvalidModel: no PEM certificates, or more than any chain has.
    """
    if content.count(b"-----BEGIN") > MOST_IN_CHAIN:
        refuse(f"there are more than {MOST_IN_CHAIN} certificates")
    try:
        return tuple(load_pem(content))
    except UNREADABLE:
        refuse("what was issued is no PEM certificate")


def _one_identifier(row: Mapping[str, object]) -> Identifier:
    found = rows(row, "identifiers")
    if len(found) != 1:
        refuse("the order is not for exactly one identifier")
    return Identifier.from_row(found[0])


def _status(row: Mapping[str, object]) -> Status:
    value = row.get("status")
    found = _STATUSES.get(value) if isinstance(value, str) else None
    if found is None:
        refuse("status is missing or unknown")
    return found


_STATUSES: Final[Mapping[str, Status]] = {one.value: one for one in Status}
