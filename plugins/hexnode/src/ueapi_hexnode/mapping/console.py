"""What only a person can set, in the portal, and how it is told to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from ueapi.apple.profiles import ConfigurationProfile, Payload
from ueapi_hexnode.mapping.table import PASSCODE, RESTRICTIONS, WIFI

CONSOLE_PAYLOADS: Final[Mapping[str, str]] = MappingProxyType(
    {
        PASSCODE: "Passcode",
        RESTRICTIONS: "Restrictions",
        WIFI: "Wi-Fi",
        "com.apple.vpn.managed": "VPN",
        "com.apple.vpn.managed.applayer": "Per-app VPN",
        "com.apple.mail.managed": "Email",
        "com.apple.eas.account": "Exchange ActiveSync",
        "com.apple.caldav.account": "CalDAV",
        "com.apple.carddav.account": "CardDAV",
        "com.apple.ldap.account": "LDAP",
        "com.apple.subscribedcalendar.account": "Subscribed calendars",
        "com.apple.webClip.managed": "Web clips",
        "com.apple.webcontent-filter": "Web content filter",
        "com.apple.domains": "Managed domains",
        "com.apple.extensiblesso": "Single sign-on extension",
        "com.apple.security.root": "Certificates",
        "com.apple.security.pem": "Certificates",
        "com.apple.security.pkcs1": "Certificates",
        "com.apple.security.pkcs12": "Certificates",
        "com.apple.security.scep": "SCEP",
    }
)
"""Payload types the portal offers for iPhone, with the portal's name of the section.

Source: Hexnode help, Apple User Enrollment, sections of a policy; the names of single sections are assumed.
"""

CONSOLE_KEYS: Final = frozenset(
    {
        (RESTRICTIONS, "allowOpenFromManagedToUnmanaged"),
        (RESTRICTIONS, "allowOpenFromUnmanagedToManaged"),
    }
)
"""Keys of mapped payloads which the portal has elsewhere, in the business container."""


def steps(profile: ConfigurationProfile) -> tuple[str, ...]:
    """Tell a person how to make the whole profile in the portal.

    Switches and numbers are written out. Texts are named only, since each may be a secret or somebody's address.
    """
    return (
        "In the portal, open Policies, make a policy for iOS, and give it the name this plan says",
        *(_step(payload) for payload in profile.payloads if payload.type in CONSOLE_PAYLOADS),
        "Save the policy without targets; targets are set by the plan",
    )


def _step(payload: Payload) -> str:
    section = CONSOLE_PAYLOADS[payload.type]
    return f"Under {section}, set {', '.join(_settings(payload.content)) or 'nothing further'}"


def _settings(content: Mapping[str, object]) -> Iterable[str]:
    for key, value in sorted(content.items()):
        if isinstance(value, bool):
            yield f"{key} = {'on' if value else 'off'}"
        elif isinstance(value, int | float):
            yield f"{key} = {value}"
        else:
            yield f"{key} as in the profile"
