"""How far a move is, from counts of the ledger alone: quick with many people, safe while another process applies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy.exc import SQLAlchemyError

from ueapi.errors import UeapiError, UnreadableInput
from ueapi.migration.base import Document
from ueapi.migration.ledger import Ledger
from ueapi.migration.outline import Outline, PlannedWave
from ueapi.migration.problems import Problem
from ueapi.migration.rows import DeviceState, Pause, PausedBy, TaskState, Wanted, WaveRow, WaveState
from ueapi.migration.tally import Answers, Count, answers_of_people, counted, reasons_to_wait
from ueapi.migration.unled import all_held
from ueapi.migration.unready import Held
from ueapi.migration.unready import counted as counted_holds

DAY: Final = timedelta(days=1)
WINDOW: Final = timedelta(days=7)
"""The rate is taken over this time, so that nights and weekends count as they come."""


class WaveProgress(Document):
    """One wave in numbers of phones. `left` and `verified` count up; the others say where phones are now."""

    number: int
    state: str
    phones: int
    left: int
    verified: int
    kind: str | None = None
    people: int | None = None
    asked: int = 0
    """Asked to move, and still on the old product."""
    between: int = 0
    """Without work: the old enrollment is gone, and there is no new one."""
    arrived: int = 0
    """Signed in to the new product, and being checked."""
    failed: int = 0
    stays: int = 0
    """Exempt, or rolled back."""
    planned_at: datetime | None = None
    """When the plan lets it begin; counted from the real beginning of the first wave where the plan has no dates."""
    begun_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def open(self) -> int:
        """Phones on which something is still to happen."""
        return self.phones - self.verified - self.failed - self.stays


class Standstill(Document):
    """The whole move is paused, or will be as soon as the process that applies it takes notice."""

    reason: str
    by: PausedBy
    since: datetime | None
    """`None` while it is only asked for."""
    wanted: Wanted | None = None
    """What was asked for and not taken notice of yet."""


class Finish(Document):
    """When a move may be through. Nothing here is a promise: it depends on people."""

    planned: datetime | None = None
    """As forecast with the plan, for people who answer promptly."""
    per_day: float | None = None
    """Phones verified a day, over the last seven days or since the first wave began; `None` in the first hours."""
    at_this_rate: datetime | None = None
    at_the_latest: datetime | None = None
    """When the last wave stops waiting; `None` while there are waves that have not begun."""


class Progress(Document):
    """How far a move is."""

    source: str
    target: str
    as_of: datetime | None
    """The last thing the ledger knows of."""
    started_at: datetime | None
    timezone: str
    """The policy's; times here are UTC."""
    users: Count
    waves: tuple[WaveProgress, ...]
    waiting: Mapping[str, int]
    """Why people wait → how many."""
    held: tuple[Held, ...] = ()
    """Why people are not asked although their wave has begun."""
    tasks: tuple[str, ...]
    """Titles of what an administrator has to do before anyone moves."""
    standstill: Standstill | None
    finish: Finish
    reenrolls: bool = False
    """Whether phones stay in the product and are enrolled anew."""

    @property
    def is_closed(self) -> bool:
        """Whether every wave stopped waiting."""
        return all(wave.state == WaveState.CLOSED for wave in self.waves)

    def phones(self, name: Literal["phones", "verified", "arrived", "between"]) -> int:
        """Phones of all waves together."""
        return sum(int(getattr(wave, name)) for wave in self.waves)


def progress(ledger: Ledger) -> Progress:
    """Count where everyone is.

    Raises:
        UnreadableInput: the ledger holds no move yet.
    """
    with ledger.one_moment():
        return _progress(ledger)


def glance(url: str) -> Progress | None:
    """How far the move in a ledger is that another process or thread may just be making; `None` while there is nothing.

    For a display that looks again in a moment: also a ledger that can't be read right now is nothing.
    """
    try:
        with Ledger(url, may_write=False) as opened:
            return progress(opened)
    except (UeapiError, SQLAlchemyError):
        return None


def _progress(ledger: Ledger) -> Progress:
    outline, started = require_outline(ledger), ledger.started_at()
    people = answers_of_people(ledger)
    waves = tuple(wave_progress(ledger, outline))
    as_of = last_known(ledger) or started
    return Progress(
        source=outline.source,
        target=outline.target,
        as_of=as_of,
        started_at=started,
        timezone=outline.timezone,
        users=counted(people),
        waves=waves,
        waiting=reasons_to_wait(people),
        held=held_back(ledger, people),
        tasks=open_titles(ledger, outline),
        standstill=standstill(ledger),
        finish=finish(ledger, outline, waves, now=as_of),
        reenrolls=outline.reenrolls,
    )


def held_back(ledger: Ledger, people: Answers) -> tuple[Held, ...]:
    """Why people are held back; nothing is counted while nobody is."""
    waiting = reasons_to_wait(people)
    led = all_held(ledger) if waiting else ()
    return (*led, *(counted_holds(ledger) if Problem.NOT_READY in waiting else ()))


def require_outline(ledger: Ledger) -> Outline:
    """The outline of the move.

    Raises:
        UnreadableInput: the ledger holds no move yet.
    """
    outline = ledger.outline()
    if outline is None:
        raise UnreadableInput(
            "the ledger holds no move yet.", remedy="Begin one with `ueapi migrate apply`."
        )
    return outline


