"""When a VPN connects by itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedKeys
from ueapi.apple.profiles.payloads.values import Array


class DomainAction(TypedKeys):
    """What to do for some domains, within a rule that looks at each connection."""

    domains: Annotated[Array[str], Field(alias="Domains")]
    action: Annotated[Literal["ConnectIfNeeded", "NeverConnect"], Field(alias="DomainAction")]
    required_dns_servers: Annotated[Array[str] | None, Field(alias="RequiredDNSServers")] = None
    """Addresses of name servers; if they don't answer, the VPN is needed."""
    required_url_probe: Annotated[str | None, Field(alias="RequiredURLStringProbe")] = None
    """An address; if it doesn't answer with 200, the VPN is needed."""


class OnDemandRule(TypedKeys):
    """One rule; the first whose conditions all hold decides."""

    action: Annotated[
        Literal["Allow", "Connect", "Disconnect", "EvaluateConnection", "Ignore"],
        Field(alias="Action"),
    ]
    action_parameters: Annotated[Array[DomainAction] | None, Field(alias="ActionParameters")] = None
    """For `EvaluateConnection` only."""
    dns_domains: Annotated[Array[str] | None, Field(alias="DNSDomainMatch")] = None
    """Search domains of the network."""
    dns_servers: Annotated[Array[str] | None, Field(alias="DNSServerAddressMatch")] = None
    interface: Annotated[
        Literal["Ethernet", "WiFi", "Cellular"] | None, Field(alias="InterfaceTypeMatch")
    ] = None
    ssids: Annotated[Array[str] | None, Field(alias="SSIDMatch")] = None
    url_probe: Annotated[str | None, Field(alias="URLStringProbe")] = None
    """An address that has to answer with 200."""
