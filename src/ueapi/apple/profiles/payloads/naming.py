"""A short word for each model, for files and command lines that people write."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ueapi.apple.profiles.payloads.acme import Acme
from ueapi.apple.profiles.payloads.airplay import AirPlay
from ueapi.apple.profiles.payloads.airprint import AirPrint
from ueapi.apple.profiles.payloads.base import TypedPayload
from ueapi.apple.profiles.payloads.calendar import Calendar
from ueapi.apple.profiles.payloads.certificates import (
    IdentityCertificate,
    PemCertificate,
    Pkcs1Certificate,
    RootCertificate,
)
from ueapi.apple.profiles.payloads.contacts import Contacts
from ueapi.apple.profiles.payloads.content_filter import ContentFilter
from ueapi.apple.profiles.payloads.dns_proxy import DnsProxy
from ueapi.apple.profiles.payloads.exchange import Exchange
from ueapi.apple.profiles.payloads.font import Font
from ueapi.apple.profiles.payloads.google import GoogleAccount
from ueapi.apple.profiles.payloads.kerberos import KerberosSingleSignOn
from ueapi.apple.profiles.payloads.ldap import Ldap
from ueapi.apple.profiles.payloads.mail import Mail
from ueapi.apple.profiles.payloads.passcode import Passcode
from ueapi.apple.profiles.payloads.per_app_vpn import PerAppVpn
from ueapi.apple.profiles.payloads.relay import Relay
from ueapi.apple.profiles.payloads.restrictions import Restrictions
from ueapi.apple.profiles.payloads.scep import Scep
from ueapi.apple.profiles.payloads.single_sign_on import SingleSignOn
from ueapi.apple.profiles.payloads.subscribed_calendar import SubscribedCalendar
from ueapi.apple.profiles.payloads.web_clip import WebClip
from ueapi.apple.profiles.payloads.wifi import WiFi
from ueapi.errors import UsageError

WORDS: Final[Mapping[str, type[TypedPayload]]] = MappingProxyType(
    {
        "passcode": Passcode,
        "restrictions": Restrictions,
        "wifi": WiFi,
        "per-app-vpn": PerAppVpn,
        "mail": Mail,
        "exchange": Exchange,
        "calendar": Calendar,
        "contacts": Contacts,
        "subscribed-calendar": SubscribedCalendar,
        "ldap": Ldap,
        "web-clip": WebClip,
        "root-certificate": RootCertificate,
        "pem-certificate": PemCertificate,
        "pkcs1-certificate": Pkcs1Certificate,
        "identity-certificate": IdentityCertificate,
        "scep": Scep,
        "acme": Acme,
        "sso": SingleSignOn,
        "kerberos-sso": KerberosSingleSignOn,
        "content-filter": ContentFilter,
        "dns-proxy": DnsProxy,
        "relay": Relay,
        "font": Font,
        "airprint": AirPrint,
        "airplay": AirPlay,
        "google-account": GoogleAccount,
    }
)
"""The model behind each word. Words don't change once released."""


def model_named(word: str) -> type[TypedPayload]:
    """The model behind a word.

    Raises:
        UsageError: there is no such word; the remedy names near ones.
    """
    if word in WORDS:
        return WORDS[word]
    near = difflib.get_close_matches(word, WORDS, n=3)
    raise UsageError(
        f"no payload is called {word!r}.",
        remedy=f"Did you mean {', '.join(near)}?" if near else f"Choose from {', '.join(WORDS)}.",
    )


def word_of(payload: TypedPayload) -> str | None:
    """The word for a typed payload; `None` for a model from elsewhere."""
    return next((word for word, model in WORDS.items() if type(payload) is model), None)
