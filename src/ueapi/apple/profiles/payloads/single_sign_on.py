"""The single sign-on payload: an app of the identity provider signs in for others."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedPayload
from ueapi.apple.profiles.payloads.values import Array, FreeKeys


class SingleSignOn(TypedPayload):
    """A sign-on extension. `Redirect` needs `urls`, `Credential` needs `hosts`."""

    payload_type: ClassVar[str] = "com.apple.extensiblesso"

    extension_identifier: Annotated[str, Field(alias="ExtensionIdentifier")]
    """Bundle identifier of the extension."""
    type: Annotated[Literal["Credential", "Redirect"], Field(alias="Type")]
    realm: Annotated[str | None, Field(alias="Realm")] = None
    """For `Credential`; capital letters count."""
    hosts: Annotated[Array[str] | None, Field(alias="Hosts")] = None
    """Hosts, or domains with a leading dot."""
    urls: Annotated[Array[str] | None, Field(alias="URLs")] = None
    """How the identity provider's addresses begin."""
    extension_settings: Annotated[FreeKeys | None, Field(alias="ExtensionData", repr=False)] = None
    """What the extension's maker wants. May hold secrets; nothing marks them."""
    when_locked: Annotated[
        Literal["Cancel", "DoNotHandle"] | None, Field(alias="ScreenLockedBehavior")
    ] = None
    """Give the request up, or go on without signing in. Since 15.0."""
    denied_apps: Annotated[Array[str] | None, Field(alias="DeniedBundleIdentifiers")] = None
    """Bundle identifiers of apps that sign in by themselves. Since 15.0."""
