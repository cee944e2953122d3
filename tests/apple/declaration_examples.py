"""Examples of payloads that have an exact equal among declarations, and the ways there and back."""

from __future__ import annotations

import datetime

from attrs import evolve
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import strategies as st

from ueapi.apple.declarations import (
    Conversion,
    Declaration,
    Fate,
    Hosting,
    from_profile,
    to_profile,
)
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Payload

HOSTING = Hosting(address="https://mdm.example.org/content/", key=b"k" * 32)
PASSCODE = "com.apple.mobiledevice.passwordpolicy"
MAIL = "com.apple.mail.managed"
EAS = "com.apple.eas.account"
WIFI = "com.apple.wifi.managed"
PKCS12 = "com.apple.security.pkcs12"
SUBJECT: list[PlistValue] = [[["CN", "phone"]]]


def certificate(issuer: str, subject: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.DER)


ROOT_DER = certificate("Example CA", "Example CA")
LEAF_DER = certificate("Example CA", "Example server")
PEM = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def payload(kind: str, name: str = "p", /, **content: PlistValue) -> Payload:
    return Payload(
        type=kind, identifier=f"org.example.{name}", uuid=f"UUID-{name}", content=content
    )


def profile(*payloads: Payload, **extra: PlistValue) -> ConfigurationProfile:
    return ConfigurationProfile(
        identifier="org.example.profile", uuid="U-1", payloads=payloads, extra=extra
    )


def converted(whole: ConfigurationProfile, ios: str = "26.0") -> Conversion:
    return from_profile(whole, ios=ios, hosting=HOSTING)


def there_and_back(whole: ConfigurationProfile) -> ConfigurationProfile:
    there = converted(whole)
    again = to_profile(there.declarations, identifier="org.example.again", hosted=there.hosted)
    rest = there.leftovers.payloads if there.leftovers else ()
    made = again.profile.payloads if again.profile else ()
    assert again.leftovers == ()
    return evolve(whole, payloads=(*made, *rest), extra=whole.extra if rest else {})


def fates(found: Conversion, fate: Fate) -> dict[str, str]:
    return {row.key: row.reason for row in found.fates if row.fate is fate}


MAIL_ACCOUNT: dict[str, PlistValue] = {
    "EmailAccountDescription": "Work mail",
    "EmailAccountName": "Ann Example",
    "EmailAddress": "ann@example.org",
    "EmailAccountType": "EmailTypeIMAP",
    "IncomingMailServerAuthentication": "EmailAuthPassword",
    "IncomingMailServerHostName": "imap.example.org",
    "IncomingMailServerPortNumber": 993,
    "IncomingMailServerIMAPPathPrefix": "INBOX",
    "IncomingMailServerUsername": "ann",
    "IncomingPassword": "s3cret-in",
    "OutgoingMailServerAuthentication": "EmailAuthCRAMMD5",
    "OutgoingMailServerHostName": "smtp.example.org",
    "OutgoingMailServerPortNumber": 587,
    "OutgoingMailServerUsername": "ann",
    "OutgoingPassword": "s3cret-out",
    "SMIMESigningEnabled": True,
    "SMIMESigningUserOverrideable": False,
    "SMIMEEncryptByDefault": False,
    "SMIMEEnableEncryptionPerMessageSwitch": True,
}
EXACT: dict[str, dict[str, PlistValue]] = {
    PASSCODE: {
        "forcePIN": True,
        "allowSimple": False,
        "requireAlphanumeric": True,
        "minLength": 8,
        "minComplexChars": 1,
        "maxFailedAttempts": 10,
        "maxGracePeriod": 0,
        "maxInactivity": 5,
        "maxPINAgeInDays": 90,
        "pinHistory": 3,
    },
    MAIL: MAIL_ACCOUNT,
    EAS: {
        "EmailAddress": "ann@example.org",
        "Host": "mail.example.org",
        "UserName": "ann",
        "Password": "s3cret",
        "OAuth": True,
        "OAuthSignInURL": "https://login.example.org/",
        "OAuthTokenRequestURL": "https://login.example.org/token",
        "EnableMail": True,
        "EnableNotes": False,
        "EnableMailUserOverridable": False,
        "EnableContactsUserOverridable": True,
        "SMIMESigningEnabled": False,
        "SMIMEEncryptByDefault": True,
    },
    "com.apple.caldav.account": {
        "CalDAVAccountDescription": "Calendar",
        "CalDAVHostName": "cal.example.org",
        "CalDAVPort": 8443,
        "CalDAVUsername": "ann",
        "CalDAVPassword": "s3cret",
    },
    "com.apple.carddav.account": {
        "CardDAVHostName": "card.example.org",
        "CardDAVUsername": "ann",
    },
    "com.apple.ldap.account": {
        "LDAPAccountDescription": "Directory",
        "LDAPAccountHostName": "ldap.example.org",
        "LDAPAccountUserName": "ann",
        "LDAPAccountPassword": "s3cret",
        "LDAPSearchSettings": [
            {
                "LDAPSearchSettingDescription": "People",
                "LDAPSearchSettingSearchBase": "ou=people,o=example",
                "LDAPSearchSettingScope": "LDAPSearchSettingScopeSubtree",
            }
        ],
    },
    "com.apple.subscribedcalendar.account": {
        "SubCalAccountDescription": "Holidays",
        "SubCalAccountHostName": "https://cal.example.org/holidays.ics",
        "SubCalAccountUsername": "ann",
        "SubCalAccountPassword": "s3cret",
    },
    "com.apple.google-oauth": {
        "AccountDescription": "Google",
        "AccountName": "Ann Example",
        "EmailAddress": "ann@example.org",
    },
    "com.apple.security.root": {"PayloadContent": ROOT_DER},
    "com.apple.security.pkcs1": {"PayloadContent": LEAF_DER},
    "com.apple.security.pem": {"PayloadContent": PEM},
    PKCS12: {"PayloadContent": b"\x30\x82s3cret", "Password": "s3cret"},
    "com.apple.security.scep": {
        "PayloadContent": {
            "URL": "https://ca.example.org/scep",
            "Name": "example",
            "Subject": SUBJECT,
            "Challenge": "s3cret",
            "Keysize": 2048,
            "Key Type": "RSA",
            "Key Usage": 5,
            "CAFingerprint": b"\x00\x01",
            "Retries": 3,
            "RetryDelay": 10,
            "SubjectAltName": {"rfc822Name": "ann@example.org"},
        }
    },
    "com.apple.security.acme": {
        "DirectoryURL": "https://ca.example.org/acme",
        "ClientIdentifier": "s3cret",
        "KeySize": 256,
        "KeyType": "ECSECPrimeRandom",
        "HardwareBound": True,
        "Subject": SUBJECT,
        "SubjectAltName": {"dNSName": "phone.example.org"},
        "UsageFlags": 5,
        "ExtendedKeyUsage": ["1.3.6.1.5.5.7.3.2"],
        "Attest": True,
    },
}


def declaration(kind: str, name: str = "d", /, **content: PlistValue) -> Declaration:
    return Declaration.of(f"com.apple.{kind}", name, content)


def subset(kind: str) -> st.SearchStrategy[Payload]:
    content = EXACT[kind]
    return st.sets(st.sampled_from(sorted(content))).map(
        lambda keys: payload(kind, **{key: content[key] for key in keys})
    )
