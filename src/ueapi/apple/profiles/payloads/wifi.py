"""The Wi-Fi payload. Proxies and fixed hardware addresses are forbidden on personal phones and have no field."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedKeys, TypedPayload
from ueapi.apple.profiles.payloads.values import Array, Whole

Encryption: TypeAlias = Literal["WEP", "WPA", "WPA2", "WPA3", "Any", "None"]
EapType: TypeAlias = Whole[Literal[13, 17, 18, 21, 23, 25, 43]]
"""13 TLS, 17 LEAP, 18 EAP-SIM, 21 TTLS, 23 EAP-AKA, 25 PEAP, 43 EAP-FAST."""
TlsVersion: TypeAlias = Literal["1.0", "1.1", "1.2", "1.3"]


class EapClient(TypedKeys):
    """How the phone signs in to a company network (IEEE 802.1X)."""

    accept_eap_types: Annotated[Array[EapType], Field(alias="AcceptEAPTypes")]
    """The methods the phone accepts."""
    user_name: Annotated[str | None, Field(alias="UserName", repr=False)] = None
    """Without it iOS asks the person."""
    user_password: Annotated[SecretStr | None, Field(alias="UserPassword")] = None
    """Without it iOS asks the person."""
    one_time_user_password: Annotated[bool | None, Field(alias="OneTimeUserPassword")] = None
    """Whether iOS asks for the password at each connection."""
    outer_identity: Annotated[str | None, Field(alias="OuterIdentity", repr=False)] = None
    """The name sent outside the encrypted tunnel, such as `anonymous`."""
    anchor_certificate_uuids: Annotated[
        Array[str] | None, Field(alias="PayloadCertificateAnchorUUID")
    ] = None
    """UUIDs of certificate payloads in the same profile; a server must be vouched for by one of them."""
    trusted_certificates: Annotated[Array[str] | None, Field(alias="TLSTrustedCertificates")] = None
    trusted_server_names: Annotated[Array[str] | None, Field(alias="TLSTrustedServerNames")] = None
    """Common names of the servers; a star stands for any text."""
    tls_certificate_is_required: Annotated[bool | None, Field(alias="TLSCertificateIsRequired")] = (
        None
    )
    """Whether a client certificate is needed besides what the method asks for by itself."""
    tls_minimum_version: Annotated[TlsVersion | None, Field(alias="TLSMinimumVersion")] = None
    tls_maximum_version: Annotated[TlsVersion | None, Field(alias="TLSMaximumVersion")] = None
    ttls_inner_authentication: Annotated[
        Literal["PAP", "EAP", "CHAP", "MSCHAP", "MSCHAPv2"] | None,
        Field(alias="TTLSInnerAuthentication"),
    ] = None
    fast_use_pac: Annotated[bool | None, Field(alias="EAPFASTUsePAC")] = None
    """EAP-FAST: use a protected access credential that is there."""
    fast_provision_pac: Annotated[bool | None, Field(alias="EAPFASTProvisionPAC")] = None
    """EAP-FAST: let the server hand one out."""
    fast_provision_pac_anonymously: Annotated[
        bool | None, Field(alias="EAPFASTProvisionPACAnonymously")
    ] = None
    """EAP-FAST: without knowing the server, which can be attacked."""
    sim_number_of_rands: Annotated[
        Whole[Literal[2, 3]] | None, Field(alias="EAPSIMNumberOfRANDs")
    ] = None
    """EAP-SIM: the fewest challenges to accept."""


class QosMarking(TypedKeys):
    """Which apps may ask the network for fast delivery. Present and empty, it means none."""

    allowed_apps: Annotated[Array[str] | None, Field(alias="QoSMarkingAllowListAppIdentifiers")] = (
        None
    )
    """Bundle identifiers. Since 14.5."""
    apple_audio_video_calls: Annotated[
        bool | None, Field(alias="QoSMarkingAppleAudioVideoCalls")
    ] = None
    enabled: Annotated[bool | None, Field(alias="QoSMarkingEnabled")] = None


class WiFi(TypedPayload):
    """A wireless network. Needs `ssid`, or `domain_name` for a Hotspot 2.0 network."""

    payload_type: ClassVar[str] = "com.apple.wifi.managed"

    ssid: Annotated[str | None, Field(alias="SSID_STR")] = None
    hidden: Annotated[bool | None, Field(alias="HIDDEN_NETWORK")] = None
    auto_join: Annotated[bool | None, Field(alias="AutoJoin")] = None
    encryption: Annotated[Encryption | None, Field(alias="EncryptionType")] = None
    password: Annotated[SecretStr | None, Field(alias="Password")] = None
    eap: Annotated[EapClient | None, Field(alias="EAPClientConfiguration")] = None
    certificate_uuid: Annotated[str | None, Field(alias="PayloadCertificateUUID")] = None
    """UUID of the identity payload in the same profile that the phone signs in with."""
    tls_certificate_required: Annotated[bool | None, Field(alias="TLSCertificateRequired")] = None
    enable_ipv6: Annotated[bool | None, Field(alias="EnableIPv6")] = None
    captive_bypass: Annotated[bool | None, Field(alias="CaptiveBypass")] = None
    """Whether the phone leaves out the search for a sign-in page."""
    qos_marking: Annotated[QosMarking | None, Field(alias="QoSMarkingPolicy")] = None

    is_hotspot: Annotated[bool | None, Field(alias="IsHotspot")] = None
    displayed_operator_name: Annotated[str | None, Field(alias="DisplayedOperatorName")] = None
    domain_name: Annotated[str | None, Field(alias="DomainName")] = None
    """The domain of a Hotspot 2.0 network; the fields from here on are for such networks only."""
    service_provider_roaming: Annotated[
        bool | None, Field(alias="ServiceProviderRoamingEnabled")
    ] = None
    roaming_consortium_ois: Annotated[Array[str] | None, Field(alias="RoamingConsortiumOIs")] = None
    """Organization identifiers in hexadecimal."""
    hessid: Annotated[str | None, Field(alias="HESSID")] = None
    nai_realm_names: Annotated[Array[str] | None, Field(alias="NAIRealmNames")] = None
    mcc_and_mncs: Annotated[Array[str] | None, Field(alias="MCCAndMNCs")] = None
    """Country code and network code of mobile networks, six digits each."""
