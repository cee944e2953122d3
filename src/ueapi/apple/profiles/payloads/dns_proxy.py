"""The DNS proxy payload, which on a personal phone serves the work apps bound to it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedPayload
from ueapi.apple.profiles.payloads.binding import attribute_for
from ueapi.apple.profiles.payloads.values import FreeKeys


class DnsProxy(TypedPayload):
    """An app that looks names up for others. Under User Enrollment since 16.0, and only with `dns_proxy_uuid`."""

    payload_type: ClassVar[str] = "com.apple.dnsProxy.managed"

    app_bundle_identifier: Annotated[str, Field(alias="AppBundleIdentifier")]
    provider_bundle_identifier: Annotated[str | None, Field(alias="ProviderBundleIdentifier")] = (
        None
    )
    """The extension to use, where the app has several."""
    provider_settings: Annotated[
        FreeKeys | None, Field(alias="ProviderConfiguration", repr=False)
    ] = None
    """What the proxy's maker wants. May hold secrets; nothing marks them."""
    dns_proxy_uuid: Annotated[str | None, Field(alias="DNSProxyUUID")] = None
    """What apps name to use this proxy. Since 16.0."""

    def app_attribute(self) -> dict[str, str]:
        """The attribute that makes a work app use this proxy.

        Raises:
            InvalidModel: the payload has no `dns_proxy_uuid`.
        """
        return attribute_for("DNSProxyUUID", self.dns_proxy_uuid)
