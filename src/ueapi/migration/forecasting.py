"""How many requests a move takes and when it is through: pure, from the plan alone.

It goes through each wave as the engine does, look by look, with people who answer after evenly spread times. So it says
beforehand what a rehearsal then counts. What an operation takes is what the backends' sheets declare.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from random import Random
from typing import Final

from attrs import frozen

from ueapi.migration.books import Books, before_the_waves, spending, stage
from ueapi.migration.costs import ASSUMED_PAGE, Bill, Pages, cost_of, does
from ueapi.migration.documents import Plan, PlannedPerson, Wave
from ueapi.migration.engine import LONG_PAUSE
from ueapi.migration.estimates import (
    ROLES,
    Forecast,
    Habits,
    Role,
    Spending,
    Strain,
    WaveForecast,
)
from ueapi.migration.looking import QUIET_PAUSE
from ueapi.migration.watching import Given, Watch, phones_of

ENOUGH: Final = 400
"""Phones after which the average of a wave hardly changes any more; smaller waves are gone through several times."""
MOST_RUNS: Final = 40


def forecast(
    plan: Plan,
    habits: Habits | None = None,
    *,
    begun: Mapping[int, datetime] | None = None,
) -> Forecast:
    """Say what a plan will cost at both tenants and how long it takes, for people who answer promptly.

    Rates and daily allowances are those the backends declared when the snapshots were taken. Page lengths are as the
    snapshots found them. Faults, mistakes of administrators and late people come on top. `begun` tells when waves began
    whose number it holds, for a forecast of a move under way.
    """
    books = Books(
        plan=plan,
        habits=habits or Habits(),
        starts=_starts(plan, begun or {}),
        people={p.key: p for p in plan.people if p.exclusion is None},
    )
    before = books.close(before_the_waves(books))
    waves = tuple(_wave(books, wave) for wave in plan.waves)
    last = max(waves, key=lambda w: w.finish_after, default=None)
    return Forecast(
        before=before,
        waves=waves,
        total=spending(books.total),
        waiting=_waiting(books),
        finish_after=last.finish_after if last else 0.0,
        finish_at=last.finish_at if last else None,
        strains=tuple(sorted(_strains(books, waves), key=lambda s: -s.used)),
        assumptions=tuple(_assumptions(plan)),
    )


def _starts(plan: Plan, begun: Mapping[int, datetime]) -> dict[int, datetime]:
    planned = {w.number: w.starts_at for w in plan.waves if w.starts_at is not None}
    return {**planned, **begun}


def _wave(books: Books, wave: Wave) -> WaveForecast:
    bills = books.bills()
    people = [books.people[key] for key in wave.people]
    staging = stage(books, people, bills["target"])
    phones = sum(len(p.devices) for p in people)
    watch = _Watched(wave.number, people, _asked_at(books, wave, staging))
    watched = _watch(books, watch, bills, ceil(ENOUGH / max(phones, ENOUGH / MOST_RUNS)))
    books.moved += phones
    least = {
        role: bill.least_minutes(sum(bill.operations.values())) for role, bill in bills.items()
    }
    minutes = max(staging + watched, *least.values())
    start = books.starts.get(wave.number)
    after = _after(books, wave) + minutes / 60
    return WaveForecast(
        number=wave.number,
        people=len(people),
        phones=phones,
        spending=books.close(bills),
        staging_minutes=round(staging, 1),
        hours=round(minutes / 60, 2),
        call_minutes={role: round(found, 1) for role, found in least.items()},
        finish_after=round(after, 2),
        finish_at=start + timedelta(minutes=round(minutes)) if start else None,
    )


def _after(books: Books, wave: Wave) -> float:
    """Hours from the start of the first wave to that of this one."""
    first, mine = books.starts.get(1), books.starts.get(wave.number)
    if first is None or mine is None:
        return wave.starts_after
    return (mine - first).total_seconds() / 3600


def _asked_at(books: Books, wave: Wave, staging: float) -> datetime | None:
    start = books.starts.get(wave.number)
    if start is None:
        return None
    return (start + timedelta(minutes=staging)).astimezone(books.plan.policy.zone)


@frozen
class _Watched:
    """A wave that is watched: its number, its people, and the local time at which they are asked."""

    number: int
    people: Sequence[PlannedPerson]
    asked_at: datetime | None


def _watch(books: Books, wave: _Watched, bills: Mapping[Role, Bill], runs: int) -> float:
    """Go through the wave several times and add the average to the bills; return the minutes it takes.

    The draws are the same for the same wave, so one plan has one forecast.
    """
    counted: dict[Role, Counter[str]] = {role: Counter() for role in ROLES}
    minutes, given, releases = 0.0, _given(books.plan), _releases(books.plan)
    for run in range(runs):
        mine = books.bills()
        rng = Random(f"{wave.number}:{run}")
        minutes += Watch(
            phones=phones_of(wave.people, books.habits, given, rng, wave.asked_at),
            bills=mine,
            chunk=books.plan.policy.chunk,
            releases=releases,
            on_target=books.plan.target.rows.get("devices", 0) + books.moved,
            hides_ends=books.moved > 0,
        ).minutes()
        for role, bill in mine.items():
            counted[role].update(bill.operations)
    for role, bill in bills.items():
        for operation, calls in counted[role].items():
            bill.add(operation, round(calls / runs))
    return minutes / runs


def _given(plan: Plan) -> Given:
    return Given(
        apps=_numbered(app.people for app in plan.apps),
        profiles=_numbered(profile.people for profile in plan.profiles),
    )


def _numbered(given: Iterable[Iterable[str]]) -> dict[str, int]:
    """Person → the numbers of what they are given, a bit for each."""
    masks: Counter[str] = Counter()
    for number, people in enumerate(given):
        for person in people:
            masks[person] += 1 << number
    return dict(masks)


def _releases(plan: Plan) -> int:
    """Requests to release licenses once; none within one product, and where the source can't."""
    if plan.reenrolls or not does(plan.source, "licenses.unassign"):
        return 0
    scopes = max(len({app.people for app in plan.apps}), 1)
    return cost_of(plan.source, "licenses.unassign").at(scopes=scopes)


