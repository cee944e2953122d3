"""The course of a move in the ledger: the plan it began with, waves, tasks, and whether it is paused."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import ValidationError
from sqlalchemy import delete, insert, select, update

from ueapi.errors import LedgerMismatch
from ueapi.migration import tables as t
from ueapi.migration.chain import EntryKind
from ueapi.migration.documents import Plan
from ueapi.migration.ledger_format import another_version
from ueapi.migration.ledger_store import Store
from ueapi.migration.outline import Outline, write_outline
from ueapi.migration.rows import (
    DeviceState,
    Pause,
    PausedBy,
    Request,
    TaskState,
    Wanted,
    WaveState,
)

_BY: Final[dict[str, PausedBy]] = {"operator": "operator", "rule": "rule"}
_ACTOR: Final[dict[PausedBy, str]] = {"operator": "administrator", "rule": "ueapi"}
_REQUESTED: Final = "SELECT n, wanted, reason FROM requests ORDER BY n DESC LIMIT 1"
_WANTED: Final[dict[str, Wanted]] = {"pause": "pause", "resume": "resume"}


class CoursePart(Store):
    """The move as a whole."""

    # -- the job -----------------------------------------------------------------------------------

    def plan(self) -> Plan | None:
        """The plan this ledger belongs to, or `None` while it is empty. Of many people this takes long.

        Raises:
            UnreadableInput: another version of ueapi wrote the plan.
        """
        rows = self._rows(select(t.job.c.plan))
        try:
            return Plan.model_validate_json(str(rows[0][0])) if rows else None
        except ValidationError:
            raise another_version(self._path) from None

    def outline(self) -> Outline | None:
        """What a report says of the plan, or `None` while the ledger is empty.

        Raises:
            UnreadableInput: another version of ueapi wrote it.
        """
        rows = self._rows(select(t.outline.c.content))
        try:
            return Outline.model_validate_json(str(rows[0][0])) if rows else None
        except ValidationError:
            raise another_version(self._path) from None

    def started_at(self) -> datetime | None:
        """When the move began."""
        rows = self._rows(select(t.job.c.started_at))
        return datetime.fromisoformat(str(rows[0][0])) if rows else None

    def plan_hash(self) -> str | None:
        """The hash of the plan, or `None` while the ledger is empty."""
        rows = self._rows(select(t.job.c.plan_hash))
        return str(rows[0][0]) if rows else None

    def require(self, plan: Plan) -> bool:
        """Whether this plan was begun here.

        Raises:
            LedgerMismatch: the ledger belongs to another plan.
        """
        known = self.plan_hash()
        if known is not None and known != plan.hash:
            raise LedgerMismatch(
                "the ledger belongs to another plan.",
                remedy="Use the plan it was begun with, or name a new ledger file; nothing was changed.",
            )
        return known is not None

    def begin(self, plan: Plan, now: datetime) -> None:
        """Write the plan and everyone's first state."""
        since = now.isoformat()
        with self._write() as db:
            db.execute(
                insert(t.job).values(
                    plan_hash=plan.hash,
                    format=t.LEDGER_FORMAT,
                    minor=t.LEDGER_MINOR,
                    started_at=since,
                    plan=plan.model_dump_json(),
                )
            )
            write_outline(db, plan)
            phones = _phones(plan, since)
            if phones:
                db.execute(insert(t.devices), phones)
            for wave in plan.waves:
                values = {"number": wave.number, "state": WaveState.PLANNED, "since": since}
                db.execute(insert(t.waves).values(**values))
            for task in plan.tasks:
                values = {"id": task.id, "state": TaskState.OPEN, "since": since}
                db.execute(insert(t.tasks).values(**values))
            self._tell(now, EntryKind.JOB, "begin", input_digest=plan.hash)
        self._forget()

    # -- waves and tasks ---------------------------------------------------------------------------

    def wave_states(self) -> dict[int, WaveState]:
        """The state of every wave."""
        return {
            row.number: WaveState(row.state)
            for row in sorted(self._table(t.waves), key=lambda row: int(row.number))
        }

    def announced_at(self, number: int) -> datetime | None:
        """When a wave was announced first."""
        at = next((r.announced_at for r in self._table(t.waves) if r.number == number), None)
        return datetime.fromisoformat(at) if at else None

    def set_wave(self, number: int, state: WaveState, now: datetime) -> None:
        """Move a wave on."""
        announced = self.announced_at(number)
        values: dict[str, object] = {"state": state, "since": now.isoformat()}
        if state is WaveState.MOVING and announced is None:
            values["announced_at"] = now.isoformat()
        with self._write() as db:
            db.execute(update(t.waves).where(t.waves.c.number == number).values(**values))
            self._changed(t.waves)
            self._tell(now, EntryKind.WAVE, f"wave.{state.value}", subject=f"wave:{number}")

    def task_states(self) -> dict[str, TaskState]:
        """The state of every task."""
        return {
            row.id: TaskState(row.state)
            for row in sorted(self._table(t.tasks), key=lambda row: str(row.id))
        }

    def set_task(self, task_id: str, state: TaskState, now: datetime, remark: str = "") -> None:
        """Move a task on. `remark` names no person."""
        with self._write() as db:
            db.execute(
                update(t.tasks)
                .where(t.tasks.c.id == task_id)
                .values(state=state, since=now.isoformat(), remark=remark)
            )
            self._changed(t.tasks)
            self._tell(
                now,
                EntryKind.TASK,
                f"task.{state.value}",
                actor="administrator",
                subject=f"task:{task_id}",
                text=remark,
            )

    # -- pause -------------------------------------------------------------------------------------

    def pause(self, reason: str, now: datetime, *, by: PausedBy) -> None:
        """Stop the whole move, until `resume`. A further reason takes the place of the one before.

        What the operator says last counts: requests that were made before are done with.

        Args:
            reason: for people; it names nobody.
            now: the time, UTC.
            by: `operator`, or `rule` when a rule of the policy stopped it.
        """
        with self._write() as db:
            db.execute(delete(t.pauses))
            db.execute(insert(t.pauses).values(id=1, reason=reason, at=now.isoformat(), by=by))
            self._changed(t.pauses)
            self._served(by)
            self._tell(now, EntryKind.JOB, "pause", actor=_ACTOR[by], text=reason)

    def resume(self, now: datetime, *, by: PausedBy) -> None:
        """Let the move go on; nothing happens when it is not paused."""
        with self._write() as db:
            was_paused = db.execute(delete(t.pauses)).rowcount > 0
            self._changed(t.pauses)
            self._served(by)
            if was_paused:
                self._tell(now, EntryKind.JOB, "resume", actor=_ACTOR[by])

    def paused(self) -> Pause | None:
        """Why, since when and by whom the move is paused; `None` when it is not."""
        rows = self._table(t.pauses)
        if not rows:
            return None
        found = rows[0]
        at = datetime.fromisoformat(found.at)
        return Pause(reason=str(found.reason), at=at, by=_BY[found.by])

    def requested(self) -> Request | None:
        """What another process asked for last, until `pause` or `resume` by the operator answers it."""
        # Asked once a minute for weeks, hence in plain words.
        rows = self._plain_rows(_REQUESTED)
        if not rows:
            return None
        n, wanted, reason = rows[0]
        self._seen_request = int(n)
        return Request(wanted=_WANTED[wanted], reason=str(reason))

    def _served(self, by: PausedBy) -> None:
        """Forget requests up to the one that was seen, or all when none was: what came meanwhile stays."""
        if by != "operator":
            return
        done = delete(t.requests)
        if self._seen_request is not None:
            done = done.where(t.requests.c.n <= self._seen_request)
        self._connection.execute(done)
        self._seen_request = None


def _phones(plan: Plan, since: str) -> list[dict[str, object]]:
    return [
        {
            "source_id": device.id,
            "person": person.key,
            "wave": person.wave,
            "state": DeviceState.PLANNED,
            "since": since,
        }
        for person in plan.people
        if person.exclusion is None
        for device in person.devices
    ]
