"""The SCEP payload: an identity that the phone makes and a certificate authority confirms."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedKeys, TypedPayload
from ueapi.apple.profiles.payloads.subject import Subject, SubjectAltName
from ueapi.apple.profiles.payloads.values import Whole


class ScepRequest(TypedKeys):
    """How to ask the certificate authority (RFC 8894)."""

    url: Annotated[str, Field(alias="URL")]
    name: Annotated[str | None, Field(alias="Name")] = None
    """Which authority behind the address, if there are several."""
    subject: Annotated[Subject | None, Field(alias="Subject", repr=False)] = None
    subject_alt_name: Annotated[SubjectAltName | None, Field(alias="SubjectAltName")] = None
    challenge: Annotated[SecretStr | None, Field(alias="Challenge")] = None
    """The shared secret that lets the phone ask."""
    key_size: Annotated[Whole[Literal[1024, 2048, 4096]] | None, Field(alias="Keysize")] = None
    """Bits."""
    key_type: Annotated[str | None, Field(alias="Key Type")] = None
    """`RSA`; there is no other."""
    key_usage: Annotated[int | None, Field(alias="Key Usage")] = None
    """1 signing, 4 encryption, 5 both."""
    ca_fingerprint: Annotated[bytes | None, Field(alias="CAFingerprint")] = None
    """The authority's certificate must have it."""
    retries: Annotated[int | None, Field(alias="Retries")] = None
    """How often to ask again while the authority hasn't decided."""
    retry_delay: Annotated[int | None, Field(alias="RetryDelay")] = None
    """Seconds between two of these."""


class Scep(TypedPayload):
    """An identity from a SCEP server."""

    payload_type: ClassVar[str] = "com.apple.security.scep"

    request: Annotated[ScepRequest, Field(alias="PayloadContent")]
