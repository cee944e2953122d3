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

    @property
    def badness(self) -> int:
        """How bad it is for whoever relies on the item: 0 is best. In a range of versions the worst counts."""
        return _FROM_BEST.index(self)


_FROM_BEST: Final = (
    Mode.ALLOWED,
    Mode.REQUIRED,
    Mode.IGNORED,
    Mode.NOT_AVAILABLE,
    Mode.REQUIRES_SUPERVISION,
    Mode.FORBIDDEN,
)


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
class Alternative:
    """What does a similar thing and is allowed; `kind` and `id` are empty where it is a way of working."""

    words: str
    kind: RuleKind | None = None
    id: str = ""

    def __str__(self) -> str:
        return f"{self.id} ({self.words})" if self.id else self.words


@frozen(kw_only=True)
class RuleVerdict:
    """Apple's answer for one item under User Enrollment.

    `ios` is the version it holds for: the one asked for, or of a range the lowest on which the answer is worst.
    `basis` says what the answer rests on: the release of Apple's schema (`iOS 18.1`), `overrides` (kept by hand, from
    Apple's documentation), or `unproven` for versions before iOS 15.0, whose own schema was not compared. `source` is
    the address of the file or page. `note` tells where an older release of the schema said otherwise.
    """

    kind: RuleKind
    id: str
    ios: IosVersion
    mode: Mode
    reason: str
    basis: str
    source: str
    introduced: IosVersion | None = None
    deprecated: IosVersion | None = None
    removed: IosVersion | None = None
    supervised_only: bool = False
    was_forbidden: bool = False
    """Taken out of iOS, and forbidden under User Enrollment while it was there."""
    instead: Alternative | None = None
    note: str = ""

    @property
    def is_usable(self) -> bool:
        """Whether the item has its effect on a user-enrolled device."""
        return self.mode.is_usable

    @property
    def is_deprecated(self) -> bool:
        """Whether Apple advises against it from this version on; the mode doesn't change by it."""
        return self.deprecated is not None and self.deprecated <= self.ios
