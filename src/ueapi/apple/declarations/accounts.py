"""Accounts as payloads and as declarations. Source: Apple's schema, account.* and the payloads of the same services."""

from __future__ import annotations

from typing import Final

from ueapi.apple.declarations.equals import (
    Asset,
    Copy,
    Demand,
    Equal,
    Form,
    Items,
    Loss,
    Row,
    Slot,
    Turn,
    Words,
)

PERSON: Final = Asset(type="com.apple.asset.useridentity", form=Form.INLINE)
LOGIN: Final = Asset(
    type="com.apple.asset.credential.userpassword", form=Form.JSON, needs=("UserName",)
)

_PERSON: Final = "UserIdentityAssetReference"
_LOGIN: Final = "AuthenticationCredentialsAssetReference"
_IN: Final = f"IncomingServer.{_LOGIN}"
_OUT: Final = f"OutgoingServer.{_LOGIN}"
_METHODS: Final = Words(
    {f"EmailAuth{name}": name for name in ("None", "Password", "CRAMMD5", "NTLM", "HTTPMD5")}
)
_NO_TLS_SWITCH: Final = (
    "A declaration can't say whether to use TLS; Apple doesn't document what iOS does without it."
)
_VPN: Final = {"VPNUUID": "A declaration can't bind the account to a per-app VPN."}
_CALLS: Final = Loss(
    key="CommunicationServiceRules",
    reason="A declaration can't name the app for calls to contacts of this account.",
)
_MAC_ONLY: Final = "Apple has this key for the Mac only."


def _smime(now_ignored: str) -> tuple[Loss, ...]:
    return (
        Loss(key="SMIMEEnabled", reason="iOS ignores this key since 10.0.", harmless=False),
        Loss(key="SMIMEEncryptionEnabled", reason=now_ignored, harmless=False),
        Loss(key="SMIMEEnablePerMessageSwitch", reason=now_ignored, harmless=False),
    )


_SMIME_ROWS: Final = (
    Row("SMIMESigningEnabled", "SMIME.Signing.Enabled"),
    Row("SMIMESigningCertificateUUID", "SMIME.Signing.IdentityAssetReference", Turn.LINK),
    Row("SMIMESigningUserOverrideable", "SMIME.Signing.UserOverrideable"),
    Row("SMIMESigningCertificateUUIDUserOverrideable", "SMIME.Signing.IdentityUserOverrideable"),
    Row("SMIMEEncryptByDefault", "SMIME.Encryption.Enabled"),
    Row("SMIMEEncryptionCertificateUUID", "SMIME.Encryption.IdentityAssetReference", Turn.LINK),
    Row("SMIMEEncryptByDefaultUserOverrideable", "SMIME.Encryption.UserOverrideable"),
    Row(
        "SMIMEEncryptionCertificateUUIDUserOverrideable",
        "SMIME.Encryption.IdentityUserOverrideable",
    ),
    Row("SMIMEEnableEncryptionPerMessageSwitch", "SMIME.Encryption.PerMessageSwitchEnabled"),
)
_SMIME_FILL: Final = {"SMIME.Signing.Enabled": False, "SMIME.Encryption.Enabled": False}
_SMIME_LOST: Final = _smime("Newer keys of the same payload replace this one since iOS 12.0.")
_MAIL_LOST: Final = (
    Loss(
        key="PreventMove",
        reason="A declaration can't keep mail from being moved to another account.",
        harmless=False,
    ),
    Loss(
        key="PreventAppSheet",
        reason="A declaration can't keep other apps from sending with this account.",
        harmless=False,
    ),
    Loss(
        key="disableMailRecentsSyncing",
        reason="A declaration can't keep recent addresses from being synced.",
        harmless=False,
    ),
    Loss(key="allowMailDrop", reason="A declaration says nothing of Mail Drop.", harmless=False),
)

