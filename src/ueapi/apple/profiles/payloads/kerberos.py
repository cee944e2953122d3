"""The Kerberos form of the single sign-on payload: Apple's own extension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedKeys, TypedPayload
from ueapi.apple.profiles.payloads.values import Array

KERBEROS_EXTENSION: Final = "com.apple.AppSSOKerberos.KerberosExtension"
"""The extension identifier that makes a single sign-on payload one for Kerberos."""


class KerberosSettings(TypedKeys):
    """How to get tickets, and who may use them."""

    principal_name: Annotated[str | None, Field(alias="principalName", repr=False)] = None
    """The person's name, without the realm."""
    certificate_uuid: Annotated[str | None, Field(alias="certificateUUID")] = None
    """UUID of an identity payload in the same profile (PKINIT)."""
    apps: Annotated[Array[str] | None, Field(alias="credentialBundleIdACL")] = None
    """Bundle identifiers of the apps that may use the ticket."""
    include_managed_apps: Annotated[bool | None, Field(alias="includeManagedAppsInBundleIdACL")] = (
        None
    )
    """Whether all work apps may. Since 14.0."""
    credential_use_mode: Annotated[
        Literal["always", "whenNotSpecified", "kerberosDefault"] | None,
        Field(alias="credentialUseMode"),
    ] = None
    """Since 14.0."""
    domain_realm_mapping: Annotated[
        Mapping[str, Array[str]] | None, Field(alias="domainRealmMapping")
    ] = None
    """DNS suffixes for each realm; the realm in capital letters."""
    is_default_realm: Annotated[bool | None, Field(alias="isDefaultRealm")] = None
    preferred_kdcs: Annotated[Array[str] | None, Field(alias="preferredKDCs")] = None
    """Key distribution centers in the order to ask them. Since 15.0."""
    use_site_discovery: Annotated[bool | None, Field(alias="useSiteAutoDiscovery")] = None
    """Whether LDAP and DNS tell the Active Directory site."""
    site_code: Annotated[str | None, Field(alias="siteCode")] = None
    require_tls_for_ldap: Annotated[bool | None, Field(alias="requireTLSForLDAP")] = None
    """Since 14.0."""
    allow_automatic_login: Annotated[bool | None, Field(alias="allowAutomaticLogin")] = None
    """Whether passwords may be kept in the keychain."""
    require_user_presence: Annotated[bool | None, Field(alias="requireUserPresence")] = None
    """Whether a face, finger or passcode is asked for each time."""
    perform_kerberos_only: Annotated[bool | None, Field(alias="performKerberosOnly")] = None
    """Tickets only, no watching over the password's age. Since 16.0."""
    custom_user_name_label: Annotated[str | None, Field(alias="customUsernameLabel")] = None
    """What the sign-in window calls the user name. Since 14.0."""
    help_text: Annotated[str | None, Field(alias="helpText")] = None
    """Shown in the sign-in window. Since 14.0."""


class KerberosSingleSignOn(TypedPayload):
    """Sign-on with Kerberos tickets."""

    payload_type: ClassVar[str] = "com.apple.extensiblesso"

    extension_identifier: Annotated[
        Literal["com.apple.AppSSOKerberos.KerberosExtension"], Field(alias="ExtensionIdentifier")
    ] = KERBEROS_EXTENSION
    team_identifier: Annotated[Literal["apple"], Field(alias="TeamIdentifier")] = "apple"
    type: Annotated[Literal["Credential"], Field(alias="Type")] = "Credential"
    realm: Annotated[str, Field(alias="Realm")]
    """In capital letters."""
    hosts: Annotated[Array[str], Field(alias="Hosts")]
    """Hosts, or domains with a leading dot."""
    settings: Annotated[KerberosSettings | None, Field(alias="ExtensionData")] = None
