"""How a virtual person reacts to what they are asked; seeded, so the same people react alike in every run."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from attrs import define, field

from ueapi.model import EnrollmentKind
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.device_side import SignInRefused
from ueapi.rehearsal.fleet import Habit, Person
from ueapi.rehearsal.phone import CannotEnroll, Server, VirtualPhone
from ueapi.rehearsal.working import within_working_hours

MINUTE: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 86400.0
STUBBORN: Final = 0.3
"""Part of the people with a difficulty who never solve it."""
TRIES: Final = 4


@define(kw_only=True, eq=False)
class VirtualPerson:
    """A person with their phones. `discover` says which server a sign-in leads to now."""

    person: Person
    phones: Sequence[VirtualPhone]
    clock: VirtualClock = field(repr=False)
    rng: random.Random = field(repr=False)
    discover: Callable[[], Server] = field(repr=False)
    old: Server = field(repr=False)
    is_stubborn: bool = field(init=False)
    has_begun: bool = False
    slips: int = 0
    """Mistakes made already: a wrong enrollment, a sign-out in the middle."""

    def __attrs_post_init__(self) -> None:
        self.is_stubborn = self.rng.random() < STUBBORN

    @property
    def account(self) -> str:
        """What the person types into Settings."""
        return self.person.managed_apple_id or self.person.email or ""

    @property
    def never_finishes(self) -> bool:
        """Whether this person stays behind, by habit."""
        difficult = (Habit.WRONG_ENROLLMENT, Habit.OWNS_APP, Habit.SIGNS_OUT)
        habit = self.person.habit
        return habit is Habit.NEVER or (habit in difficult and self.is_stubborn)

    # -- what the person is asked ------------------------------------------------------------------

    def asked_to_move(self) -> None:
        """Sign out of the old account and in to the new one, as soon as the habit allows."""
        habit = self.person.habit
        if habit is Habit.NEVER or self.has_begun:
            return
        self.has_begun = True
        delay = self._at_work(
            self.rng.uniform(1.2 * DAY, 6 * DAY) if habit is Habit.LATE else self._soon()
        )
        for phone in self.phones:
            if phone.enrollment is not None and phone.enrollment.server is self.old:
                self._later(delay, partial(self._move_from, phone, self.old))
                delay += self.rng.uniform(1 * HOUR, 4 * HOUR)

    def reminded(self) -> None:
        """Go on, if that is the person's way at all."""
        if not self.has_begun:
            self.asked_to_move()

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

    def accepts(self, _: str) -> float | None:
        """Seconds until an app's installation is accepted."""
        return self.rng.uniform(5.0, 4 * MINUTE)

    # -- what the person does ----------------------------------------------------------------------

    def _soon(self) -> float:
        return self.rng.uniform(5 * MINUTE, 90 * MINUTE)

    def _at_work(self, delay: float) -> float:
        return within_working_hours(self.clock.now(), delay, self.rng.random())

    def _later(self, delay: float, work: Callable[[], None]) -> None:
        self.clock.after(delay, work)

    def _move_from(self, phone: VirtualPhone, server: Server) -> None:
        if phone.enrollment is None or phone.enrollment.server is server:
            self._move(phone)

    def _undo(self, phone: VirtualPhone) -> None:
        if phone.enrollment is not None and not phone.enrollment.kind.is_user_enrollment:
            self._move(phone)

    def _move(self, phone: VirtualPhone) -> None:
        phone.leave()
        self._later(self.rng.uniform(2 * MINUTE, 20 * MINUTE), lambda: self._sign_in(phone))

    def _sign_in(self, phone: VirtualPhone, tries: int = 1) -> None:
        if phone.is_enrolled:
            return
        kind = EnrollmentKind.ACCOUNT_DRIVEN_USER
        if self.person.habit is Habit.WRONG_ENROLLMENT and not self.slips:
            self.slips += 1
            kind = EnrollmentKind.DEVICE
        try:
            phone.enroll(self.discover(), self.account, kind)
        except (SignInRefused, CannotEnroll):
            if tries < TRIES:
                self._later(2 * HOUR * tries, lambda: self._sign_in(phone, tries + 1))
            return
        if self.person.habit is Habit.SIGNS_OUT and not self.slips:
            self.slips += 1
            self._later(self.rng.uniform(3 * MINUTE, 12 * MINUTE), phone.leave)
