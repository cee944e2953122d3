"""The AirPlay payload. Lists of allowed receivers are forbidden on personal phones and have no field."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedKeys, TypedPayload
from ueapi.apple.profiles.payloads.values import Array


class AirPlayPassword(TypedKeys):
    """The password of one receiver."""

    device_name: Annotated[str, Field(alias="DeviceName")]
    password: Annotated[SecretStr, Field(alias="Password")]


class AirPlay(TypedPayload):
    """Passwords of receivers, each receiver once."""

    payload_type: ClassVar[str] = "com.apple.airplay"

    passwords: Annotated[Array[AirPlayPassword] | None, Field(alias="Passwords")] = None
