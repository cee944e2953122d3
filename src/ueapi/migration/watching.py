"""One wave of prompt people, look by look, as the engine would see it: for the forecast only."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from random import Random
from typing import Final

from attrs import define, field, frozen

from ueapi.migration.costs import SIGN_IN, Bill, Pages
from ueapi.migration.documents import PlannedPerson
from ueapi.migration.engine import LONG_PAUSE, SHORT_PAUSE
from ueapi.migration.estimates import Habits, Minutes, Role
from ueapi.migration.finishing import FIRST_LOOK, LONGEST_PAUSE
from ueapi.migration.looking import FRESH, HIDDEN_PAUSE, QUIET_PAUSE, SOURCE_PAUSE
from ueapi.migration.policy import Weekday

LONGEST_WATCH: Final = 60 * 24 * 10.0
"""Minutes after which a wave of prompt people is through in any case."""

_SHORT: Final = SHORT_PAUSE.total_seconds() / 60
_LONG: Final = LONG_PAUSE.total_seconds() / 60
_FIRST: Final = FIRST_LOOK.total_seconds() / 60
_FRESH: Final = FRESH.total_seconds() / 60
_SOURCE: Final = SOURCE_PAUSE.total_seconds() / 60
_HIDDEN: Final = HIDDEN_PAUSE.total_seconds() / 60
_QUIET: Final = QUIET_PAUSE.total_seconds() / 60
_REST: Final = LONGEST_PAUSE.total_seconds() / 60


@frozen
class ExpectedPhone:
    """When a phone will do what; minutes from being asked, `ready` from the order to install apps.

    `apps` and `profiles` are sets of numbers, a bit for each; of profiles, those that are given to phones.
    """

    person: str
    leaves: float
    signs_in: float
    ready: float
    apps: int
    profiles: int


@frozen
class Given:
    """What people are given on their phones: sets of numbers by person, a bit for each app or profile."""

    apps: Mapping[str, int]
    profiles: Mapping[str, int]


def phones_of(
    people: Sequence[PlannedPerson],
    habits: Habits,
    given: Given,
    rng: Random,
    asked_at: datetime | None,
) -> list[ExpectedPhone]:
    """The phones of a wave, with drawn times. The last answer comes as late as it does on average.

    `asked_at` is the local time of asking; without it people are asked early enough to answer on that day.
    """
    answers = [rng.random() for _ in people]
    scale = len(answers) / (len(answers) + 1) / max(answers, default=1.0)
    return [
        phone
        for person, answer in zip(people, answers, strict=True)
        for phone in _phones(
            person,
            at_work(_within(habits.answer, answer * scale), habits, asked_at, rng),
            habits,
            given,
            rng,
        )
    ]


def _phones(
    person: PlannedPerson, leaves: float, habits: Habits, given: Given, rng: Random
) -> Iterator[ExpectedPhone]:
    for _ in person.devices:
        is_slow = rng.random() < habits.slow_share
        yield ExpectedPhone(
            person=person.key,
            leaves=leaves,
            signs_in=leaves + _within(habits.sign_in, rng.random()),
            ready=_within(habits.slow_ready if is_slow else habits.ready, rng.random()),
            apps=given.apps.get(person.key, 0),
            profiles=given.profiles.get(person.key, 0),
        )
        leaves += _within(habits.next_phone, rng.random())


def at_work(minutes: float, habits: Habits, asked_at: datetime | None, rng: Random) -> float:
    """The minutes until an answer, put off to the next working morning if they would end outside working hours."""
    if asked_at is None:
        return minutes
    then = asked_at + timedelta(minutes=minutes)
    if _works(then, habits):
        return minutes
    morning = then.replace(hour=habits.opens, minute=0, second=0, microsecond=0)
    while morning <= then or not _works(morning, habits):
        morning += timedelta(days=1)
    return (morning - asked_at).total_seconds() / 60 + _within(habits.morning, rng.random())


def _works(at: datetime, habits: Habits) -> bool:
    is_working_day = list(Weekday)[at.weekday()] in habits.weekdays
    return is_working_day and habits.opens <= at.hour < habits.closes


def _within(span: Minutes, part: float) -> float:
    return span[0] + (span[1] - span[0]) * part


@define
class Watch:
    """Looks at both tenants until every phone is verified, and adds up the requests.

    It is taken as if the source never said when an enrollment ended, which no plan knows: from the first who leaves on,
    it is listed more often. `hides_ends` says that somebody left in an earlier wave.
    """

    phones: Sequence[ExpectedPhone]
    bills: Mapping[Role, Bill]
    chunk: int
    releases: int
    on_target: int
    hides_ends: bool = False
    _leaving: list[ExpectedPhone] = field(init=False)
    _between: list[tuple[float, float, int, ExpectedPhone]] = field(factory=list)
    _checking: list[tuple[float, int, int, float]] = field(factory=list)
    _open: Counter[str] = field(init=False)
    _arrived: int = 0
    _order: int = 0
    _source_due: float = 0.0
    _signed_in: dict[Role, float] = field(factory=dict)
    """When a token was bought last."""
    _unreleased: int = 0
    """People whose last phone left and whose licenses are not released yet."""

    def __attrs_post_init__(self) -> None:
        self._leaving = sorted(self.phones, key=lambda p: -p.leaves)
        self._open = Counter(p.person for p in self.phones)

    def minutes(self) -> float:
        """Minutes from being asked until the last phone is verified."""
        if not self.phones:
            return 0.0
        now = 0.0
        while now < LONGEST_WATCH:
            now += self._look(now)
            if not (self._leaving or self._between or self._checking):
                break
            now += self._pause(now)
        return now

    def _look(self, now: float) -> float:
        source, target = self.bills["source"], self.bills["target"]
        asked = self._list_source(source, now) if now >= self._source_due else 0
        asked += source.add("devices.get", self._confirm(now) * source.cost("devices.get").at())
        arrived = self._note_arrivals(now)
        rows = self.on_target + self._arrived
        told = target.add("devices.list", Pages.of(target.side).count("devices", rows))
        told += target.add("profiles.assign", self._assign_profiles(arrived))
        told += target.add("apps.assign", self._assign_apps(arrived))
        told += self._report(target, self._verify(now))
        self._sign_in("source", now, asked)
        self._sign_in("target", now, told)
        return source.minutes(asked) + target.minutes(told)

    def _list_source(self, source: Bill, now: float) -> int:
        is_busy = self._is_busy(now) or (self.releases > 0 and self._unreleased > 0)
        busy = _HIDDEN if self.hides_ends else _SOURCE
        self._source_due = now + (busy if is_busy else _QUIET)
        asked = source.add("devices.list", Pages.of(source.side).count("devices"))
        self._note_leaving(now)
        chunks = ceil(self._unreleased / self.chunk)
        self._unreleased = 0
        return asked + source.add("licenses.unassign", chunks * self.releases)

    def _note_leaving(self, now: float) -> None:
        while self._leaving and self._leaving[-1].leaves <= now:
            self._note_left(self._leaving.pop())

    def _confirm(self, now: float) -> int:
        """Phones that arrived before the source was listed again: each is read alone."""
        found = [p for p in self._leaving if p.signs_in <= now]
        if found:
            self._leaving = [p for p in self._leaving if p.signs_in > now]
        for phone in found:
            self._note_left(phone)
        return len(found)

    def _note_left(self, phone: ExpectedPhone) -> None:
        self.hides_ends = True
        self._open[phone.person] -= 1
        self._unreleased += self._open[phone.person] == 0
        self._order += 1
        heapq.heappush(self._between, (phone.signs_in, phone.leaves, self._order, phone))

    def _note_arrivals(self, now: float) -> list[ExpectedPhone]:
        arrived = []
        while self._between and self._between[0][0] <= now:
            phone = heapq.heappop(self._between)[3]
            self._arrived += 1
            arrived.append(phone)
            self._order += 1
            heapq.heappush(self._checking, (now + _FIRST, self._order, 0, now + phone.ready))
        return arrived

    def _assign_apps(self, arrived: Sequence[ExpectedPhone]) -> int:
        """Requests of one order for each set of apps and chunk of phones."""
        sets = Counter(phone.apps for phone in arrived if phone.apps)
        cost = self.bills["target"].cost("apps.assign")
        return sum(
            cost.at(apps=apps.bit_count(), targets=size)
            for apps, count in sets.items()
            for size in self._chunks(count)
        )

    def _assign_profiles(self, arrived: Sequence[ExpectedPhone]) -> int:
        """Requests of one order for each profile that is given to phones, and chunk of them."""
        given = Counter(
            number
            for phone in arrived
            for number in range(phone.profiles.bit_length())
            if phone.profiles >> number & 1
        )
        cost = self.bills["target"].cost("profiles.assign")
        return sum(
            cost.at(targets=size) for count in given.values() for size in self._chunks(count)
        )

    def _chunks(self, count: int) -> Iterator[int]:
        for start in range(0, count, self.chunk):
            yield min(self.chunk, count - start)

    def _report(self, target: Bill, phones: int) -> int:
        """Requests for the reports of so many phones, as of one of many."""
        return target.add("devices.report", phones * target.cost("devices.report").further.at())

    def _verify(self, now: float) -> int:
        """Requests for reports that are due."""
        asked = 0
        while self._checking and self._checking[0][0] <= now:
            _, order, looks, ready = heapq.heappop(self._checking)
            asked += 1
            if ready > now:
                again = now + min(_FIRST * 2 ** min(looks, 12), _REST)
                heapq.heappush(self._checking, (again, order, looks + 1, ready))
        return asked

    def _pause(self, now: float) -> float:
        is_due = bool(self._checking) and self._checking[0][0] <= now + _SHORT
        return _SHORT if is_due or self._is_busy(now) else _LONG

    def _is_busy(self, now: float) -> bool:
        is_asked = bool(self._leaving) and now < _FRESH
        return is_asked or any(now - left < _FRESH for _, left, _, _ in self._between)

    def _sign_in(self, role: Role, now: float, calls: int) -> None:
        """Buy a token where one is needed and the last has ended."""
        if calls and self.bills[role].buys_tokens:
            last = self._signed_in.get(role)
            if last is None or now - last >= self.bills[role].token_minutes:
                self._signed_in[role] = now
                self.bills[role].add(SIGN_IN, 1)
