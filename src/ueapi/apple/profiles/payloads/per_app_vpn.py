"""The per-app VPN payload: the one way to a VPN on a personal phone, as device-wide ones are forbidden."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedKeys, TypedPayload
from ueapi.apple.profiles.payloads.binding import attribute_for
from ueapi.apple.profiles.payloads.ikev2 import IkeV2, ProviderType
from ueapi.apple.profiles.payloads.on_demand import OnDemandRule
from ueapi.apple.profiles.payloads.values import Array, FreeKeys, Switch

VpnType: TypeAlias = Literal["VPN", "L2TP", "IPSec", "IKEv2", "AlwaysOn", "TransparentProxy"]
"""Apps are bound to `IKEv2` and `VPN` (a plug-in); the schema knows the others too."""


class PlugInTunnel(TypedKeys):
    """A tunnel that an app of the VPN's maker builds.

    Many such apps also read `RemoteAddress` and `AuthName`, which Apple's schema doesn't list here: give them in
    `further`.
    """

    authentication: Annotated[
        Literal["Password", "Certificate", "Password+Certificate"] | None,
        Field(alias="AuthenticationMethod"),
    ] = None
    password: Annotated[SecretStr | None, Field(alias="Password")] = None
    certificate_uuid: Annotated[str | None, Field(alias="PayloadCertificateUUID")] = None
    """UUID of the identity payload in the same profile."""
    provider_bundle_identifier: Annotated[str | None, Field(alias="ProviderBundleIdentifier")] = (
        None
    )
    """The extension to use, where the app has several."""
    provider_type: Annotated[ProviderType | None, Field(alias="ProviderType")] = None
    on_demand: Annotated[Switch | None, Field(alias="OnDemandEnabled")] = None
    on_demand_rules: Annotated[Array[OnDemandRule] | None, Field(alias="OnDemandRules")] = None
    on_demand_override_disabled: Annotated[
        Switch | None, Field(alias="OnDemandUserOverrideDisabled")
    ] = None
    """Whether the person is kept from switching it off in Settings. Since 14.0."""
    disconnect_on_idle: Annotated[Switch | None, Field(alias="DisconnectOnIdle")] = None
    disconnect_on_idle_timer: Annotated[int | None, Field(alias="DisconnectOnIdleTimer")] = None
    """Seconds."""
    include_all_networks: Annotated[Switch | None, Field(alias="IncludeAllNetworks")] = None
    """Since 14.0."""
    enforce_routes: Annotated[Switch | None, Field(alias="EnforceRoutes")] = None
    """Since 14.2."""
    exclude_local_networks: Annotated[Switch | None, Field(alias="ExcludeLocalNetworks")] = None
    """Since 14.2."""
    exclude_cellular_services: Annotated[Switch | None, Field(alias="ExcludeCellularServices")] = (
        None
    )
    """Since 16.4."""
    exclude_apns: Annotated[Switch | None, Field(alias="ExcludeAPNs")] = None
    """Apple's push service. Since 16.4."""
    exclude_device_communication: Annotated[
        Switch | None, Field(alias="ExcludeDeviceCommunication")
    ] = None
    """Since 17.4."""


class VpnDns(TypedKeys):
    """Name servers to ask through the tunnel."""

    protocol: Annotated[Literal["Cleartext", "HTTPS", "TLS"], Field(alias="DNSProtocol")]
    server_addresses: Annotated[Array[str], Field(alias="ServerAddresses")]
    server_url: Annotated[str | None, Field(alias="ServerURL")] = None
    """For `HTTPS`."""
    server_name: Annotated[str | None, Field(alias="ServerName")] = None
    """For `TLS`."""
    domain_name: Annotated[str | None, Field(alias="DomainName")] = None
    search_domains: Annotated[Array[str] | None, Field(alias="SearchDomains")] = None
    match_domains: Annotated[Array[str] | None, Field(alias="SupplementalMatchDomains")] = None
    """Names below these are asked here."""
    match_domains_no_search: Annotated[
        Switch | None, Field(alias="SupplementalMatchDomainsNoSearch")
    ] = None
    certificate_uuid: Annotated[str | None, Field(alias="PayloadCertificateUUID")] = None
    """Since 16.0."""


class PerAppVpn(TypedPayload):
    """A VPN for work apps and work domains.

    The schema takes the keys of the device-wide VPN over; those of tunnels that apps can't be bound to land in
    `further`.
    """

    payload_type: ClassVar[str] = "com.apple.vpn.managed.applayer"

    vpn_uuid: Annotated[str, Field(alias="VPNUUID")]
    """What apps and accounts name to use this VPN."""
    vpn_type: Annotated[VpnType, Field(alias="VPNType")]
    vpn_subtype: Annotated[str | None, Field(alias="VPNSubType")] = None
    """Bundle identifier of the app that builds a `VPN` tunnel."""
    user_defined_name: Annotated[str, Field(alias="UserDefinedName")]
    """The name shown in Settings."""
    ikev2: Annotated[IkeV2 | None, Field(alias="IKEv2")] = None
    """The tunnel of the type `IKEv2`."""
    plug_in: Annotated[PlugInTunnel | None, Field(alias="VPN")] = None
    """The tunnel of the type `VPN`."""
    vendor_settings: Annotated[FreeKeys | None, Field(alias="VendorConfig", repr=False)] = None
    """What the VPN's maker wants besides. May hold secrets; nothing marks them."""
    dns: Annotated[VpnDns | None, Field(alias="DNS")] = None
    on_demand_match_app: Annotated[bool | None, Field(alias="OnDemandMatchAppEnabled")] = None
    """Whether the tunnel opens as soon as a bound app needs the network."""
    cellular_slice_uuid: Annotated[str | None, Field(alias="CellularSliceUUID")] = None
    """Since 18.0."""

    safari_domains: Annotated[Array[str] | None, Field(alias="SafariDomains")] = None
    """Domains that Safari reaches through this VPN, their subdomains included."""
    associated_domains: Annotated[Array[str] | None, Field(alias="AssociatedDomains")] = None
    """Since 14.0."""
    excluded_domains: Annotated[Array[str] | None, Field(alias="ExcludedDomains")] = None
    """Since 14.0."""
    smb_domains: Annotated[Array[str] | None, Field(alias="SMBDomains")] = None
    """File servers. Since 13.0."""
    mail_domains: Annotated[Array[str] | None, Field(alias="MailDomains")] = None
    """Since 13.0. Apple prefers the `VPNUUID` of the mail account from 13.4 on."""
    calendar_domains: Annotated[Array[str] | None, Field(alias="CalendarDomains")] = None
    """Since 13.0. Apple prefers the `VPNUUID` of the calendar account from 13.4 on."""
    contacts_domains: Annotated[Array[str] | None, Field(alias="ContactsDomains")] = None
    """Since 13.0. Apple prefers the `VPNUUID` of the contacts account from 13.4 on."""

    def app_attribute(self) -> dict[str, str]:
        """The attribute that sends a work app's traffic through this VPN."""
        return attribute_for("VPNUUID", self.vpn_uuid)
