"""The neutral fleet all simulators are seeded from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from ueapi.errors import UsageError
from ueapi.model import AppKind, CriteriaTree, EnrollmentKind, GroupOf


class Habit(StrEnum):
    """How a person behaves when asked to move."""

    PROMPT = "prompt"
    LATE = "late"
    NEVER = "never"
    TWO_PHONES = "two-phones"
    WRONG_ENROLLMENT = "wrong-enrollment"
    OWNS_APP = "owns-app"
    SIGNS_OUT = "signs-out"
    IGNORES_MAIL = "ignores-mail"
    """Reads no first mail: moves after the second reminder, or when the help desk calls; a few never do."""
    SECURITY_DELAY = "security-delay"
    """Signs out away from home and work, where Stolen Device Protection makes them wait for an hour."""
    DECLINES_APP = "declines-app"
    """Declines the first app the new product offers, and accepts it when it is offered a day later."""


class Oddity(StrEnum):
    """What is unusual about a person's record."""

    NOT_USER_ENROLLED = "not-user-enrolled"
    NO_PHONE = "no-phone"
    NO_MANAGED_APPLE_ID = "no-managed-apple-id"
    DUPLICATE = "duplicate"
    RENAMED = "renamed"
    ODD_NAME = "odd-name"


STUBBORN: Final = 0.3
"""Part of the people with a difficulty who never solve it."""
UNREACHED: Final = 0.05
"""Part of the people who ignore mail whom nothing moves."""
ODD_SHARE: Final = 0.18
"""Part of the records that are odd."""


@frozen(kw_only=True)
class Mix:
    """How people of a fleet behave; whoever has no share here is prompt.

    `habits` are parts of all user records, each rounded to whole people and at least one from ten records on. `odd` is
    the part of the records with an oddity, on other people than those with a habit. `stubborn` is the part of the
    people with a difficulty (a wrong enrollment, an app of their own, signing out again) who never solve it, and
    `unreached` the part of those who ignore mail whom no call moves either.

    Raises:
        UsageError: a share is below 0 or above 1, or they are more than everybody in sum; nothing was made.
    """

    habits: Mapping[Habit, float]
    odd: float = ODD_SHARE
    stubborn: float = 0.0
    by_profile: float | None = None
    """Part of the phones that were enrolled by a profile; from iOS 18 on before their update. `None`: half of those
    on an older iOS, and no others."""
    older: float = 0.1
    """Part of the phones on an iOS before 18, in tenths."""
    unreached: float = UNREACHED

    def __attrs_post_init__(self) -> None:
        phones = (self.by_profile or 0.0, self.older)
        shares = (*self.habits.values(), self.odd, self.stubborn, self.unreached, *phones)
        if min(shares) < 0 or max(shares) > 1 or sum(self.habits.values()) + self.odd > 1:
            raise UsageError(
                "the shares of a mix are no parts of one fleet.",
                remedy="Give each from 0 to 1, habits and odd records together at most 1; nothing was made.",
            )


EVERYDAY: Final = Mix(
    habits={
        Habit.IGNORES_MAIL: 0.08,
        Habit.SECURITY_DELAY: 0.03,
        Habit.DECLINES_APP: 0.04,
        Habit.OWNS_APP: 0.02,
    }
)
"""An ordinary company: most are prompt, some need a call, and who is asked to delete an app does it."""

OLD_WAYS: Final = Mix(
    habits={Habit.IGNORES_MAIL: 0.05, Habit.TWO_PHONES: 0.08, Habit.DECLINES_APP: 0.03},
    by_profile=0.6,
    older=0.4,
)
"""A company most of whose phones were enrolled by a profile, and shall be enrolled anew in the same product."""


@frozen(kw_only=True)
class Hardware:
    """What only an organization-owned or device-enrolled phone ever shows."""

    serial: str = field(repr=False)
    udid: str = field(repr=False)
    imei: str = field(repr=False)
    phone_number: str = field(repr=False)


@frozen(kw_only=True)
class PhoneSeed:
    """One phone as it is at the start."""

    key: str
    name: str = field(repr=False)
    model: str
    model_identifier: str
    os_version: str
    enrollment: EnrollmentKind
    hardware: Hardware = field(repr=False)
    enrolled_on: str | None = None
    """The iOS it ran when it was enrolled, if it was updated since."""
    owned_apps: frozenset[str] = frozenset()
    """Bundle ids of apps the person installed privately."""


@frozen(kw_only=True)
class Person:
    """One person with their phones. `key` is neutral and not personal; addresses are under example.org."""

    key: str
    name: str = field(repr=False)
    username: str = field(repr=False)
    email: str | None = field(repr=False)
    managed_apple_id: str | None = field(repr=False)
    habit: Habit = Habit.PROMPT
    oddity: Oddity | None = None
    phones: tuple[PhoneSeed, ...] = ()


@frozen(kw_only=True)
class GroupSeed:
    """A group; `members` are person or phone keys. `criteria` makes it dynamic."""

    key: str
    name: str
    of: GroupOf
    members: tuple[str, ...] = ()
    criteria: CriteriaTree | None = None


@frozen(kw_only=True)
class ProfileSeed:
    """A configuration profile assigned to groups (by key); `content` is its property list."""

    key: str
    name: str
    content: bytes = field(repr=False)
    groups: tuple[str, ...] = ()


@frozen(kw_only=True)
class AppSeed:
    """An app in the catalog, assigned to groups (by key); `seats` are bought in each location."""

    key: str
    name: str
    bundle_id: str
    store_id: str | None
    version: str
    kind: AppKind = AppKind.STORE
    groups: tuple[str, ...] = ()
    seats: int = 0


@frozen(kw_only=True)
class Fleet:
    """A whole organization before the move."""

    seed: int
    people: tuple[Person, ...]
    groups: tuple[GroupSeed, ...]
    profiles: tuple[ProfileSeed, ...]
    apps: tuple[AppSeed, ...]
    mix: Mix | None = None
    """How its people behave, unless it is the mix that shows every habit."""
    secrets: Mapping[str, str] = field(factory=dict, repr=False)
    """Secrets planted in profiles, by a name; none of them may ever leave."""
