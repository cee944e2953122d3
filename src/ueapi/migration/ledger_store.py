"""Under a ledger: the database, one transaction at a time, and the chain of evidence that grows with each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Connection, Row, Select, Table, insert, select

from ueapi.errors import UnreadableInput, UsageError
from ueapi.migration import tables as t
from ueapi.migration.chain import EMPTY, Entry, EntryKind, Head, fault_of, fields_of, linked
from ueapi.migration.ledger_file import (
    database_path,
    engine_for,
    lock_of,
    make_private,
    require_ours,
)
from ueapi.migration.ledger_format import prepared, readable
from ueapi.migration.rows import DeviceRow

PAGE: Final = 5000
"""Entries read at a time."""

_ADD: Final = insert(t.evidence)
_LAST: Final = select(t.evidence).order_by(t.evidence.c.n.desc()).limit(1)


class Store:
    """Opens the file, and writes; use as a context manager."""

    def __init__(self, url: str, *, may_write: bool = True) -> None:
        """Open a ledger, creating the file when it may write.

        A file of format 1 is taken over when it may write, and a copy is kept as `LEDGER.v1`; a reader changes nothing.

        Raises:
            LedgerLocked: another process works on the same file.
            UnreadableInput: the file is no ledger, is missing for a reader, or its evidence was altered.
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
        self._keeps = may_write
        self._depth = 0
        self._is_broken = False
        self._is_still = False
        self._seen_request: int | None = None
        self._forget()
        self._engine = engine_for(url)
        try:
            self._connection = self._open()
            self._head = self._known_head() if may_write else EMPTY
        except BaseException:
            self._engine.dispose()
            self._unlock()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def hurry(self) -> None:
        """Don't wait for the disk any more: for a rehearsal, where a loss of power loses nothing."""
        if self._engine.dialect.name == "sqlite":
            self._connection.exec_driver_sql("PRAGMA synchronous=OFF")
            self._connection.rollback()

    def close(self) -> None:
        """Close the database and give the lock back."""
        self._connection.close()
        self._engine.dispose()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _open(self) -> Connection:
        if self._keeps:
            prepared(self._engine, self._path)
        else:
            self._engine = readable(self._engine, self._path)
        return self._engine.connect()

    def _forget(self) -> None:
        self._kept_devices: dict[str, DeviceRow] | None = None
        self._kept_outcomes: dict[str, str] | None = None
        self._kept_tables: dict[str, list[Row[*tuple[Any, ...]]]] = {}

    # -- transactions ------------------------------------------------------------------------------

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make all writes inside one transaction: on disk together when it ends, or not at all.

        A call to a tenant belongs between two of these, never inside: its intent must be on disk before.
        """
        with self._write():
            yield

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        """One transaction, on disk when it ends, or part of the one around it.

        Only the writer keeps what it read, since nobody else writes; what is kept is forgotten when a write fails.
        """
        if self._depth:
            with self._joined():
                yield self._connection
            return
        head = self._head
        self._depth, self._is_broken = 1, False
        try:
            with self._connection.begin():
                yield self._connection
                self._require_whole()
        except BaseException:
            self._head = head
            self._forget()
            raise
        finally:
            self._depth = 0

    @contextmanager
    def _joined(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._is_broken = True
            raise

    def _require_whole(self) -> None:
        if self._is_broken:
            raise UsageError(
                "a write failed inside a transaction that went on.",
                remedy="Let the error end the transaction; nothing of it was written.",
            )

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """What is read inside is the ledger of one moment, whatever another process writes meanwhile."""
        if self._keeps or self._is_still:
            yield
            return
        self._is_still = True
        try:
            if self._engine.dialect.name == "sqlite":
                # The driver begins transactions only before changes.
                self._connection.exec_driver_sql("BEGIN")
            yield
        finally:
            self._is_still = False
            self._release()

    def _rows(self, statement: Select[*tuple[Any, ...]]) -> list[Row[*tuple[Any, ...]]]:
        rows = self._connection.execute(statement).all()
        self._release()
        return list(rows)

    def _table(self, table: Table) -> list[Row[*tuple[Any, ...]]]:
        """All rows of a small table; the writer reads it again only after `_changed`."""
        if not self._keeps:
            return self._rows(select(table))
        if table.name not in self._kept_tables:
            self._kept_tables[table.name] = self._rows(select(table))
        return self._kept_tables[table.name]

    def _changed(self, table: Table) -> None:
        """To be called within each write of a table that `_table` reads."""
        self._kept_tables.pop(table.name, None)

    def _plain_rows(self, statement: str) -> list[Any]:
        """Rows straight from the driver: of hundreds of thousands, objects around them would cost more than they do."""
        cursor = self._connection.connection.cursor()
        try:
            cursor.execute(statement)
            return list(cursor.fetchall())
        finally:
            cursor.close()
            self._release()

    def _release(self) -> None:
        if not self._depth and not self._is_still:
            self._connection.rollback()

    # -- evidence ----------------------------------------------------------------------------------

    def head(self) -> Head:
        """The end of the chain: whoever keeps it can tell later whether anything before it was changed."""
        if self._keeps:
            return self._head
        rows = self._rows(_LAST)
        return Head(entries=int(rows[0].n), digest=str(rows[0].digest)) if rows else EMPTY

    def entries(self, *, after: int = 0) -> Iterator[Entry]:
        """The evidence in order, up to the head of this moment, beginning behind entry number `after`."""
        last = self.head().entries
        while after < last:
            page = select(t.evidence).where(t.evidence.c.n > after, t.evidence.c.n <= last)
            rows = self._rows(page.order_by(t.evidence.c.n).limit(PAGE))
            if not rows:
                return
            yield from (_entry(row) for row in rows)
            after = int(rows[-1].n)

    def _tell(
        self,
        at: datetime | str,
        kind: EntryKind,
        action: str,
        *,
        actor: str = "ueapi",
        system: str = "",
        subject: str = "",
        input_digest: str = "",
        output_digest: str = "",
        text: str = "",
    ) -> None:
        """Add an entry to the evidence, within the transaction that changes what it tells of."""
        fields = fields_of(
            at if isinstance(at, str) else utc(at),
            kind,
            action,
            actor=actor,
            system=system,
            subject=subject,
            input_digest=input_digest,
            output_digest=output_digest,
            text=text,
        )
        content, head = linked(fields, after=self._head)
        self._connection.execute(_ADD, content)
        self._head = head

    def _last_time(self) -> str:
        """When the last entry was made: the best that is known where no time is given."""
        rows = self._connection.execute(
            select(t.evidence.c.at).order_by(t.evidence.c.n.desc()).limit(1)
        )
        return str(rows.scalar_one())

    def _known_head(self) -> Head:
        """The head, once the last two entries fit each other."""
        rows = self._rows(_LAST.limit(2))
        if not rows:
            return EMPTY
        last = _entry(rows[0])
        before = rows[1].digest if len(rows) > 1 else EMPTY.digest
        fault = fault_of(last, after=Head(entries=last.n - 1, digest=str(before)))
        if fault:
            raise UnreadableInput(
                f"the evidence in {self._path} was altered: {fault}.",
                remedy="Go on with an unchanged copy of the ledger; nothing was changed here.",
            )
        return Head(entries=last.n, digest=last.digest)


def utc(at: datetime) -> str:
    """A time as the evidence writes it."""
    return at.astimezone(UTC).isoformat()


def _entry(row: Row[Any]) -> Entry:
    return Entry(**row._mapping)
