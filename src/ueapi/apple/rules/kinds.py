"""The words of a verdict."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import frozen

from ueapi.apple.rules.version import IosVersion


class Mode(StrEnum):
    """What holds for an item on a user-enrolled device."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    IGNORED = "ignored"
    """Accepted, without effect."""
    REQUIRED = "required"
    """Made for User Enrollment: usable there only."""
    REQUIRES_SUPERVISION = "requires-supervision"
    """Works on supervised devices only, which a user-enrolled one never is."""
    NOT_AVAILABLE = "not-available"
    """Not part of this version of iOS."""

    @property
    def is_usable(self) -> bool:
        """Whether the item has its effect on a user-enrolled device."""
        return self in (Mode.ALLOWED, Mode.REQUIRED)


class RuleKind(StrEnum):
    """What a question is about."""

    PAYLOAD = "payload"
    KEY = "key"
    COMMAND = "command"
    QUERY = "query"
    SETTING = "setting"
    CHECKIN = "checkin"
    DECLARATION = "declaration"
    STATUS = "status"


SECTIONS: Final = {
    RuleKind.PAYLOAD: ("payload",),
    RuleKind.KEY: (
        "payload-key",
        "envelope-key",
        "declaration-key",
        "command-key",
        "setting-key",
        "checkin-key",
        "device-info-key",
        "command-response-key",
        "checkin-response-key",
    ),
    RuleKind.COMMAND: ("command",),
    RuleKind.QUERY: ("query",),
    RuleKind.SETTING: ("setting",),
    RuleKind.CHECKIN: ("checkin",),
    RuleKind.DECLARATION: (
        "configuration",
        "asset",
        "activation",
        "management",
        "asset-credential",
    ),
    RuleKind.STATUS: ("status-item",),
}
"""The sections of the table behind each kind; the first that knows the id answers."""

DEFAULT_OWNERS: Final = {
    RuleKind.QUERY: ("DeviceInformation", "SecurityInfo"),
    RuleKind.SETTING: ("Settings",),
}
"""Where a name without an owner is looked for: `SerialNumber` means `DeviceInformation:SerialNumber`."""

NOUNS: Final = {
    RuleKind.PAYLOAD: "payload",
    RuleKind.KEY: "key",
    RuleKind.COMMAND: "command",
    RuleKind.QUERY: "query",
    RuleKind.SETTING: "setting",
    RuleKind.CHECKIN: "check-in message",
    RuleKind.DECLARATION: "declaration",
    RuleKind.STATUS: "status item",
}


@frozen(kw_only=True)
class RuleVerdict:
    """Apple's answer for one item on one version of iOS, under User Enrollment.

    `basis` says what the answer rests on: the release of Apple's schema (`iOS 18.1`), `overrides` (kept by hand, from
    Apple's documentation), or `unproven` for versions before iOS 15.0, whose own schema was not compared.
    """

    kind: RuleKind
    id: str
    ios: IosVersion
    mode: Mode
    reason: str
    basis: str
    introduced: IosVersion | None = None
    deprecated: IosVersion | None = None
    removed: IosVersion | None = None
    supervised_only: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether the item has its effect on a user-enrolled device."""
        return self.mode.is_usable

    @property
    def is_deprecated(self) -> bool:
        """Whether Apple advises against it from this version on; the mode doesn't change by it."""
        return self.deprecated is not None and self.deprecated <= self.ios
