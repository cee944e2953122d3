"""How an ACME server says no. Source: RFC 8555, section 6.7; RFC 7807."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import field, frozen

from ueapi.apple.enrollment.acme_reading import text_or_none
from ueapi.apple.enrollment.jose import read_json, write_json

PROBLEM_TYPE: Final = "application/problem+json"
_PROBLEM: Final = "urn:ietf:params:acme:error:"


class Kind(StrEnum):
    """What went wrong. Source: RFC 8555, section 6.7; the last one is the draft's."""

    ACCOUNT_DOES_NOT_EXIST = "accountDoesNotExist"
    BAD_CSR = "badCSR"
    BAD_NONCE = "badNonce"
    BAD_PUBLIC_KEY = "badPublicKey"
    BAD_SIGNATURE_ALGORITHM = "badSignatureAlgorithm"
    MALFORMED = "malformed"
    ORDER_NOT_READY = "orderNotReady"
    REJECTED_IDENTIFIER = "rejectedIdentifier"
    SERVER_INTERNAL = "serverInternal"
    UNAUTHORIZED = "unauthorized"
    UNSUPPORTED_IDENTIFIER = "unsupportedIdentifier"
    BAD_ATTESTATION = "badAttestationStatement"


@frozen(kw_only=True)
class Problem:
    """Why a server refuses. `detail` is the server's own text and may hold anything, so `repr` leaves it out."""

    kind: Kind | None
    """`None` for one that is not in the list."""
    detail: str = field(default="", repr=False)
    status: int | None = None

    def to_json(self) -> bytes:
        """The problem document. Source: RFC 7807."""
        row: dict[str, object] = {"type": f"{_PROBLEM}{self.kind or Kind.SERVER_INTERNAL}"}
        row["detail"] = self.detail
        if self.status is not None:
            row["status"] = self.status
        return write_json(row)

    @classmethod
    def from_json(cls, content: bytes) -> Problem:
        """Read a problem document.

        Raises:
            InvalidModel: no JSON object.
        """
        row = read_json(content, "the problem document")
        name = text_or_none(row, "type") or ""
        kind = name.removeprefix(_PROBLEM)
        status = row.get("status")
        return cls(
            kind=Kind(kind) if name.startswith(_PROBLEM) and kind in set(Kind) else None,
            detail=text_or_none(row, "detail") or "",
            status=status if isinstance(status, int) and not isinstance(status, bool) else None,
        )
