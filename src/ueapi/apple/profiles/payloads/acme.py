"""The ACME payload: an identity whose key can be proven to live in the phone."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedPayload
from ueapi.apple.profiles.payloads.subject import Subject, SubjectAltName
from ueapi.apple.profiles.payloads.values import Array


class Acme(TypedPayload):
    """An identity from an ACME server (RFC 8555). Since 16.0."""

    payload_type: ClassVar[str] = "com.apple.security.acme"

    directory_url: Annotated[str, Field(alias="DirectoryURL")]
    client_identifier: Annotated[SecretStr, Field(alias="ClientIdentifier")]
    """What the server knows the phone by. Who has it could ask for a certificate in the phone's place."""
    key_type: Annotated[Literal["RSA", "ECSECPrimeRandom"], Field(alias="KeyType")]
    key_size: Annotated[int, Field(alias="KeySize")]
    """Bits; 256 or 384 for a key bound to the hardware."""
    hardware_bound: Annotated[bool, Field(alias="HardwareBound")]
    """Whether the key can never leave the phone; needs `ECSECPrimeRandom`."""
    subject: Annotated[Subject, Field(alias="Subject", repr=False)]
    """The server may put another in the certificate."""
    subject_alt_name: Annotated[SubjectAltName | None, Field(alias="SubjectAltName")] = None
    usage_flags: Annotated[int | None, Field(alias="UsageFlags")] = None
    """1 signing, 4 encryption, 5 both."""
    extended_key_usage: Annotated[Array[str] | None, Field(alias="ExtendedKeyUsage")] = None
    """OIDs in dotted form."""
    attest: Annotated[bool | None, Field(alias="Attest")] = None
    """Whether the phone proves itself to the server; needs `hardware_bound`."""
