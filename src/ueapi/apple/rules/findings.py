"""The words of a finding: what is wrong with a profile, how bad it is, and what to do instead."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from ueapi.apple.rules.kinds import Mode
from ueapi.apple.rules.version import IosVersion


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """iOS refuses the whole profile."""
    WARNING = "warning"
    """A part of the profile does nothing, or sources disagree about it."""
    NOTE = "note"
    """Nothing is lost; it is good to know."""


class Effect(StrEnum):
    """What happens on the phone because of what was found."""

    REFUSES_PROFILE = "refuses-profile"
    """iOS rejects the whole profile; nothing of it is installed."""
    NO_EFFECT = "no-effect"
    """The rest of the profile installs, and this part does nothing."""
    NOT_AVAILABLE = "not-available"
    """This version of iOS doesn't know the part; the rest installs."""
    UNCERTAIN = "uncertain"
    """It may do nothing: sources disagree, and none was proven."""
    NONE = "none"
    """It has its effect."""

    @property
    def is_loss(self) -> bool:
        """Whether the part may not do what it says."""
        return self is not Effect.NONE


@frozen(kw_only=True)
class Finding:
    """One thing about a profile that its owner should know before a user-enrolled iPhone gets it.

    `key` is the path within the payload, `None` for the payload as a whole; `payload_type` is `Configuration` for a key
    of the profile itself. `mode` is `None` where Apple's schema says nothing. `ios` is the version of iOS it was found
    for; in a range, the lowest on which it is worst. `instead` names what to use in its place. `sources` are where to
    read on. `stays` says whether `split` leaves the part in.
    """

    severity: Severity
    payload_type: str
    payload_identifier: str
    key: str | None
    mode: Mode | None
    effect: Effect
    reason: str
    basis: str
    ios: IosVersion
    instead: str = ""
    sources: tuple[str, ...] = ()
    stays: bool = False

    @property
    def is_loss(self) -> bool:
        """Whether something of the profile doesn't work, or can't be relied on."""
        return self.severity is not Severity.NOTE and self.effect.is_loss
