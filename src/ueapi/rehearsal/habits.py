"""How a virtual person reacts to what they are asked; seeded, so the same people react alike in every run."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from typing import Final

from attrs import define, field

from ueapi.apple.rules import IosVersion
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.fleet import STUBBORN, UNREACHED, Habit, Person
from ueapi.rehearsal.phone import CannotEnroll, PhoneEnrollment, Server, VirtualPhone
from ueapi.rehearsal.working import within_working_hours

MINUTE: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 86400.0
TRIES: Final = 4
ENOUGH_REMINDERS: Final = 2
"""Reminders after which some who ignore mail notice what is asked of them."""
NOTICE: Final = 0.35
"""Part of the people who ignore mail who notice that many; the others wait for a call."""
DELAY: Final = HOUR
"""Seconds between a sign-out and its second confirmation. Source: Apple support, Stolen Device Protection."""
DELAYS_SINCE: Final = IosVersion((17, 3))
"""Source: Apple support, Stolen Device Protection."""
SLOW_SHARE: Final = 0.05
"""Part of the downloaded profiles that are installed too late, so that the phone has discarded them. Guess."""
QUICK: Final = (0.5 * MINUTE, 5 * MINUTE)
SLOW: Final = (9 * MINUTE, 40 * MINUTE)
"""Seconds until a downloaded profile is installed, at least and at most."""
OFFENDED: Final = 20 * HOUR
"""Seconds in which an app that was declined is declined again. Guess: a person thinks again the next day."""


class Hears(StrEnum):
    """What moves a person who ignores mail."""

    REMINDERS = "reminders"
    CALL = "call"
    NOTHING = "nothing"


@define(kw_only=True, eq=False)
class VirtualPerson:
    """A person with their phones. `discover` says which server a sign-in leads to now."""

    person: Person
    phones: Sequence[VirtualPhone]
    clock: VirtualClock = field(repr=False)
    rng: random.Random = field(repr=False)
    discover: Callable[[], Server] = field(repr=False)
    old: Server = field(repr=False)
    waits: random.Random = field(factory=lambda: random.Random(0), repr=False)
    """Randomness for what a phone waits for: a profile to be installed, a sign-in to be repeated."""
    stubborn: float = STUBBORN
    """Part of the people like this one who are stubborn."""
    unreached: float = UNREACHED
    """Part of the people like this one whom nothing moves, if they ignore mail."""
    is_stubborn: bool = field(init=False)
    hears: Hears = field(init=False)
    has_begun: bool = False
    reminders: int = 0
    declined: tuple[str, float] | None = None
    """The app that was declined, and when first, in seconds since the start."""
    slips: int = 0
    """Mistakes made already: a wrong enrollment, a sign-out in the middle."""
    old_ways: frozenset[EnrollmentKind] | None = None
    """The kinds of enrollment to make anew in the same product; `None` when people move to another one."""
    _before: dict[str, PhoneEnrollment] = field(factory=dict)
    """Within one product: the enrollments when the person began, by phone."""
    _attempt: int = 0
    """Grows when the move is called off, so that what was planned before it comes to nothing."""

    def __attrs_post_init__(self) -> None:
        self.is_stubborn = self.rng.random() < self.stubborn
        self.hears = self._hearing()

    def _hearing(self) -> Hears:
        if self.person.habit is not Habit.IGNORES_MAIL:
            return Hears.REMINDERS
        chance = self.rng.random()
        if chance < self.unreached:
            return Hears.NOTHING
        return Hears.REMINDERS if chance >= 1 - NOTICE else Hears.CALL

    @property
    def account(self) -> str:
        """What the person types into Settings."""
        return self.person.managed_apple_id or self.person.email or ""

    @property
    def typed(self) -> str:
        """The address the person signs in with; whoever has none in the records still has an account."""
        return self.account or f"{self.person.username}@example.org"

    @property
    def never_finishes(self) -> bool:
        """Whether this person stays behind, by habit."""
        difficult = (Habit.WRONG_ENROLLMENT, Habit.OWNS_APP, Habit.SIGNS_OUT)
        habit = self.person.habit
        return self._is_deaf or (habit in difficult and self.is_stubborn)

    @property
    def _is_deaf(self) -> bool:
        return self.person.habit is Habit.NEVER or self.hears is Hears.NOTHING

    # -- what the person is asked ------------------------------------------------------------------

    def asked_to_move(self) -> None:
        """Sign out of the old account and in to the new one, as soon as the habit allows."""
        habit = self.person.habit
        if habit in (Habit.NEVER, Habit.IGNORES_MAIL) or self.has_begun:
            return
        self._begin(self.rng.uniform(1.2 * DAY, 6 * DAY) if habit is Habit.LATE else self._soon())

    def reminded(self) -> None:
        """Go on, if that is the person's way at all."""
        self.reminders += 1
        if self.person.habit is not Habit.IGNORES_MAIL:
            self.asked_to_move()
        elif self._notices and not self.has_begun:
            self._begin(self._soon())

    def called_by_help_desk(self) -> None:
        """Hear it from a colleague: who just ignored mail moves within two days, and a phone without work is signed in.

        Whoever moves never, or is on the way already, isn't changed by it.
        """
        if self._is_deaf:
            return
        if not self.has_begun:
            self._begin(self.rng.uniform(2 * HOUR, 1.5 * DAY))
        self.asked_to_sign_in()

    @property
    def _notices(self) -> bool:
        return self.hears is Hears.REMINDERS and self.reminders >= ENOUGH_REMINDERS

    def told_to_stay(self) -> None:
        """The move is off: nobody signs out any more; who has signed out already goes on to wherever that leads."""
        self.has_begun = False
        self._attempt += 1

    def _begin(self, delay: float) -> None:
        self.has_begun = True
        delay = self._at_work(delay)
        if self.old_ways is not None and not self._before:
            self._before = {p.seed.key: p.enrollment for p in self.phones if p.enrollment}
        for phone in self.phones:
            if phone.enrollment is not None and self._is_asked_for(phone):
                self._later(delay, partial(self._move_from, phone, self._attempt))
                delay += self.rng.uniform(1 * HOUR, 4 * HOUR)

    def _is_asked_for(self, phone: VirtualPhone) -> bool:
        """Whether the phone is on the old product; within one product, whether it is enrolled in an old way still."""
        if phone.enrollment is None or self._is_new(phone):
            return False
        return self.old_ways is None or phone.enrollment.kind in self.old_ways

    def asked_to_sign_in(self) -> None:
        """Sign in again after having lost work."""
        if self.person.habit is Habit.SIGNS_OUT and self.is_stubborn:
            return
        for phone in self.phones:
            if phone.enrollment is None:
                delay = self._at_work(self.rng.uniform(20 * MINUTE, 4 * HOUR))
                self._later(delay, partial(self._sign_in, phone))

    def asked_to_repeat(self) -> None:
        """Undo the wrong enrollment and choose the right one."""
        if self.is_stubborn:
            return
        for phone in self.phones:
            if phone.enrollment and not phone.enrollment.kind.is_user_enrollment:
                delay = self._at_work(self.rng.uniform(20 * MINUTE, 3 * HOUR))
                self._later(delay, partial(self._undo, phone))

    def asked_to_accept(self) -> None:
        """Delete private copies of work apps, so that they can be installed."""
        if self.is_stubborn:
            return
        for phone in self.phones:
            delay = self._at_work(self.rng.uniform(0.5 * HOUR, 5 * HOUR))
            self._later(delay, phone.owned.clear)

    def accepts(self, bundle_id: str) -> float | None:
        """Seconds until an app's installation is accepted, or `None` when it is declined."""
        if self.person.habit is Habit.DECLINES_APP and self._declines(bundle_id):
            return None
        return self.rng.uniform(5.0, 4 * MINUTE)

    def _declines(self, bundle_id: str) -> bool:
        """Only what the new product offers first, and not a day later. iOS doesn't ask again by itself."""
        now = self.clock.monotonic()
        if self.declined is None and any(self._is_new(phone) for phone in self.phones):
            self.declined = (bundle_id, now)
        if self.declined is None:
            return False
        declined, since = self.declined
        return bundle_id == declined and now - since < OFFENDED

    def _is_new(self, phone: VirtualPhone) -> bool:
        if phone.enrollment is None:
            return False
        if phone.enrollment.server is not self.old:
            return True
        return bool(self._before) and phone.enrollment is not self._before.get(phone.seed.key)

    # -- what the person does ----------------------------------------------------------------------

    def _soon(self) -> float:
        return self.rng.uniform(5 * MINUTE, 90 * MINUTE)

    def _at_work(self, delay: float) -> float:
        return within_working_hours(self.clock.now(), delay, self.rng.random())

    def _later(self, delay: float, work: Callable[[], None]) -> None:
        self.clock.after(delay, work)

    def _move_from(self, phone: VirtualPhone, attempt: int) -> None:
        if not self._is_meant(phone, attempt):
            return
        if self.person.habit is not Habit.SECURITY_DELAY or not _delays(phone):
            self._move(phone)
            return
        # Guess: signing out of a work account is among the actions that wait; nobody confirms on the minute.
        delay = DELAY + self.rng.uniform(1 * MINUTE, 30 * MINUTE)
        self._later(delay, lambda: self._move(phone) if self._is_meant(phone, attempt) else None)

    def _is_meant(self, phone: VirtualPhone, attempt: int) -> bool:
        """Whether the phone hasn't moved yet and the move wasn't called off since that attempt."""
        return attempt == self._attempt and not self._is_new(phone)

    def _undo(self, phone: VirtualPhone) -> None:
        if phone.enrollment is not None and not phone.enrollment.kind.is_user_enrollment:
            self._move(phone)

    def _move(self, phone: VirtualPhone) -> None:
        phone.leave()
        self._later(self.rng.uniform(2 * MINUTE, 20 * MINUTE), lambda: self._sign_in(phone))

    def come_in(self, phone: VirtualPhone, kind: EnrollmentKind) -> None:
        """Enroll: in Settings, or on the web page for the other ways, which end some minutes later.

        Raises:
            CannotEnroll: something on the way failed.
        """
        if kind is EnrollmentKind.ACCOUNT_DRIVEN_USER:
            phone.sign_in(self.typed)
        else:
            self._download(phone, self.discover(), kind)

    def _download(
        self, phone: VirtualPhone, server: Server, kind: EnrollmentKind, tries: int = 1
    ) -> None:
        """Get a profile from the web page, and install it later in Settings; a few come too late and begin again."""
        phone.download(server, self.typed, kind)
        is_slow = self.waits.random() < SLOW_SHARE
        delay = self.waits.uniform(*(SLOW if is_slow else QUICK))
        self._later(delay, partial(self._install, phone, server, kind, tries))

    def _install(
        self, phone: VirtualPhone, server: Server, kind: EnrollmentKind, tries: int
    ) -> None:
        if phone.is_enrolled or phone.waiting is None:
            return
        try:
            phone.install(self.typed)
        except CannotEnroll:
            if tries < TRIES:
                self._later(self._pause(), partial(self._again, phone, server, kind, tries + 1))

    def _again(self, phone: VirtualPhone, server: Server, kind: EnrollmentKind, tries: int) -> None:
        if phone.is_enrolled:
            return
        try:
            self._download(phone, server, kind, tries)
        except CannotEnroll:
            if tries < TRIES:
                self._later(self._pause(), partial(self._again, phone, server, kind, tries + 1))

    def _pause(self) -> float:
        return self.waits.uniform(1 * MINUTE, 10 * MINUTE)

    def asked_by_phone(self, phone: VirtualPhone) -> None:
        """Type the password again when the phone asks for it: most within the hour, others in the course of a day."""
        slow = (Habit.LATE, Habit.NEVER, Habit.IGNORES_MAIL)
        longest = 10 * HOUR if self.person.habit in slow else 1 * HOUR
        delay = self.waits.uniform(2 * MINUTE, longest)
        self._later(delay, partial(self._sign_in_again, phone, phone.enrollment))

    def _sign_in_again(
        self, phone: VirtualPhone, meant: PhoneEnrollment | None, tries: int = 1
    ) -> None:
        if phone.enrollment is not meant:
            return
        try:
            phone.sign_in_again()
        except CannotEnroll:
            if tries < TRIES:
                self._later(2 * HOUR * tries, partial(self._sign_in_again, phone, meant, tries + 1))

    def _sign_in(self, phone: VirtualPhone, tries: int = 1) -> None:
        if phone.is_enrolled:
            return
        kind = EnrollmentKind.ACCOUNT_DRIVEN_USER
        if self.person.habit is Habit.WRONG_ENROLLMENT and not self.slips:
            self.slips += 1
            kind = EnrollmentKind.DEVICE
        try:
            self.come_in(phone, kind)
        except CannotEnroll:
            if tries < TRIES:
                self._later(2 * HOUR * tries, lambda: self._sign_in(phone, tries + 1))
            return
        if self.person.habit is Habit.SIGNS_OUT and not self.slips:
            self.slips += 1
            self._later(self.rng.uniform(3 * MINUTE, 12 * MINUTE), phone.leave)


def _delays(phone: VirtualPhone) -> bool:
    return IosVersion.parse(phone.os_version) >= DELAYS_SINCE
