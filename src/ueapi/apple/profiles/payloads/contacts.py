"""The contacts payload: a CardDAV account."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedPayload
from ueapi.apple.profiles.payloads.calls import CommunicationRules


class Contacts(TypedPayload):
    """An account with contacts."""

    payload_type: ClassVar[str] = "com.apple.carddav.account"

    host: Annotated[str, Field(alias="CardDAVHostName")]
    description: Annotated[str | None, Field(alias="CardDAVAccountDescription")] = None
    """The name shown in Contacts and Settings."""
    port: Annotated[int | None, Field(alias="CardDAVPort")] = None
    use_ssl: Annotated[bool | None, Field(alias="CardDAVUseSSL")] = None
    principal_url: Annotated[str | None, Field(alias="CardDAVPrincipalURL", repr=False)] = None
    """Where the person's contacts are."""
    user_name: Annotated[str | None, Field(alias="CardDAVUsername", repr=False)] = None
    password: Annotated[SecretStr | None, Field(alias="CardDAVPassword")] = None
    communication_rules: Annotated[
        CommunicationRules | None, Field(alias="CommunicationServiceRules")
    ] = None
    vpn_uuid: Annotated[str | None, Field(alias="VPNUUID")] = None
    """The per-app VPN the account uses. Since 14.0."""
