"""Where secrets stand in payloads, and what tells two payloads of one type apart. Source: Apple's profile schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

SECRET_NAME: Final = re.compile(
    r"""^(?!allow|force|prompt|override|require|enable|disable|.*sameas) .* (
        password | passphrase | passcode | passwd | pwd | pin
        | secret | challenge | token | jwt | bearer | cookie | credentials? | authorization
        | psk | ppk
        | (private|pre_?shared|shared|access|auth|api|secret|signing|encryption|license|activation)
          [_\-\ ]?key
        | (activation|access|auth|enrollment|registration)[_\-\ ]?code
    )$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
"""How the key of a secret ends; `forcePIN` and the like are switches, which some products write as numbers.

It covers every such key of Apple's schema, and what vendors put into the free content of VPN, content filter, DNS proxy
and single sign-on payloads (`VendorConfig`, `ProviderConfiguration`, `ExtensionData`).
"""

SECRET_PLACES: Final[Mapping[str, frozenset[str]]] = {
    # A key pair, with or without a password around it.
    "com.apple.eas.account": frozenset({"Certificate", "HeaderMagic"}),
    "com.apple.security.pkcs12": frozenset({"PayloadContent"}),
    "com.apple.security.wapi-identity": frozenset({"PEMData"}),
    # Whoever has it gets a certificate: the server may take it as a one-time code.
    "com.apple.security.acme": frozenset({"ClientIdentifier"}),
}
"""Secrets whose key doesn't sound like one, by payload type."""

SECRET_BRANCHES: Final = frozenset({"AdditionalHTTPHeaderFields"})
"""Dictionaries whose values are all credentials, as HTTP headers of a relay are."""

NAMING_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "com.apple.caldav.account": ("CalDAVHostName", "CalDAVUsername"),
    "com.apple.carddav.account": ("CardDAVHostName", "CardDAVUsername"),
    "com.apple.eas.account": ("Host", "EmailAddress"),
    "com.apple.ldap.account": ("LDAPAccountHostName", "LDAPAccountUserName"),
    "com.apple.mail.managed": ("EmailAddress", "IncomingMailServerHostName"),
    "com.apple.security.pkcs12": ("PayloadCertificateFileName",),
    "com.apple.subscribedcalendar.account": ("SubCalAccountHostName",),
    "com.apple.vpn.managed": ("UserDefinedName",),
    "com.apple.vpn.managed.applayer": ("UserDefinedName",),
    "com.apple.webcontent-filter": ("UserDefinedName",),
    "com.apple.wifi.managed": ("SSID_STR", "DomainName"),
}
"""What two payloads of one type are told apart by: two networks have two passwords."""

_KEY_TEXT: Final = "PRIVATE KEY-----"
_KEY_BYTES: Final = _KEY_TEXT.encode()
_LOGIN_IN_URL: Final = re.compile(r"://[^/@\s:]*:[^/@\s]+@")
_SECRET_IN_URL: Final = re.compile(
    r"[?&][\w.\-]*(token|passw(or)?d|pwd|secret|signature|sig|challenge|(api|access)[_\-]?key)=[^&#\s]",
    re.IGNORECASE,
)
_PRIVATE_CALENDAR: Final = re.compile(r"/private-[0-9a-f]{8,}/", re.IGNORECASE)


def shows_itself(value: str | bytes) -> bool:
    """Whether a value is a secret wherever it stands: a private key, or an address that lets anyone in."""
    if isinstance(value, bytes):
        return _KEY_BYTES in value
    return _KEY_TEXT in value or any(
        shape.search(value) for shape in (_LOGIN_IN_URL, _SECRET_IN_URL, _PRIVATE_CALENDAR)
    )
