"""The LDAP payload: a directory of people."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedKeys, TypedPayload
from ueapi.apple.profiles.payloads.values import Array

SearchScope: TypeAlias = Literal[
    "LDAPSearchSettingScopeBase", "LDAPSearchSettingScopeOneLevel", "LDAPSearchSettingScopeSubtree"
]
"""The entry itself, what is directly below, or everything below."""


class LdapSearch(TypedKeys):
    """Where in the directory to search."""

    base: Annotated[str, Field(alias="LDAPSearchSettingSearchBase")]
    """A distinguished name, such as `ou=people,o=example`."""
    scope: Annotated[SearchScope | None, Field(alias="LDAPSearchSettingScope")] = None
    description: Annotated[str | None, Field(alias="LDAPSearchSettingDescription")] = None


class Ldap(TypedPayload):
    """A directory account."""

    payload_type: ClassVar[str] = "com.apple.ldap.account"

    host: Annotated[str, Field(alias="LDAPAccountHostName")]
    description: Annotated[str | None, Field(alias="LDAPAccountDescription")] = None
    """The name shown in Contacts and Settings."""
    use_ssl: Annotated[bool | None, Field(alias="LDAPAccountUseSSL")] = None
    user_name: Annotated[str | None, Field(alias="LDAPAccountUserName", repr=False)] = None
    password: Annotated[SecretStr | None, Field(alias="LDAPAccountPassword")] = None
    searches: Annotated[Array[LdapSearch] | None, Field(alias="LDAPSearchSettings")] = None
    vpn_uuid: Annotated[str | None, Field(alias="VPNUUID")] = None
    """The per-app VPN the account uses. Since 14.0."""
