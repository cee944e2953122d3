"""The AirPrint payload: printers that can't be found by themselves."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedKeys, TypedPayload
from ueapi.apple.profiles.payloads.values import Array


class Printer(TypedKeys):
    """One printer."""

    address: Annotated[str, Field(alias="IPAddress")]
    """IP address or host name."""
    resource_path: Annotated[str, Field(alias="ResourcePath")]
    """The printer's path on its server, such as `ipp/print`."""
    port: Annotated[int | None, Field(alias="Port", ge=0, le=65535)] = None
    """Since 11.0."""
    force_tls: Annotated[bool | None, Field(alias="ForceTLS")] = None
    """Since 11.0."""


class AirPrint(TypedPayload):
    """Printers to offer."""

    payload_type: ClassVar[str] = "com.apple.airprint"

    printers: Annotated[Array[Printer], Field(alias="AirPrint")]
