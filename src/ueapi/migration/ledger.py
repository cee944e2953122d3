"""The ledger: what was intended, what came of it, and where everyone is. It is the truth of a move.

A SQLite file is readable by its owner only and used by one process at a time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update
from sqlalchemy.exc import DatabaseError

from ueapi.errors import LedgerMismatch, UnreadableInput
from ueapi.migration import tables as t
from ueapi.migration.documents import Plan
from ueapi.migration.ledger_file import (
    database_path,
    engine_for,
    lock_of,
    make_private,
    require_ours,
)
from ueapi.migration.rows import (
    DeviceRow,
    DeviceState,
    LogRow,
    TaskState,
    WaveState,
    device_row,
)

LOOK: Final = "look"


class Ledger:
    """The move's memory; use as a context manager."""

    def __init__(self, url: str, *, may_write: bool = True) -> None:
        """Open a ledger, creating the file when it may write.

        Raises:
            LedgerLocked: another process works on the same file.
            UnreadableInput: the file is no ledger, or missing for a reader.
        """
        self._path = database_path(url)
        if not may_write and self._path and not self._path.exists():
            raise UnreadableInput(
                f"there is no ledger {self._path}.", remedy="Name the file that `apply` writes."
            )
        if self._path:
            require_ours(self._path)
        self._lock = lock_of(self._path) if may_write and self._path else None
        if self._path and may_write:
            make_private(self._path)
        self._engine = engine_for(url)
        try:
            self._connection = self._open(may_write=may_write)
        except UnreadableInput:
            self._unlock()
            raise
        self._keeps = may_write
        self._kept_devices: list[DeviceRow] | None = None
        self._kept_outcomes: dict[str, str] | None = None

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and give the lock back."""
        self._connection.close()
        self._engine.dispose()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _open(self, *, may_write: bool) -> Connection:
        try:
            if may_write:
                t.metadata.create_all(self._engine)
            connection = self._engine.connect()
            formats = {row[0] for row in connection.execute(select(t.job.c.format))}
            connection.rollback()
        except DatabaseError:
            raise UnreadableInput(
                f"{self._path} is no ledger of ueapi.",
                remedy="Name another file; this one was not changed.",
            ) from None
        if formats - {t.LEDGER_FORMAT}:
            connection.close()
            raise self._of_another_version()
        return connection

    def _of_another_version(self) -> UnreadableInput:
        return UnreadableInput(
            f"{self._path} was written by another version of ueapi.",
            remedy="Go on with the version the move was begun with; nothing was changed.",
        )

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        """One transaction of its own, on disk when it ends.

        Only the writer keeps what it read, since nobody else writes; what is kept is forgotten with each write.
        """
        self._kept_devices = None
        with self._connection.begin():
            yield self._connection

    def _rows(self, statement: Select[*tuple[Any, ...]]) -> list[Row[*tuple[Any, ...]]]:
        rows = self._connection.execute(statement).all()
        self._connection.rollback()
        return list(rows)

    # -- the job -----------------------------------------------------------------------------------

    def plan(self) -> Plan | None:
        """The plan this ledger belongs to, or `None` while it is empty.

        Raises:
            UnreadableInput: another version of ueapi wrote the plan.
        """
        rows = self._rows(select(t.job.c.plan))
        try:
            return Plan.model_validate_json(str(rows[0][0])) if rows else None
        except ValidationError:
            raise self._of_another_version() from None

    def started_at(self) -> datetime | None:
        """When the move began."""
        rows = self._rows(select(t.job.c.started_at))
        return datetime.fromisoformat(str(rows[0][0])) if rows else None

    def require(self, plan: Plan) -> bool:
        """Whether this plan was begun here.

        Raises:
            LedgerMismatch: the ledger belongs to another plan.
        """
        rows = self._rows(select(t.job.c.plan_hash))
        if not rows:
            return False
        if rows[0][0] != plan.hash:
            raise LedgerMismatch(
                "the ledger belongs to another plan.",
                remedy="Use the plan it was begun with, or name a new ledger file; nothing was changed.",
            )
        return True

    def begin(self, plan: Plan, now: datetime) -> None:
        """Write the plan and everyone's first state."""
        with self._write() as db:
            db.execute(
                insert(t.job).values(
                    plan_hash=plan.hash,
                    format=t.LEDGER_FORMAT,
                    started_at=now.isoformat(),
                    plan=plan.model_dump_json(),
                )
            )
            rows = [
                {
                    "source_id": d.id,
                    "person": p.key,
                    "state": DeviceState.PLANNED,
                    "since": now.isoformat(),
                }
                for p in plan.people
                if p.exclusion is None
                for d in p.devices
            ]
            if rows:
                db.execute(insert(t.devices), rows)
            for wave in plan.waves:
                db.execute(
                    insert(t.waves).values(
                        number=wave.number, state=WaveState.PLANNED, since=now.isoformat()
                    )
                )
            for task in plan.tasks:
                db.execute(
                    insert(t.tasks).values(id=task.id, state=TaskState.OPEN, since=now.isoformat())
                )

    # -- phones ------------------------------------------------------------------------------------

    def devices(self) -> list[DeviceRow]:
        """Every phone's row, in a stable order."""
        if self._kept_devices is None:
            rows = self._rows(select(t.devices).order_by(t.devices.c.source_id))
            found = [device_row(row._asdict()) for row in rows]
            if not self._keeps:
                return found
            self._kept_devices = found
        return list(self._kept_devices)

    def set_device(self, source_id: str, **values: object) -> None:
        """Change columns of a phone's row; times as datetime."""
        plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}
        with self._write() as db:
            db.execute(update(t.devices).where(t.devices.c.source_id == source_id).values(**plain))

    # -- waves -------------------------------------------------------------------------------------

    def wave_states(self) -> dict[int, WaveState]:
        """The state of every wave."""
        rows = self._rows(select(t.waves.c.number, t.waves.c.state).order_by(t.waves.c.number))
        return {int(str(n)): WaveState(str(s)) for n, s in rows}

    def announced_at(self, number: int) -> datetime | None:
        """When a wave was announced."""
        rows = self._rows(select(t.waves.c.announced_at).where(t.waves.c.number == number))
        return datetime.fromisoformat(str(rows[0][0])) if rows and rows[0][0] else None

    def set_wave(self, number: int, state: WaveState, now: datetime) -> None:
        """Move a wave on."""
        values: dict[str, object] = {"state": state, "since": now.isoformat()}
        if state is WaveState.MOVING:
            values["announced_at"] = now.isoformat()
        with self._write() as db:
            db.execute(update(t.waves).where(t.waves.c.number == number).values(**values))

    # -- intents -----------------------------------------------------------------------------------

    def open_intent(self, key: str, operation: str, now: datetime) -> int:
        """Note what is about to be done; returns the number of this attempt, on disk before the call."""
        with self._write() as db:
            found = db.execute(select(t.intents.c.attempts).where(t.intents.c.key == key)).scalar()
            if found is None:
                db.execute(
                    insert(t.intents).values(
                        key=key, operation=operation, attempts=1, opened_at=now.isoformat()
                    )
                )
                return 1
            db.execute(
                update(t.intents).where(t.intents.c.key == key).values(attempts=int(found) + 1)
            )
            return int(found) + 1

    def close_intent(self, key: str, outcome: str, now: datetime) -> None:
        """Note what came of it."""
        with self._write() as db:
            db.execute(
                update(t.intents)
                .where(t.intents.c.key == key)
                .values(outcome=outcome, closed_at=now.isoformat())
            )
        if self._kept_outcomes is not None:
            self._kept_outcomes[key] = outcome

    def outcome(self, key: str) -> str | None:
        """What came of an intent; `None` when it is unknown or was never begun."""
        if self._kept_outcomes is None or not self._keeps:
            closed = select(t.intents.c.key, t.intents.c.outcome).where(
                t.intents.c.outcome.is_not(None)
            )
            self._kept_outcomes = {str(k): str(o) for k, o in self._rows(closed)}
        return self._kept_outcomes.get(key)

    def open_intents(self) -> list[str]:
        """Keys of intents without an outcome."""
        rows = self._rows(select(t.intents.c.key).where(t.intents.c.outcome.is_(None)))
        return [str(row[0]) for row in rows]

    # -- looks -------------------------------------------------------------------------------------

    def note_look(self, began: datetime) -> None:
        """Note when a look at both tenants began, once it is through."""
        with self._write() as db:
            db.execute(delete(t.intents).where(t.intents.c.key == LOOK))
            db.execute(
                insert(t.intents).values(
                    key=LOOK,
                    operation=LOOK,
                    attempts=1,
                    opened_at=began.isoformat(),
                    closed_at=began.isoformat(),
                    outcome="looked",
                )
            )

    def looked_at(self) -> datetime | None:
        """When the last whole look began, in this run or an earlier one."""
        rows = self._rows(select(t.intents.c.opened_at).where(t.intents.c.key == LOOK))
        return datetime.fromisoformat(str(rows[0][0])) if rows else None

    # -- tasks, log, calls -------------------------------------------------------------------------

    def task_states(self) -> dict[str, TaskState]:
        """The state of every task."""
        rows = self._rows(select(t.tasks.c.id, t.tasks.c.state).order_by(t.tasks.c.id))
        return {str(i): TaskState(str(s)) for i, s in rows}

    def set_task(self, task_id: str, state: TaskState, now: datetime, remark: str = "") -> None:
        """Move a task on."""
        with self._write() as db:
            db.execute(
                update(t.tasks)
                .where(t.tasks.c.id == task_id)
                .values(state=state, since=now.isoformat(), remark=remark)
            )

    def note(
        self, now: datetime, actor: str, kind: str, text: str, person: str | None = None
    ) -> None:
        """Add a line to the log. `text` names no person."""
        with self._write() as db:
            db.execute(
                insert(t.log).values(
                    at=now.isoformat(), actor=actor, kind=kind, person=person, text=text
                )
            )

    def lines(self) -> list[LogRow]:
        """The log, oldest first."""
        rows = self._rows(select(t.log).order_by(t.log.c.n))
        return [
            LogRow(
                at=datetime.fromisoformat(m["at"]),
                actor=m["actor"],
                kind=m["kind"],
                person=m["person"],
                text=m["text"],
            )
            for m in (row._asdict() for row in rows)
        ]

    def add_calls(self, tenant: str, counts: Mapping[str, int]) -> None:
        """Add to the number of requests spent."""
        with self._write() as db:
            for operation, count in counts.items():
                where = (t.calls.c.tenant == tenant) & (t.calls.c.operation == operation)
                found = db.execute(select(t.calls.c.count).where(where)).scalar()
                if found is None:
                    db.execute(
                        insert(t.calls).values(tenant=tenant, operation=operation, count=count)
                    )
                else:
                    db.execute(update(t.calls).where(where).values(count=int(found) + count))

    def calls(self) -> dict[str, dict[str, int]]:
        """Requests spent, by tenant and operation."""
        found: dict[str, dict[str, int]] = {}
        for tenant, operation, count in self._rows(
            select(t.calls).order_by(t.calls.c.tenant, t.calls.c.operation)
        ):
            found.setdefault(str(tenant), {})[str(operation)] = int(str(count))
        return found

    def line_count(self) -> int:
        """Length of the log."""
        return int(str(self._rows(select(func.count()).select_from(t.log))[0][0]))