MAIL: Final = Equal(
    payload_type="com.apple.mail.managed",
    declaration="com.apple.configuration.account.mail",
    rows=(
        Row("EmailAccountDescription", "VisibleName"),
        Row("EmailAccountName", "FullName", slot=_PERSON),
        Row("EmailAddress", "EmailAddress", slot=_PERSON),
        Row(
            "EmailAccountType",
            "IncomingServer.ServerType",
            Words({"EmailTypeIMAP": "IMAP", "EmailTypePOP": "POP"}),
            must=True,
        ),
        Row(
            "IncomingMailServerAuthentication",
            "IncomingServer.AuthenticationMethod",
            _METHODS,
            must=True,
        ),
        Row("IncomingMailServerHostName", "IncomingServer.HostName", must=True),
        Row("IncomingMailServerPortNumber", "IncomingServer.Port"),
        Row("IncomingMailServerIMAPPathPrefix", "IncomingServer.IMAPPathPrefix"),
        Row("IncomingMailServerUsername", "UserName", slot=_IN),
        Row("IncomingPassword", "Password", slot=_IN),
        Row(
            "OutgoingMailServerAuthentication",
            "OutgoingServer.AuthenticationMethod",
            _METHODS,
            must=True,
        ),
        Row("OutgoingMailServerHostName", "OutgoingServer.HostName", must=True),
        Row("OutgoingMailServerPortNumber", "OutgoingServer.Port"),
        Row("OutgoingMailServerUsername", "UserName", slot=_OUT),
        Row("OutgoingPassword", "Password", slot=_OUT),
        *_SMIME_ROWS,
    ),
    slots=(
        Slot(reference=_PERSON, asset=PERSON),
        Slot(reference=_IN, asset=LOGIN, unless="IncomingServer.AuthenticationMethod"),
        Slot(reference=_OUT, asset=LOGIN, unless="OutgoingServer.AuthenticationMethod"),
    ),
    fill=_SMIME_FILL,
    lost=(
        Loss(key="IncomingMailServerUseSSL", reason=_NO_TLS_SWITCH),
        Loss(key="OutgoingMailServerUseSSL", reason=_NO_TLS_SWITCH),
        *_MAIL_LOST,
        *_SMIME_LOST,
    ),
    stays=_VPN,
    copy=Copy(
        flag="OutgoingPasswordSameAsIncomingPassword",
        source="IncomingPassword",
        target="OutgoingPassword",
    ),
)

_SERVICES: Final = {
    "Mail": "Mail",
    "Contacts": "Contacts",
    "Calendars": "Calendar",
    "Reminders": "Reminders",
    "Notes": "Notes",
}

EXCHANGE: Final = Equal(
    payload_type="com.apple.eas.account",
    declaration="com.apple.configuration.account.exchange",
    rows=(
        Row("EmailAddress", "EmailAddress", slot=_PERSON),
        Row("Host", "HostName"),
        Row("UserName", "UserName", slot=_LOGIN),
        Row("Password", "Password", slot=_LOGIN),
        Row("PayloadCertificateUUID", "AuthenticationIdentityAssetReference", Turn.LINK),
        Row("OAuth", "OAuth.Enabled"),
        Row("OAuthSignInURL", "OAuth.SignInURL"),
        Row("OAuthTokenRequestURL", "OAuth.TokenRequestURL"),
        *(Row(f"Enable{old}", f"{new}ServiceActive") for old, new in _SERVICES.items()),
        *(
            Row(f"Enable{old}UserOverridable", f"Lock{new}Service", Turn.NOT)
            for old, new in _SERVICES.items()
        ),
        *_SMIME_ROWS,
    ),
    slots=(Slot(reference=_PERSON, asset=PERSON), Slot(reference=_LOGIN, asset=LOGIN)),
    constants={"EnabledProtocolTypes": ("EAS",)},
    demand=Demand(place="HostName", given="OAuth.Enabled", absent="OAuth.SignInURL"),
    fill={**_SMIME_FILL, "OAuth.Enabled": False},
    lost=(
        Loss(key="SSL", reason=_NO_TLS_SWITCH),
        *_MAIL_LOST,
        *_SMIME_LOST,
        Loss(
            key="MailNumberOfPastDaysToSync",
            reason="A declaration can't say how many days of mail to sync; the person chooses.",
        ),
        Loss(key="HeaderMagic", reason="A declaration can't add a header to requests."),
        Loss(
            key="OverridePreviousPassword",
            reason="A declaration has no switch for replacing a password the person typed.",
            harmless=False,
        ),
        Loss(key="CertificateName", reason="It only describes the embedded certificate."),
        _CALLS,
    ),
    stays={
        **_VPN,
        "Certificate": "A declaration can't embed an identity; move it to a payload of its own and link it.",
        "CertificatePassword": "A declaration can't embed an identity; move it to a payload of its own and link it.",
    },
    lost_back={
        "VisibleName": "The Exchange payload has no name for the account.",
        "Port": _MAC_ONLY,
        "Path": _MAC_ONLY,
        "ExternalHostName": _MAC_ONLY,
        "ExternalPort": _MAC_ONLY,
        "External Path": _MAC_ONLY,
    },
)


