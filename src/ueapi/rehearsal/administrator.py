"""A virtual administrator: does by hand what no API can, hours later and sometimes wrong at first."""

from __future__ import annotations

import random
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from attrs import define, evolve, field, frozen

from ueapi.apple import profiles as apple_profiles
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.simulator import Console

HOUR: Final = 3600.0
SLOWEST: Final = 7 * HOUR
QUICKEST: Final = 0.5 * HOUR
SLIP_SHARE: Final = 0.35
"""Part of the profiles made by hand that are wrong at first, apart from the first one, which always is."""
FORGET_SHARE: Final = 0.1
"""Part of the other checkable tasks reported as done without being done."""


class ChoreKind(StrEnum):
    """Tasks the administrator knows how to do; any other is only reported as done."""

    SET_UP_ENROLLMENT = "set-up-account-driven-enrollment"
    LINK_LOCATION = "link-location"
    MAKE_PROFILE = "make-profile"


@frozen(kw_only=True)
class Chore:
    """Something to do in the product's console. `subject` and `content` name and hold a profile to make."""

    id: str
    kind: str
    subject: str = ""
    content: bytes | None = field(default=None, repr=False)


class Slip(StrEnum):
    """How a chore goes wrong."""

    FORGOTTEN = "forgotten"
    SETTING_MISSING = "setting-missing"
    SETTING_DIFFERENT = "setting-different"


@define(kw_only=True, eq=False)
class VirtualAdministrator:
    """Does chores one after the other in the target's console and reports each by its id.

    Given again with a remark on what is wrong, a chore is done as asked. `slips` says what went wrong so far.
    """

    console: Console = field(repr=False)
    clock: VirtualClock = field(repr=False)
    rng: random.Random = field(repr=False)
    on_done: Callable[[str], object] = field(repr=False)
    slips: dict[str, Slip] = field(factory=dict)
    _free_at: float = 0.0

    def take(self, chore: Chore, remark: str = "") -> None:
        """Accept a chore; `remark` says what was wrong the last time.

        Raises:
            ValueError: a profile is to be made, and its name or content is missing.
        """
        if chore.kind == ChoreKind.MAKE_PROFILE and not (chore.subject and chore.content):
            raise ValueError(f"the chore {chore.id} names no profile, or carries no content")
        slip = None if remark else self._slip(chore)
        if slip is not None:
            self.slips[chore.id] = slip
        start = max(self._free_at, self.clock.monotonic())
        self._free_at = start + self.rng.uniform(QUICKEST, SLOWEST)
        self.clock.after(self._free_at - self.clock.monotonic(), lambda: self._do(chore, slip))

    def _slip(self, chore: Chore) -> Slip | None:
        chance = self.rng.random()
        if chore.kind == ChoreKind.LINK_LOCATION:
            return Slip.FORGOTTEN if chance < FORGET_SHARE else None
        if chore.kind != ChoreKind.MAKE_PROFILE:
            return None
        is_first = not any(s is not Slip.FORGOTTEN for s in self.slips.values())
        if not is_first and chance >= SLIP_SHARE:
            return None
        return self.rng.choice((Slip.SETTING_MISSING, Slip.SETTING_DIFFERENT))

    def _do(self, chore: Chore, slip: Slip | None) -> None:
        if slip is not Slip.FORGOTTEN:
            self._perform(chore, slip)
        self.on_done(chore.id)

    def _perform(self, chore: Chore, slip: Slip | None) -> None:
        match chore.kind:
            case ChoreKind.SET_UP_ENROLLMENT:
                self.console.set_up_account_driven_enrollment()
            case ChoreKind.LINK_LOCATION:
                self.console.link_location()
            case ChoreKind.MAKE_PROFILE:
                self._make_profile(chore.subject, _spoiled(chore.content or b"", slip))
            case _:
                return

    def _make_profile(self, name: str, content: bytes) -> None:
        if self.console.profile_content(name) is None:
            self.console.make_profile(name, content)
        else:
            self.console.edit_profile(name, content)


def _spoiled(content: bytes, slip: Slip | None) -> bytes:
    """The profile as it comes out of tired hands: one setting of its first payload is wrong."""
    profile = apple_profiles.read(content)
    if slip is None or not profile.payloads or not profile.payloads[0].content:
        return content
    first, *others = profile.payloads
    settings: PlistDict = dict(first.content)
    key = _spoilable(settings)
    if slip is Slip.SETTING_MISSING and len(settings) > 1:
        del settings[key]
    else:
        settings[key] = _different(settings[key])
    payloads = (evolve(first, content=settings), *others)
    return apple_profiles.write(evolve(profile, payloads=payloads))


def _spoilable(settings: PlistDict) -> str:
    """The setting to get wrong: a switch if there is one, since every product shows those."""
    switches = sorted(key for key, value in settings.items() if isinstance(value, bool))
    return switches[0] if switches else min(settings)


def _different(value: PlistValue) -> PlistValue:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return f"{value} (copy)"
    return value
