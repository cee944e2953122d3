"""What became of everyone: numbers that balance, reasons, losses, calls, and the time without work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from ueapi.errors import UnreadableInput
from ueapi.migration.documents import Document, Loss
from ueapi.migration.forgotten import kept_records
from ueapi.migration.incidents import Doubts, Halt, Refused, blind_calls, halts, refused, unresolved
from ueapi.migration.ledger import Ledger
from ueapi.migration.outline import Outline
from ueapi.migration.problems import Problem
from ueapi.migration.progress import (
    Finish,
    Standstill,
    WaveProgress,
    finish,
    held_back,
    last_known,
    open_titles,
    require_outline,
    standstill,
    wave_progress,
)
from ueapi.migration.rows import WaveState
from ueapi.migration.tally import (
    Answers,
    Count,
    answer_of,
    answers_of_people,
    answers_of_phones,
    counted,
    reasons_in,
    reasons_to_wait,
)
from ueapi.migration.unled import all_held
from ueapi.migration.unready import Held, Hold, hold_of


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


class Evidence(Document):
    """How many entries the evidence has, and its head: kept elsewhere, the head shows later whether any was changed."""

    entries: int
    head: str


MOST_RECORDS: Final = 200
"""Records a report lists one by one; the ledger's phones are all of them."""


class Records(Document):
    """What became of the records of ended enrollments, within one product."""

    removed: int = 0
    kept: int = 0
    """Of verified phones, and still there."""
    listed: tuple[str, ...] = ()
    """Ids of those that are kept, for an administrator to remove."""


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
    held: tuple[Held, ...] = ()
    """Why people are not asked although their wave has begun, and what to do."""
    timeline: tuple[Moment, ...] = ()
    notes: tuple[str, ...] = ()
    evidence: Evidence
    as_of: datetime | None = None
    """The last thing the ledger knows of; a report in the middle of a move is true for this moment."""
    timezone: str = "UTC"
    """The policy's, for showing times; they are UTC here."""
    standstill: Standstill | None = None
    finish: Finish = Finish()
    halts: tuple[Halt, ...] = ()
    blind_calls: Doubts = Doubts()
    unresolved: Doubts = Doubts()
    refused: tuple[Refused, ...] = ()
    reenrolls: bool = False
    """Whether phones stay in the product and are enrolled anew."""
    records: Records = Records()

    @property
    def is_closed(self) -> bool:
        """Whether every wave stopped waiting."""
        return all(wave.state == WaveState.CLOSED for wave in self.waves)


class PersonStatus(Document):
    """Where one person is."""

    key: str
    wave: int | None
    state: str
    reason: str | None
    why: str | None = None
    """What keeps them from being asked, in a sentence, where something does."""
    do: str | None = None
    """What to do about it."""
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
    outline, started = require_outline(ledger), ledger.started_at()
    people, phones = answers_of_people(ledger), answers_of_phones(ledger, outline)
    ended, head, objects = ledger.last_line_at(), ledger.head(), refused(ledger)
    waves, as_of = tuple(wave_progress(ledger, outline)), last_known(ledger) or started
    return Report(
        users=counted(people),
        devices=counted(phones),
        reasons=reasons_in(people),
        device_reasons=reasons_in(phones),
        losses=outline.losses,
        calls=ledger.calls(),
        gap_minutes=_gap(ledger),
        seed=seed,
        source=outline.source,
        target=outline.target,
        started_at=started,
        ended_at=ended,
        waves=waves,
        waiting_for=tuple(_waiting(outline, ledger, people, objects)),
        held=held_back(ledger, people),
        timeline=tuple(_timeline(ledger, started=started, ended=ended)),
        notes=outline.notes,
        evidence=Evidence(entries=head.entries, head=head.digest),
        as_of=as_of,
        timezone=outline.timezone,
        standstill=standstill(ledger),
        finish=finish(ledger, outline, waves, now=as_of),
        halts=halts(ledger),
        blind_calls=blind_calls(ledger),
        unresolved=unresolved(ledger),
        refused=objects,
        reenrolls=outline.reenrolls,
        records=_records(outline, ledger),
    )


def _records(outline: Outline, ledger: Ledger) -> Records:
    if not outline.reenrolls:
        return Records()
    removed, kept = kept_records(ledger)
    return Records(removed=removed, kept=len(kept), listed=kept[:MOST_RECORDS])


def who(ledger: Ledger, user: str) -> PersonStatus:
    """Find one person by key, Managed Apple ID, e-mail address or username.

    Raises:
        UnreadableInput: nobody in the plan is called that, or several are.
    """
    require_outline(ledger)
    found = ledger.find(user)
    if len(found) != 1:
        many = "several people are" if found else "nobody in the plan is"
        raise UnreadableInput(
            f"{many} known by that name.",
            remedy="Give a Managed Apple ID, an e-mail address or a key from the plan.",
        )
    key, wave, exclusion = found[0]
    rows = ledger.device_rows(person=key)
    outcome, reason = ("excluded", exclusion) if exclusion else answer_of(rows)
    hold = _hold(ledger, key, reason)
    return PersonStatus(
        key=key,
        wave=wave,
        state=outcome,
        reason=reason,
        why=hold.reason if hold else None,
        do=hold.do if hold else None,
        devices=tuple(
            {"source": r.source_id, "state": r.state, "target": r.target_id, "problem": r.problem}
            for r in rows
        ),
        history=tuple(
            f"{line.at:%Y-%m-%d %H:%M} {line.actor}: {line.kind} - {line.text}"
            for line in ledger.lines(person=key)
        ),
    )


def _hold(ledger: Ledger, person: str, reason: str | None) -> Hold | Held | None:
    """What keeps a person from being asked: something of theirs, or of the whole wave."""
    if reason == Problem.NOT_READY:
        return hold_of(ledger, person)
    return next(iter(all_held(ledger)), None) if reason == "wave-not-begun" else None


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


def _waiting(
    outline: Outline, ledger: Ledger, people: Answers, objects: Iterable[Refused]
) -> Iterable[Waiting]:
    for title in open_titles(ledger, outline):
        yield Waiting(who="administrator", what=title, count=1)
    kept = _records(outline, ledger).kept if not outline.keeps_records else 0
    if kept:
        yield Waiting(who="administrator", what="Remove records of ended enrollments", count=kept)
    for item in objects:
        yield Waiting(who="administrator", what=f"The target refuses {item.what}", count=1)
    for held in held_back(ledger, people):
        what = f"{held.reason}. {held.do}"
        what = f"The {what.removeprefix('the ')}" if what.startswith("the ") else what
        yield Waiting(who="administrator", what=what, count=max(held.count, 1))
    for reason, count in reasons_to_wait(people).items():
        if reason == Problem.NOT_READY:
            continue
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
