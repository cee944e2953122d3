"""Certificate payloads. Other payloads of the same profile point at them by their payload UUID."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, SecretBytes, SecretStr

from ueapi.apple.profiles.payloads.base import TypedPayload


class _Certificate(TypedPayload):
    """A certificate without its key."""

    content: Annotated[bytes, Field(alias="PayloadContent", repr=False)]
    file_name: Annotated[str | None, Field(alias="PayloadCertificateFileName")] = None


class RootCertificate(_Certificate):
    """A certificate authority to trust; `content` is DER or PEM."""

    payload_type: ClassVar[str] = "com.apple.security.root"


class PemCertificate(_Certificate):
    """A certificate to know; `content` is PEM."""

    payload_type: ClassVar[str] = "com.apple.security.pem"


class Pkcs1Certificate(_Certificate):
    """A certificate to know; `content` is DER."""

    payload_type: ClassVar[str] = "com.apple.security.pkcs1"


class IdentityCertificate(TypedPayload):
    """A certificate with its private key; `content` is PKCS #12."""

    payload_type: ClassVar[str] = "com.apple.security.pkcs12"

    content: Annotated[SecretBytes, Field(alias="PayloadContent")]
    password: Annotated[SecretStr | None, Field(alias="Password")] = None
    """Opens `content`; without it iOS asks the person."""
    file_name: Annotated[str | None, Field(alias="PayloadCertificateFileName")] = None
