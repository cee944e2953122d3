"""The IKEv2 part of a VPN payload."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, SecretBytes, SecretStr

from ueapi.apple.profiles.payloads.base import TypedKeys
from ueapi.apple.profiles.payloads.on_demand import OnDemandRule
from ueapi.apple.profiles.payloads.values import Array, Switch, Whole

DiffieHellmanGroup: TypeAlias = Whole[Literal[1, 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 31, 32]]
"""Numbers of RFC 7296 and its successors."""
IkeTlsVersion: TypeAlias = Literal["1.0", "1.1", "1.2"]
ProviderType: TypeAlias = Literal["packet-tunnel", "app-proxy"]


class SecurityAssociation(TypedKeys):
    """Algorithms and lifetime of one kind of association."""

    encryption: Annotated[
        Literal[
            "DES", "3DES", "AES-128", "AES-256", "AES-128-GCM", "AES-256-GCM", "ChaCha20Poly1305"
        ]
        | None,
        Field(alias="EncryptionAlgorithm"),
    ] = None
    integrity: Annotated[
        Literal["SHA1-96", "SHA1-160", "SHA2-256", "SHA2-384", "SHA2-512"] | None,
        Field(alias="IntegrityAlgorithm"),
    ] = None
    diffie_hellman_group: Annotated[
        DiffieHellmanGroup | None, Field(alias="DiffieHellmanGroup")
    ] = None
    lifetime: Annotated[int | None, Field(alias="LifeTimeInMinutes", ge=10, le=1440)] = None
    """Minutes until new keys are made."""


class IkeV2(TypedKeys):
    """A tunnel that iOS builds by itself, without an app."""

    remote_address: Annotated[str, Field(alias="RemoteAddress")]
    """Name or address of the VPN server."""
    local_identifier: Annotated[str, Field(alias="LocalIdentifier", repr=False)]
    remote_identifier: Annotated[str, Field(alias="RemoteIdentifier")]
    authentication: Annotated[
        Literal["None", "SharedSecret", "Certificate"], Field(alias="AuthenticationMethod")
    ]
    """`None` together with `extended_authentication`."""
    shared_secret: Annotated[SecretStr | None, Field(alias="SharedSecret")] = None
    certificate_type: Annotated[
        Literal["RSA", "ECDSA256", "ECDSA384", "ECDSA521", "RSA-PSS"] | None,
        Field(alias="CertificateType"),
    ] = None
    certificate_uuid: Annotated[str | None, Field(alias="PayloadCertificateUUID")] = None
    """UUID of the identity payload in the same profile."""
    server_issuer_name: Annotated[str | None, Field(alias="ServerCertificateIssuerCommonName")] = (
        None
    )
    server_name: Annotated[str | None, Field(alias="ServerCertificateCommonName")] = None
    extended_authentication: Annotated[Switch | None, Field(alias="ExtendedAuthEnabled")] = None
    """EAP, with a name and password or a certificate."""
    user_name: Annotated[str | None, Field(alias="AuthName", repr=False)] = None
    user_password: Annotated[SecretStr | None, Field(alias="AuthPassword")] = None
    password: Annotated[SecretStr | None, Field(alias="Password")] = None
    ppk: Annotated[SecretBytes | None, Field(alias="PPK")] = None
    """A shared key that also withstands quantum computers (RFC 8784). Since 18.0."""
    ppk_identifier: Annotated[str | None, Field(alias="PPKIdentifier")] = None
    """Since 18.0."""
    ppk_mandatory: Annotated[Switch | None, Field(alias="PPKMandatory")] = None
    """Since 18.0."""

    on_demand: Annotated[Switch | None, Field(alias="OnDemandEnabled")] = None
    on_demand_rules: Annotated[Array[OnDemandRule] | None, Field(alias="OnDemandRules")] = None
    on_demand_override_disabled: Annotated[
        Switch | None, Field(alias="OnDemandUserOverrideDisabled")
    ] = None
    """Whether the person is kept from switching it off in Settings. Since 14.0."""
    provider_bundle_identifier: Annotated[str | None, Field(alias="ProviderBundleIdentifier")] = (
        None
    )
    provider_type: Annotated[ProviderType | None, Field(alias="ProviderType")] = None
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

    dead_peer_detection: Annotated[
        Literal["None", "Low", "Medium", "High"] | None, Field(alias="DeadPeerDetectionRate")
    ] = None
    disconnect_on_idle: Annotated[Switch | None, Field(alias="DisconnectOnIdle")] = None
    disconnect_on_idle_timer: Annotated[int | None, Field(alias="DisconnectOnIdleTimer")] = None
    """Seconds."""
    nat_keep_alive: Annotated[Switch | None, Field(alias="NATKeepAliveOffloadEnable")] = None
    nat_keep_alive_interval: Annotated[int | None, Field(alias="NATKeepAliveInterval")] = None
    """Seconds."""
    mtu: Annotated[int | None, Field(alias="MTU", ge=1280, le=1400)] = None
    """Bytes. Since 14.0."""
    disable_mobike: Annotated[Switch | None, Field(alias="DisableMOBIKE")] = None
    disable_redirect: Annotated[Switch | None, Field(alias="DisableRedirect")] = None
    enable_fallback: Annotated[Switch | None, Field(alias="EnableFallback")] = None
    """Cellular data beside a weak Wi-Fi."""
    enable_pfs: Annotated[Switch | None, Field(alias="EnablePFS")] = None
    """Perfect forward secrecy."""
    check_revocation: Annotated[Switch | None, Field(alias="EnableCertificateRevocationCheck")] = (
        None
    )
    use_internal_subnet: Annotated[
        Switch | None, Field(alias="UseConfigurationAttributeInternalIPSubnet")
    ] = None
    tls_minimum_version: Annotated[IkeTlsVersion | None, Field(alias="TLSMinimumVersion")] = None
    tls_maximum_version: Annotated[IkeTlsVersion | None, Field(alias="TLSMaximumVersion")] = None
    ike_association: Annotated[
        SecurityAssociation | None, Field(alias="IKESecurityAssociationParameters")
    ] = None
    child_association: Annotated[
        SecurityAssociation | None, Field(alias="ChildSecurityAssociationParameters")
    ] = None
