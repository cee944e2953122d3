"""The whole mapping, and what Apple has equals for that aren't known key by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ueapi.apple.declarations import accounts, device
from ueapi.apple.declarations.equals import Equal

EQUALS: Final[tuple[Equal, ...]] = (
    device.PASSCODE,
    accounts.MAIL,
    accounts.EXCHANGE,
    accounts.CALDAV,
    accounts.CARDDAV,
    accounts.LDAP,
    accounts.SUBSCRIBED_CALENDAR,
    accounts.GOOGLE,
    device.ROOT,
    device.PKCS1,
    device.PEM,
    device.PKCS12,
    device.SCEP,
    device.ACME,
)
"""Every payload type that Apple has an equal for."""

BY_PAYLOAD: Final[Mapping[str, Equal]] = {equal.payload_type: equal for equal in EQUALS}
IDENTITIES: Final = frozenset(
    equal.payload_type for equal in (device.PKCS12, device.SCEP, device.ACME)
)
"""Payload types that other payloads can name as their identity."""

KNOWN_BY_NAME: Final[Mapping[str, str]] = {
    "com.apple.dnsProxy.managed": "com.apple.configuration.network.dns-proxy",
    "com.apple.extensiblesso": "com.apple.configuration.extensible-sso",
    "com.apple.relay.managed": "com.apple.configuration.network.relay",
    "com.apple.webcontent-filter": "com.apple.configuration.webcontent-filter.plugin",
}
"""From iOS 27 on there is a declaration; the schema used here is older, so its keys are not known."""

ACTIVATION: Final = "com.apple.activation.simple"
CERTIFICATE: Final = device.ROOT.declaration
IDENTITY: Final = device.PKCS12.declaration
IDENTITY_KEY: Final = device.PKCS12.slots[0].reference
"""The key of an identity that names its asset."""
LEGACY: Final = "com.apple.configuration.legacy"
LEGACY_INTERACTIVE: Final = "com.apple.configuration.legacy.interactive"
