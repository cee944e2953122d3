"""What became of everyone: numbers that balance, reasons, losses, calls, and the time without work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from ueapi.errors import UnreadableInput
from ueapi.migration.documents import Document, Loss
from ueapi.migration.ledger import Ledger
from ueapi.migration.looking import Problem
from ueapi.migration.outline import Outline
from ueapi.migration.rows import DeviceRow, DeviceState, TaskState


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


class Evidence(Document):
    """How many entries the evidence has, and its head: kept elsewhere, the head shows later whether any was changed."""

    entries: int
    head: str


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
    evidence: Evidence


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
    with ledger.one_moment():
        return _report(ledger, seed)


def _report(ledger: Ledger, seed: int | None) -> Report:
    outline, started = _outline(ledger), ledger.started_at()
    people, phones = _people(ledger), _phones(ledger, outline)
    ended, head = ledger.last_line_at(), ledger.head()
    return Report(
        users=_count(people),
        devices=_count(phones),
        reasons=_reasons(people),
        device_reasons=_reasons(phones),
        losses=outline.losses,
        calls=ledger.calls(),
        gap_minutes=_gap(ledger),
        seed=seed,
        source=outline.source,
        target=outline.target,
        started_at=started,
        ended_at=ended,
        waves=tuple(_waves(outline, ledger)),
        waiting_for=tuple(_waiting(outline, ledger, people)),
        timeline=tuple(_timeline(ledger, started=started, ended=ended)),
        notes=outline.notes,
        evidence=Evidence(entries=head.entries, head=head.digest),
    )


def who(ledger: Ledger, user: str) -> PersonStatus:
    """Find one person by key, Managed Apple ID, e-mail address or username.

    Raises:
        UnreadableInput: nobody in the plan is called that, or several are.
    """
    _outline(ledger)
    found = ledger.find(user)
    if len(found) != 1:
        many = "several people are" if found else "nobody in the plan is"
        raise UnreadableInput(
            f"{many} known by that name.",
            remedy="Give a Managed Apple ID, an e-mail address or a key from the plan.",
        )
    key, wave, exclusion = found[0]
    rows = ledger.device_rows(person=key)
    outcome, reason = ("excluded", exclusion) if exclusion else _answer_of(rows)
    return PersonStatus(
        key=key,
        wave=wave,
        state=outcome,
        reason=reason,
        devices=tuple(
            {"source": r.source_id, "state": r.state, "target": r.target_id, "problem": r.problem}
            for r in rows
        ),
        history=tuple(
            f"{line.at:%Y-%m-%d %H:%M} {line.actor}: {line.kind} - {line.text}"
            for line in ledger.lines(person=key)
        ),
    )


def _outline(ledger: Ledger) -> Outline:
    outline = ledger.outline()
    if outline is None:
        raise UnreadableInput(
            "the ledger holds no move yet.", remedy="Begin one with `ueapi migrate apply`."
        )
    return outline


Answer = tuple[str, str | None]
Answers = Mapping[Answer, int]
"""How often each outcome was found with which reason."""

_OUTCOMES: Final = {
    DeviceState.VERIFIED: "moved",
    DeviceState.FAILED: "failed",
    DeviceState.ROLLED_BACK: "failed",
    DeviceState.EXEMPT: "excluded",
}
_REASONS: Final = {
    DeviceState.PLANNED: "wave-not-begun",
    DeviceState.ANNOUNCED: Problem.NO_ANSWER.value,
    DeviceState.LEFT: Problem.NOT_SIGNED_IN.value,
    DeviceState.ENROLLED: "not-verified-yet",
    DeviceState.EXEMPT: "exempt",
    DeviceState.ROLLED_BACK: "rolled-back",
}


def _answer(state: DeviceState, problem: str | None) -> Answer:
    outcome = _OUTCOMES.get(state, "waiting")
    if state is DeviceState.VERIFIED:
        return outcome, None
    return outcome, problem or _REASONS.get(state, "failed")


def _answer_of(rows: Sequence[DeviceRow]) -> Answer:
    """A person is where the first of their phones is that is not done; one that stays doesn't count beside others."""
    done = (DeviceState.VERIFIED, DeviceState.EXEMPT)
    first = next((r for r in rows if r.state not in done), None)
    if first is not None:
        return _answer(first.state, first.problem)
    if rows and all(r.state is DeviceState.EXEMPT for r in rows):
        return _answer(DeviceState.EXEMPT, None)
    return _answer(DeviceState.VERIFIED, None)


