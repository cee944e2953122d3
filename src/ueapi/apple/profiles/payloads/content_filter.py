"""The web content filter payload, which on a personal phone filters the work apps bound to it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedKeys, TypedPayload
from ueapi.apple.profiles.payloads.binding import attribute_for
from ueapi.apple.profiles.payloads.values import Array, FreeKeys


class AllowedBookmark(TypedKeys):
    """A page the built-in filter lets through."""

    url: Annotated[str, Field(alias="URL")]
    title: Annotated[str, Field(alias="Title")]


class ContentFilter(TypedPayload):
    """A filter for web traffic. Under User Enrollment since 16.0, and only with `content_filter_uuid`."""

    payload_type: ClassVar[str] = "com.apple.webcontent-filter"

    filter_type: Annotated[Literal["BuiltIn", "Plugin"] | None, Field(alias="FilterType")] = None
    """Without it iOS takes `BuiltIn`."""
    content_filter_uuid: Annotated[str | None, Field(alias="ContentFilterUUID")] = None
    """What apps name to be filtered. Since 16.0."""

    name: Annotated[str | None, Field(alias="UserDefinedName")] = None
    """The name shown in Settings. `Plugin` needs it, and so does it `plug_in`."""
    plug_in: Annotated[str | None, Field(alias="PluginBundleID")] = None
    """Bundle identifier of the app that filters."""
    server_address: Annotated[str | None, Field(alias="ServerAddress")] = None
    user_name: Annotated[str | None, Field(alias="UserName", repr=False)] = None
    password: Annotated[SecretStr | None, Field(alias="Password")] = None
    certificate_uuid: Annotated[str | None, Field(alias="PayloadCertificateUUID")] = None
    """UUID of the identity payload in the same profile."""
    organization: Annotated[str | None, Field(alias="Organization")] = None
    vendor_settings: Annotated[FreeKeys | None, Field(alias="VendorConfig", repr=False)] = None
    """What the filter's maker wants. May hold secrets; nothing marks them."""
    filter_browsers: Annotated[bool | None, Field(alias="FilterBrowsers")] = None
    """Pages shown by WebKit. `Plugin` needs this or `filter_sockets`."""
    filter_sockets: Annotated[bool | None, Field(alias="FilterSockets")] = None

    automatic: Annotated[bool | None, Field(alias="AutoFilterEnabled")] = None
    """Whether `BuiltIn` judges pages by itself; the next four are for `BuiltIn` too."""
    permitted_urls: Annotated[Array[str] | None, Field(alias="PermittedURLs")] = None
    """Let through whatever `automatic` finds."""
    denied_urls: Annotated[Array[str] | None, Field(alias="DenyListURLs")] = None
    """About 500 at most. Since 14.5."""
    hide_denied_urls: Annotated[bool | None, Field(alias="HideDenyListURLs")] = None
    """Whether Settings keeps them to itself. Since 18.0."""
    allowed_bookmarks: Annotated[
        Array[AllowedBookmark] | None, Field(alias="AllowListBookmarks")
    ] = None
    """The only pages left. Since 14.5."""

    def app_attribute(self) -> dict[str, str]:
        """The attribute that puts a work app behind this filter.

        Raises:
            InvalidModel: the payload has no `content_filter_uuid`.
        """
        return attribute_for("ContentFilterUUID", self.content_filter_uuid)