def last_known(ledger: Ledger) -> datetime | None:
    """When the ledger last heard of anything: the last line of the log, or the last look at both tenants."""
    known = (ledger.last_line_at(), ledger.looked_at())
    return max((at for at in known if at is not None), default=None)


def open_titles(ledger: Ledger, outline: Outline) -> tuple[str, ...]:
    """Titles of the administrator's tasks that are not confirmed."""
    states = ledger.task_states()
    return tuple(
        task.title for task in outline.tasks if states.get(task.id) is not TaskState.CONFIRMED
    )


def standstill(ledger: Ledger) -> Standstill | None:
    """The pause as it is, or as it is asked for."""
    pause, request = ledger.paused(), ledger.requested()
    wanted = request.wanted if request else None
    if pause is not None:
        return Standstill(
            reason=pause.reason, by=pause.by, since=pause.at, wanted=_news(pause, wanted)
        )
    if request is not None and request.wanted == "pause":
        return Standstill(reason=request.reason, by="operator", since=None, wanted="pause")
    return None


def _news(pause: Pause, wanted: Wanted | None) -> Wanted | None:
    """What is asked for and not in effect yet; one more pause by the operator changes nothing."""
    return None if wanted == "pause" and pause.by == "operator" else wanted


# -- waves -----------------------------------------------------------------------------------------


def wave_progress(ledger: Ledger, outline: Outline) -> Iterator[WaveProgress]:
    """Every wave in numbers, with its dates."""
    planned = {wave.number: wave for wave in outline.schedule}
    rows = {row.number: row for row in ledger.wave_rows()}
    states, left = ledger.counts(), ledger.wave_numbers()
    first = rows[outline.waves[0]].announced_at if outline.waves else None
    for number in outline.waves:
        yield _wave(rows[number], planned.get(number), first, left.get(number), states.get(number))


def _wave(
    row: WaveRow,
    planned: PlannedWave | None,
    first: datetime | None,
    numbers: tuple[int, int, int] | None,
    states: Mapping[DeviceState, int] | None,
) -> WaveProgress:
    phones, left, verified = numbers or (0, 0, 0)
    now = states or {}
    return WaveProgress(
        number=row.number,
        state=row.state,
        phones=phones,
        left=left,
        verified=verified,
        kind=planned.kind if planned else None,
        people=planned.people if planned else None,
        asked=now.get(DeviceState.ANNOUNCED, 0),
        between=now.get(DeviceState.LEFT, 0),
        arrived=now.get(DeviceState.ENROLLED, 0),
        failed=now.get(DeviceState.FAILED, 0),
        stays=now.get(DeviceState.EXEMPT, 0) + now.get(DeviceState.ROLLED_BACK, 0),
        planned_at=_planned_at(planned, first),
        begun_at=row.announced_at,
        closed_at=row.since if row.state is WaveState.CLOSED else None,
    )


def _planned_at(planned: PlannedWave | None, first: datetime | None) -> datetime | None:
    if planned is None:
        return None
    if planned.starts_at is not None:
        return planned.starts_at
    return first + timedelta(hours=planned.starts_after) if first else None


# -- when it may be through ------------------------------------------------------------------------


def finish(
    ledger: Ledger, outline: Outline, waves: Sequence[WaveProgress], *, now: datetime | None
) -> Finish:
    """When the move may be through: as forecast, at the rate so far, and at the latest."""
    begun = [wave.begun_at for wave in waves if wave.begun_at]
    if now is None or not begun:
        return Finish(planned=outline.finish_at)
    per_day = _per_day(ledger, since=min(begun), now=now)
    return Finish(
        planned=_planned_finish(outline, min(begun)),
        per_day=per_day,
        at_this_rate=_extrapolated(outline, waves, per_day, now=now),
        at_the_latest=_latest(outline, waves),
    )


def _planned_finish(outline: Outline, first: datetime) -> datetime | None:
    if outline.finish_at is not None or outline.finish_after is None:
        return outline.finish_at
    return first + timedelta(hours=outline.finish_after)


def _per_day(ledger: Ledger, *, since: datetime, now: datetime) -> float | None:
    window = min(now - since, WINDOW)
    if window < DAY:
        return None
    return round(ledger.verified_since(now - window) / (window / DAY), 1)


def _extrapolated(
    outline: Outline, waves: Sequence[WaveProgress], per_day: float | None, *, now: datetime
) -> datetime | None:
    """What is open at the observed rate; never before the last wave, as planned, can be through."""
    still = sum(wave.open for wave in waves if wave.state != WaveState.CLOSED)
    if not per_day or not still:
        return None
    times = [now + DAY * (still / per_day)]
    planned = {wave.number: wave for wave in outline.schedule}
    for wave in waves:
        then = planned.get(wave.number)
        if wave.begun_at is None and wave.planned_at and then and then.through_after is not None:
            takes = timedelta(hours=then.through_after - then.starts_after)
            times.append(max(wave.planned_at, now) + takes)
    return max(times)


def _latest(outline: Outline, waves: Sequence[WaveProgress]) -> datetime | None:
    begun = [wave.begun_at for wave in waves if wave.begun_at]
    if outline.close_after is None or len(begun) < len(waves):
        return None
    return max(begun) + timedelta(hours=outline.close_after)