def _people(ledger: Ledger) -> Answers:
    """As `_answer_of` for everyone, counted by the database."""
    answers: Counter[Answer] = Counter()
    excluded = dict(ledger.excluded())
    moved = excluded.pop(None, 0)
    for reason, count in excluded.items():
        answers["excluded", reason] += count
    for state, problem, count in ledger.open_people():
        answers[_answer(state, problem)] += count
        moved -= count
    if exempt := ledger.exempt_people():
        answers[_answer(DeviceState.EXEMPT, None)] += exempt
    answers[_answer(DeviceState.VERIFIED, None)] += moved - exempt
    return answers


def _phones(ledger: Ledger, outline: Outline) -> Answers:
    answers: Counter[Answer] = Counter()
    for state, problem, count in ledger.problems():
        answers[_answer(state, problem)] += count
    for reason, count in outline.left_out.items():
        answers["excluded", reason] += count
    return answers


def _count(answers: Answers) -> Count:
    counted: Counter[str] = Counter()
    for (outcome, _), count in answers.items():
        counted[outcome] += count
    return Count(
        total=counted.total(),
        moved=counted["moved"],
        waiting=counted["waiting"],
        excluded=counted["excluded"],
        failed=counted["failed"],
    )


def _reasons(answers: Answers) -> Mapping[str, int]:
    counted: Counter[str] = Counter()
    for (_, reason), count in answers.items():
        if reason:
            counted[reason] += count
    return dict(sorted(counted.items()))


def _gap(ledger: Ledger) -> Gap:
    read, none = datetime.fromisoformat, timedelta(0)
    # A product's clock may run ahead of the other's; nobody is without work for less than no time.
    gaps = (max(read(back) - read(left), none) for left, back in ledger.gaps())
    minutes = sorted(gap.total_seconds() / 60 for gap in gaps)
    return Gap(p50=_percentile(minutes, 0.50), p95=_percentile(minutes, 0.95))


def _percentile(ordered: Sequence[float], part: float) -> float | None:
    """The nearest-rank percentile, rounded to a tenth."""
    if not ordered:
        return None
    rank = max(0, min(len(ordered) - 1, -(-int(part * 100) * len(ordered) // 100) - 1))
    return round(ordered[rank], 1)


def _waves(outline: Outline, ledger: Ledger) -> Iterable[WaveProgress]:
    states, numbers = ledger.wave_states(), ledger.wave_numbers()
    for number in outline.waves:
        phones, left, verified = numbers.get(number, (0, 0, 0))
        yield WaveProgress(
            number=number, state=states[number], phones=phones, left=left, verified=verified
        )


def _waiting(outline: Outline, ledger: Ledger, people: Answers) -> Iterable[Waiting]:
    states = ledger.task_states()
    for task in outline.tasks:
        if states.get(task.id) is not TaskState.CONFIRMED:
            yield Waiting(who="administrator", what=task.title, count=1)
    waiting = {answer: count for answer, count in people.items() if answer[0] == "waiting"}
    for reason, count in _reasons(waiting).items():
        ours = reason in ("wave-not-begun", "not-verified-yet")
        yield Waiting(who="ueapi" if ours else "person", what=reason, count=count)


_PLACE: Final = {
    "left": "between",
    "signed-out": "between",
    "enrolled": "arrived",
    "verified": "moved",
    "rolled-back": "waiting",
}
_PLACES: Final = ("waiting", "between", "arrived", "moved")
MOMENTS: Final = 200
"""Points in time of a report at most, or a few more."""


def _timeline(
    ledger: Ledger, *, started: datetime | None, ended: datetime | None
) -> Iterable[Moment]:
    """People by state over time, from the log; a moment for each change, thinned to about `MOMENTS`."""
    if started is None:
        return
    counts = dict.fromkeys(_PLACES, 0)
    counts["waiting"] = ledger.excluded().get(None, 0)
    course, place = ledger.course(), dict[str, str]()
    step = max(1, (len(course) + 2) // MOMENTS)
    yield _moment(0.0, counts)
    for n, (at, kind, person) in enumerate(course, start=1):
        here = _PLACE[kind]
        counts[place.get(person, "waiting")] -= 1
        counts[here] += 1
        place[person] = here
        if n % step == 0:
            yield _moment(_hours(started, datetime.fromisoformat(at)), counts)
    if ended is not None:
        yield _moment(_hours(started, ended), counts)


def _hours(started: datetime, at: datetime) -> float:
    return round((at - started).total_seconds() / 3600, 2)


def _moment(hours: float, counts: Mapping[str, int]) -> Moment:
    return Moment(
        hours=hours,
        waiting=counts["waiting"],
        between=counts["between"],
        arrived=counts["arrived"],
        moved=counts["moved"],
    )
