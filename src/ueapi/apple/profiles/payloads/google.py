"""The Google account payload."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedPayload
from ueapi.apple.profiles.payloads.calls import CommunicationRules


class GoogleAccount(TypedPayload):
    """A Google account, which the person signs in to after the profile is there."""

    payload_type: ClassVar[str] = "com.apple.google-oauth"

    email_address: Annotated[str, Field(alias="EmailAddress", repr=False)]
    account_name: Annotated[str | None, Field(alias="AccountName", repr=False)] = None
    """The person's full name."""
    description: Annotated[str | None, Field(alias="AccountDescription")] = None
    """The name shown in Mail and Settings."""
    communication_rules: Annotated[
        CommunicationRules | None, Field(alias="CommunicationServiceRules")
    ] = None
    vpn_uuid: Annotated[str | None, Field(alias="VPNUUID")] = None
    """The per-app VPN the account uses. Since 14.0."""
