"""The log: what happened, for people. It is the part of the evidence that tells events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from ueapi.migration import tables as t
from ueapi.migration.chain import EntryKind, subject_for
from ueapi.migration.ledger_store import Store
from ueapi.migration.rows import LogRow

_OF = (
    t.evidence.c.at,
    t.evidence.c.actor,
    t.evidence.c.action,
    t.evidence.c.subject,
    t.evidence.c.text,
)
_IS_EVENT = t.evidence.c.kind == EntryKind.EVENT.value


class LogPart(Store):
    """Adding lines and reading them."""

    def note(
        self,
        now: datetime,
        actor: str,
        kind: str,
        text: str,
        person: str | None = None,
        *,
        system: str = "",
        input_digest: str = "",
        output_digest: str = "",
    ) -> None:
        """Add a line to the log. `text` names no person.

        Raises:
            UsageError: the actor is none of `ueapi`, `administrator`, `person`.
        """
        with self._write():
            self._tell(
                now,
                EntryKind.EVENT,
                kind,
                actor=actor,
                system=system,
                subject=person or "",
                input_digest=input_digest,
                output_digest=output_digest,
                text=text,
            )

    def lines(self, *, person: str | None = None) -> list[LogRow]:
        """The log, oldest first; only the lines of one person when a key is given."""
        wanted = select(*_OF).where(_IS_EVENT).order_by(t.evidence.c.n)
        if person is not None:
            wanted = wanted.where(t.evidence.c.subject == subject_for(person))
        return _lines(self._rows(wanted))

    def last_line_at(self) -> datetime | None:
        """When the last line was written."""
        last = select(t.evidence.c.at).where(_IS_EVENT).order_by(t.evidence.c.n.desc()).limit(1)
        rows = self._rows(last)
        return datetime.fromisoformat(str(rows[0][0])) if rows else None

    def line_count(self) -> int:
        """Length of the log."""
        counted = select(func.count()).select_from(t.evidence).where(_IS_EVENT)
        return int(str(self._rows(counted)[0][0]))

    def course(self) -> list[tuple[str, str, str]]:
        """Events that moved a person on: time, kind, person; oldest first."""
        found: list[tuple[str, str, str]] = self._plain_rows(
            f"SELECT at, action, subject FROM evidence WHERE {t.COURSE} ORDER BY n"  # noqa: S608 - own words
        )
        return found


def _lines(rows: Sequence[Row[Any]]) -> list[LogRow]:
    return [
        LogRow(
            at=datetime.fromisoformat(at), actor=actor, kind=kind, person=person or None, text=text
        )
        for at, actor, kind, person, text in map(tuple, rows)
    ]