def _waiting(books: Books) -> Spending:
    rows = books.plan.target.rows.get("devices", 0) + books.moved
    source = Pages.of(books.plan.source).count("devices")
    target = Pages.of(books.plan.target).count("devices", rows)
    return Spending(
        source={"devices.list": source * _times_a_day(QUIET_PAUSE)},
        target={"devices.list": target * _times_a_day(LONG_PAUSE)},
    )


def _times_a_day(pause: timedelta) -> int:
    return round(timedelta(days=1) / pause)


def _strains(books: Books, waves: Sequence[WaveForecast]) -> Iterator[Strain]:
    for role in ROLES:
        side = books.side(role)
        if side.limits is None or not waves:
            continue
        rate = max(w.call_minutes[role] / max(w.hours * 60, 1.0) for w in waves)
        per_day = max(w.spending.of(role) / max(ceil(w.hours / 24), 1) for w in waves)
        if (most := side.limits.per_minute) is not None:
            yield Strain(
                role=role, product=side.product, limit="per_minute", most=most, used=round(rate, 3)
            )
        else:
            most = side.limits.concurrency
            yield Strain(
                role=role, product=side.product, limit="concurrency", most=most, used=round(rate, 3)
            )
        if (most := side.limits.per_day) is not None:
            used = round(per_day / most, 3)
            yield Strain(role=role, product=side.product, limit="per_day", most=most, used=used)


def _assumptions(plan: Plan) -> Iterator[str]:
    yield "People answer as prompt people do; late ones, faults and mistakes come on top."
    for side in (plan.source, plan.target):
        if side.limits is None:
            yield f"{side.product}: no limits are known, since its snapshot holds none."
        if Pages.of(side).assumed:
            yield (
                f"{side.product}: pages of {ASSUMED_PAGE} rows, where the snapshot had no more "
                "than one page."
            )
