"""Telling a person how to make a profile's settings in the portal, without telling its secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Payload, is_marker, secret_keys

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "com.apple.applicationaccess": "restrictions",
        "com.apple.caldav.account": "calendar account",
        "com.apple.carddav.account": "contacts account",
        "com.apple.domains": "managed domains",
        "com.apple.eas.account": "Exchange account",
        "com.apple.extensiblesso": "single sign-on extension",
        "com.apple.google-oauth": "Google account",
        "com.apple.ldap.account": "LDAP account",
        "com.apple.mail.managed": "mail account",
        "com.apple.mobiledevice.passwordpolicy": "passcode",
        "com.apple.security.acme": "certificate by ACME",
        "com.apple.security.pem": "certificate",
        "com.apple.security.pkcs1": "certificate",
        "com.apple.security.pkcs12": "certificate with its key",
        "com.apple.security.root": "certificate",
        "com.apple.security.scep": "certificate by SCEP",
        "com.apple.subscribedcalendar.account": "subscribed calendar",
        "com.apple.vpn.managed": "VPN",
        "com.apple.vpn.managed.applayer": "per-app VPN",
        "com.apple.webClip.managed": "web clip",
        "com.apple.webcontent-filter": "web content filter",
        "com.apple.wifi.managed": "Wi-Fi network",
    }
)
"""What payload types are called here. The portal's own names of its sections are not known."""

_AS_THERE: Final = "as in the profile"
_LONGEST: Final = 120
_PERSONAL: Final = re.compile(
    r"user_?name|account_?name|full_?name|e?mail_?address|phone|\bupn\b", re.IGNORECASE
)


def steps(profile: ConfigurationProfile) -> tuple[str, ...]:
    """Tell a person how to make the whole profile as one policy.

    Switches, numbers and plain texts are written out with Apple's keys. Secrets, what names a person, and files are
    named only: they stand in the profile itself.
    """
    writer = _Writer.of(profile)
    # What holds for the whole policy comes first: a plan puts the steps of several profiles together.
    return (
        "In the portal, make a policy for iOS with the name this plan says; publish it, unassigned, once all is set",
        "Show only the settings that the portal marks with UE; others do nothing under User Enrollment",
        *(writer.step(payload) for payload in profile.payloads),
    )


@frozen
class _Writer:
    """Writes settings for people; knows what must not be written."""

    _secrets: frozenset[str] = field(repr=False)
    _links: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, profile: ConfigurationProfile) -> _Writer:
        secrets = {text for payload in profile.payloads for text in _secret_texts(payload)}
        links = {payload.uuid.upper(): _title(payload) for payload in profile.payloads}
        return cls(frozenset(secrets), links)

    def step(self, payload: Payload) -> str:
        secret = frozenset(secret_keys(payload))
        settings = [
            f"{_printable(path)} = {self._shown(path, value, secret)}"
            for path, value in _leaves(payload.content, "")
        ]
        return f"Make the {_title(payload)}: {'; '.join(settings) or 'nothing further to set'}"

    def _shown(self, path: str, value: PlistValue, secret: frozenset[str]) -> str:
        if path in secret or is_marker(value):
            return f"{_AS_THERE} (a secret)"
        match value:
            case bool():
                return "on" if value else "off"
            case int() | float():
                return str(value)
            case datetime():
                return value.isoformat()
            case str():
                return self._text(path, value)
            case _:
                return "none" if isinstance(value, Mapping | list | tuple) else _AS_THERE

    def _text(self, path: str, text: str) -> str:
        if link := self._links.get(text.upper()):
            return f"the {link}"
        hidden = (
            len(text) > _LONGEST
            or not text.isprintable()
            or "@" in text
            or _PERSONAL.search(path.rpartition(".")[2]) is not None
            or any(secret in text for secret in self._secrets)
        )
        return _AS_THERE if hidden else f'"{text}"'


def _title(payload: Payload) -> str:
    return f"{TITLES.get(payload.type, 'payload')} ({_printable(payload.type)})"


def _printable(name: str) -> str:
    # A key of free content can be anything; a terminal must not obey it.
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:_LONGEST]


def _leaves(value: PlistValue, path: str) -> Iterator[tuple[str, PlistValue]]:
    """Settings by path, as `secret_keys` writes it; an empty dictionary or list stands for itself."""
    below: Iterable[tuple[str, PlistValue]] = ()
    if isinstance(value, Mapping):
        below = ((f"{path}.{key}" if path else key, value[key]) for key in sorted(value))
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        below = ((f"{path}[{at}]", child) for at, child in enumerate(value))
    empty = True
    for place, child in below:
        empty = False
        yield from _leaves(child, place)
    if empty and path:
        yield path, value


def _secret_texts(payload: Payload) -> Iterator[str]:
    secret = frozenset(secret_keys(payload))
    for path, value in _leaves(payload.content, ""):
        if path in secret and isinstance(value, str) and value:
            yield value
