"""What became of everyone: numbers that balance, reasons, losses, calls, and the time without work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from ueapi.errors import UnreadableInput
from ueapi.migration.documents import Document, Loss, Plan
from ueapi.migration.ledger import Ledger
from ueapi.migration.looking import Problem
from ueapi.migration.rows import DeviceRow, DeviceState, LogRow, TaskState, WaveState


class Count(Document):
    """A balance: total = moved + waiting + excluded + failed."""

    total: int
    moved: int
    waiting: int
    excluded: int
    failed: int


class Gap(Document):
    """Minutes between losing and regaining work, over phones that have it back; `None` when there are none."""

    p50: float | None
    p95: float | None


class Waiting(Document):
    """What is still open, and who acts next."""

    who: Literal["person", "administrator", "ueapi"]
    what: str
    count: int


class Moment(Document):
    """How many people were in which state at a time, in hours since the beginning."""

    hours: float
    waiting: int
    between: int
    arrived: int
    moved: int


class WaveProgress(Document):
    """One wave in numbers of phones."""

    number: int
    state: str
    phones: int
    left: int
    verified: int


class Report(Document):
    """The report; it names nobody."""

    users: Count
    devices: Count
    reasons: Mapping[str, int]
    """Why people are waiting, excluded or failed → how many."""
    device_reasons: Mapping[str, int]
    losses: tuple[Loss, ...]
    calls: Mapping[str, Mapping[str, int]]
    gap_minutes: Gap
    seed: int | None = None
    source: str
    target: str
    started_at: datetime | None
    ended_at: datetime | None
    waves: tuple[WaveProgress, ...] = ()
    waiting_for: tuple[Waiting, ...] = ()
    timeline: tuple[Moment, ...] = ()
    notes: tuple[str, ...] = ()


class PersonStatus(Document):
    """Where one person is."""

    key: str
    wave: int | None
    state: str
    reason: str | None
    devices: tuple[Mapping[str, str | None], ...]
    history: tuple[str, ...]


def report(ledger: Ledger, *, seed: int | None = None) -> Report:
    """Count everyone and every phone of the plan, at any time of the move.

    Raises:
        UnreadableInput: the ledger holds no move yet.
    """
    plan = _plan(ledger)
    rows, lines = ledger.devices(), ledger.lines()
    people = _person_states(plan, rows)
    phones = {r.source_id: (_outcome(r), _reason(r)) for r in rows}
    phones |= {d: ("excluded", reason.value) for d, reason in plan.left_out.items()}
    return Report(
        users=_count(people.values()),
        devices=_count(phones.values()),
        reasons=_reasons(people.values()),
        device_reasons=_reasons(phones.values()),
        losses=plan.losses,
        calls=ledger.calls(),
        gap_minutes=_gap(rows),
        seed=seed,
        source=plan.source.product,
        target=plan.target.product,
        started_at=ledger.started_at(),
        ended_at=lines[-1].at if lines else None,
        waves=tuple(_waves(plan, ledger, rows)),
        waiting_for=tuple(_waiting(plan, ledger, people)),
        timeline=tuple(_timeline(plan, lines, ledger.started_at())),
        notes=plan.notes,
    )


def who(ledger: Ledger, user: str) -> PersonStatus:
    """Find one person by key, Managed Apple ID, e-mail address or username.

    Raises:
        UnreadableInput: nobody in the plan is called that, or several are.
    """
    plan = _plan(ledger)
    wanted = user.casefold()
    found = [
        p
        for p in plan.people
        if wanted
        in {
            p.key,
            p.managed_apple_id.key if p.managed_apple_id else None,
            (p.email or "").casefold(),
            (p.username or "").casefold(),
        }
    ]
    if len(found) != 1:
        many = "several people are" if found else "nobody in the plan is"
        raise UnreadableInput(
            f"{many} known by that name.",
            remedy="Give a Managed Apple ID, an e-mail address or a key from the plan.",
        )
    person = found[0]
    rows = [r for r in ledger.devices() if r.person == person.key]
    outcome, reason = _person_states(plan, ledger.devices())[person.key]
    return PersonStatus(
        key=person.key,
        wave=person.wave,
        state=outcome,
        reason=reason,
        devices=tuple(
            {"source": r.source_id, "state": r.state, "target": r.target_id, "problem": r.problem}
            for r in rows
        ),
        history=tuple(
            f"{line.at:%Y-%m-%d %H:%M} {line.actor}: {line.kind} - {line.text}"
            for line in ledger.lines()
            if line.person == person.key
        ),
    )


def _plan(ledger: Ledger) -> Plan:
    plan = ledger.plan()
    if plan is None:
        raise UnreadableInput(
            "the ledger holds no move yet.", remedy="Begin one with `ueapi migrate apply`."
        )
    return plan


Answer = tuple[str, str | None]


def _outcome(row: DeviceRow) -> str:
    if row.state is DeviceState.VERIFIED:
        return "moved"
    return "failed" if row.state is DeviceState.FAILED else "waiting"


def _reason(row: DeviceRow) -> str | None:
    if row.state is DeviceState.VERIFIED:
        return None
    if row.problem:
        return row.problem
    return {
        DeviceState.PLANNED: "wave-not-begun",
        DeviceState.ANNOUNCED: Problem.NO_ANSWER.value,
        DeviceState.LEFT: Problem.NOT_SIGNED_IN.value,
        DeviceState.ENROLLED: "not-verified-yet",
    }.get(row.state, "failed")


def _person_states(plan: Plan, rows: Sequence[DeviceRow]) -> dict[str, Answer]:
    states: dict[str, Answer] = {}
    by_person: dict[str, list[DeviceRow]] = {}
    for row in rows:
        by_person.setdefault(row.person, []).append(row)
    for person in plan.people:
        if person.exclusion is not None:
            states[person.key] = ("excluded", person.exclusion.value)
            continue
        open_rows = [
            r for r in by_person.get(person.key, []) if r.state is not DeviceState.VERIFIED
        ]
        states[person.key] = (
            (_outcome(open_rows[0]), _reason(open_rows[0])) if open_rows else ("moved", None)
        )
    return states


def _count(answers: Iterable[Answer]) -> Count:
    counted = Counter(outcome for outcome, _ in answers)
    return Count(
        total=counted.total(),
        moved=counted["moved"],
        waiting=counted["waiting"],
        excluded=counted["excluded"],
        failed=counted["failed"],
    )


def _reasons(answers: Iterable[Answer]) -> Mapping[str, int]:
    return dict(sorted(Counter(reason for _, reason in answers if reason).items()))


def _gap(rows: Sequence[DeviceRow]) -> Gap:
    minutes = sorted(
        max((r.enrolled_at - r.left_at).total_seconds() / 60, 0.0)
        for r in rows
        if r.enrolled_at and r.left_at
    )
    return Gap(p50=_percentile(minutes, 0.50), p95=_percentile(minutes, 0.95))


def _percentile(ordered: Sequence[float], part: float) -> float | None:
    """The nearest-rank percentile, rounded to a tenth."""
    if not ordered:
        return None
    rank = max(0, min(len(ordered) - 1, -(-int(part * 100) * len(ordered) // 100) - 1))
    return round(ordered[rank], 1)


def _waves(plan: Plan, ledger: Ledger, rows: Sequence[DeviceRow]) -> Iterable[WaveProgress]:
    wave_of = {p.key: p.wave for p in plan.people}
    states: Mapping[int, WaveState] = ledger.wave_states()
    for wave in plan.waves:
        mine = [r for r in rows if wave_of[r.person] == wave.number]
        yield WaveProgress(
            number=wave.number,
            state=states[wave.number],
            phones=len(mine),
            left=sum(1 for r in mine if r.left_at is not None),
            verified=sum(1 for r in mine if r.state is DeviceState.VERIFIED),
        )


def _waiting(plan: Plan, ledger: Ledger, people: Mapping[str, Answer]) -> Iterable[Waiting]:
    states = ledger.task_states()
    for task in plan.tasks:
        if states.get(task.id) is not TaskState.CONFIRMED:
            yield Waiting(who="administrator", what=task.title, count=1)
    reasons = Counter(r for outcome, r in people.values() if outcome == "waiting" and r)
    for reason, count in sorted(reasons.items()):
        ours = reason in ("wave-not-begun", "not-verified-yet")
        yield Waiting(who="ueapi" if ours else "person", what=reason, count=count)


_PLACE = {"left": "between", "signed-out": "between", "enrolled": "arrived", "verified": "moved"}


def _timeline(plan: Plan, lines: Sequence[LogRow], started: datetime | None) -> Iterable[Moment]:
    """People by state over time, from the log; a moment for each change, thinned to at most 200."""
    if started is None:
        return
    place = {p.key: "waiting" for p in plan.people if p.exclusion is None}
    moments: list[Moment] = [_moment(0.0, place)]
    for line in lines:
        if line.person in place and line.kind in _PLACE:
            place[line.person] = _PLACE[line.kind]
            moments.append(_moment(_hours(started, line.at), place))
    if lines:
        moments.append(_moment(_hours(started, lines[-1].at), place))
    step = max(1, len(moments) // 200)
    yield from moments[::step]
    if (len(moments) - 1) % step:
        yield moments[-1]


def _hours(started: datetime, at: datetime) -> float:
    return round((at - started).total_seconds() / 3600, 2)


def _moment(hours: float, place: Mapping[str, str]) -> Moment:
    counted = Counter(place.values())
    return Moment(
        hours=hours,
        waiting=counted["waiting"],
        between=counted["between"],
        arrived=counted["arrived"],
        moved=counted["moved"],
    )
