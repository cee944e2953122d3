"""The payload for a calendar that is only read."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedPayload


class SubscribedCalendar(TypedPayload):
    """A calendar behind an address."""

    payload_type: ClassVar[str] = "com.apple.subscribedcalendar.account"

    host: Annotated[str, Field(alias="SubCalAccountHostName", repr=False)]
    """The calendar's server or whole address. An address can be all one needs to read it, so `repr` leaves it out."""
    description: Annotated[str | None, Field(alias="SubCalAccountDescription")] = None
    """The name shown in Calendar and Settings."""
    use_ssl: Annotated[bool | None, Field(alias="SubCalAccountUseSSL")] = None
    user_name: Annotated[str | None, Field(alias="SubCalAccountUsername", repr=False)] = None
    password: Annotated[SecretStr | None, Field(alias="SubCalAccountPassword")] = None
    vpn_uuid: Annotated[str | None, Field(alias="VPNUUID")] = None
    """The per-app VPN the account uses. Since 14.0."""
