"""The calendar payload: a CalDAV account."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedPayload


class Calendar(TypedPayload):
    """A calendar account."""

    payload_type: ClassVar[str] = "com.apple.caldav.account"

    host: Annotated[str, Field(alias="CalDAVHostName")]
    description: Annotated[str | None, Field(alias="CalDAVAccountDescription")] = None
    """The name shown in Calendar and Settings."""
    port: Annotated[int | None, Field(alias="CalDAVPort")] = None
    use_ssl: Annotated[bool | None, Field(alias="CalDAVUseSSL")] = None
    principal_url: Annotated[str | None, Field(alias="CalDAVPrincipalURL", repr=False)] = None
    """Where the person's calendars are."""
    user_name: Annotated[str | None, Field(alias="CalDAVUsername", repr=False)] = None
    password: Annotated[SecretStr | None, Field(alias="CalDAVPassword")] = None
    vpn_uuid: Annotated[str | None, Field(alias="VPNUUID")] = None
    """The per-app VPN the account uses. Since 14.0."""