def _dav(service: str, kind: str, lost: tuple[Loss, ...]) -> Equal:
    return Equal(
        payload_type=f"com.apple.{kind}.account",
        declaration=f"com.apple.configuration.account.{kind}",
        rows=(
            Row(f"{service}AccountDescription", "VisibleName"),
            Row(f"{service}HostName", "HostName", must=True),
            Row(f"{service}Port", "Port"),
            Row(f"{service}PrincipalURL", "Path", Turn.SERVER_PATH),
            Row(f"{service}Username", "UserName", slot=_LOGIN),
            Row(f"{service}Password", "Password", slot=_LOGIN),
        ),
        slots=(Slot(reference=_LOGIN, asset=LOGIN),),
        lost=(Loss(key=f"{service}UseSSL", reason=_NO_TLS_SWITCH), *lost),
        stays=_VPN,
    )


CALDAV: Final = _dav("CalDAV", "caldav", ())
CARDDAV: Final = _dav("CardDAV", "carddav", (_CALLS,))

_SCOPES: Final = Words(
    {f"LDAPSearchSettingScope{name}": name for name in ("Base", "OneLevel", "Subtree")}
)

LDAP: Final = Equal(
    payload_type="com.apple.ldap.account",
    declaration="com.apple.configuration.account.ldap",
    rows=(
        Row("LDAPAccountDescription", "VisibleName"),
        Row("LDAPAccountHostName", "HostName", must=True),
        Row("LDAPAccountUserName", "UserName", slot=_LOGIN),
        Row("LDAPAccountPassword", "Password", slot=_LOGIN),
        Row(
            "LDAPSearchSettings",
            "SearchSettings",
            Items(
                (
                    Row("LDAPSearchSettingDescription", "VisibleDescription"),
                    Row("LDAPSearchSettingSearchBase", "SearchBase", must=True),
                    Row("LDAPSearchSettingScope", "Scope", _SCOPES),
                )
            ),
        ),
    ),
    slots=(Slot(reference=_LOGIN, asset=LOGIN),),
    lost=(Loss(key="LDAPAccountUseSSL", reason=_NO_TLS_SWITCH),),
    stays=_VPN,
    lost_back={"Port": "The LDAP payload has no key for the port."},
)

SUBSCRIBED_CALENDAR: Final = Equal(
    payload_type="com.apple.subscribedcalendar.account",
    declaration="com.apple.configuration.account.subscribed-calendar",
    rows=(
        Row("SubCalAccountDescription", "VisibleName"),
        Row("SubCalAccountHostName", "CalendarURL", Turn.HTTPS, must=True),
        Row("SubCalAccountUsername", "UserName", slot=_LOGIN),
        Row("SubCalAccountPassword", "Password", slot=_LOGIN),
    ),
    slots=(Slot(reference=_LOGIN, asset=LOGIN),),
    lost=(
        Loss(
            key="SubCalAccountUseSSL",
            reason="The address in the declaration is https, whatever this key said.",
            harmless=True,
        ),
    ),
    stays=_VPN,
)

GOOGLE: Final = Equal(
    payload_type="com.apple.google-oauth",
    declaration="com.apple.configuration.account.google",
    rows=(
        Row("AccountDescription", "VisibleName"),
        Row("AccountName", "FullName", slot=_PERSON),
        Row("EmailAddress", "EmailAddress", slot=_PERSON, must=True),
    ),
    slots=(Slot(reference=_PERSON, asset=PERSON),),
    lost=(_CALLS,),
    stays=_VPN,
)
