"""The format of a ledger: which one a file has, and how one of format 1 becomes one of format 2.

Opened for writing, a file of format 1 is copied to `LEDGER.v1` and then changed in one transaction. Opened for reading
it is left as it is: a copy in memory is changed and read.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, create_engine, insert, inspect, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateColumn

from ueapi.errors import UnreadableInput
from ueapi.migration import tables as t
from ueapi.migration.chain import EMPTY, EntryKind, content_digest, fields_of, linked
from ueapi.migration.documents import Plan
from ueapi.migration.outline import write_outline

_STATES: Final = ("devices", "intents", "tasks", "waves")
_OLD_LOG: Final = "SELECT at, actor, kind, person, text FROM log ORDER BY n"


def prepared(engine: Engine, path: Path | None) -> None:
    """Make a new file a ledger, take an older one over, and add to a file of this format what it lacks.

    Raises:
        UnreadableInput: no ledger, or one of another version. Nothing was changed.
    """
    found = _format_of(engine, path)
    if found == 1 and path is not None:
        _keep_copy(path)
    with engine.connect() as db, db.begin():
        if engine.dialect.name == "sqlite":
            # The driver begins transactions only before changes to rows, and tables shall change in one, too.
            db.exec_driver_sql("BEGIN IMMEDIATE")
        states = _digest_of_states(db) if found == 1 else ""
        _complete(db)
        if found == 1:
            _take_over(db, path, states)


def readable(engine: Engine, path: Path | None) -> Engine:
    """The engine to read with: that of the file, or of a copy in memory when its format is older.

    Raises:
        UnreadableInput: no ledger, or one of another version.
    """
    found = _format_of(engine, path)
    if found is None:
        raise no_ledger(path)
    if found == t.LEDGER_FORMAT or path is None:
        return engine
    copy = create_engine("sqlite://", poolclass=StaticPool)
    with closing(sqlite3.connect(_read_only(path), uri=True)) as old:
        handle = copy.raw_connection()
        memory = handle.driver_connection
        if isinstance(memory, sqlite3.Connection):
            old.backup(memory)
        handle.close()
    engine.dispose()
    prepared(copy, None)
    return copy


def no_ledger(path: Path | None) -> UnreadableInput:
    """The error for a file of another kind."""
    return UnreadableInput(
        f"{path} is no ledger of ueapi.", remedy="Name another file; this one was not changed."
    )


def another_version(path: Path | None, found: object = None) -> UnreadableInput:
    """The error for a file of a format that is not read here."""
    named = f" (ledger format {found}; this one reads 1 and {t.LEDGER_FORMAT})" if found else ""
    return UnreadableInput(
        f"{path} was written by another version of ueapi{named}.",
        remedy="Go on with the version the move was begun with; nothing was changed.",
    )


def _format_of(engine: Engine, path: Path | None) -> int | None:
    """The major number, or `None` for a file without tables."""
    try:
        with engine.connect() as db:
            names = set(inspect(db).get_table_names())
            if t.job.name not in names:
                return None
            formats = {row[0] for row in db.execute(select(t.job.c.format))}
    except DatabaseError:
        raise no_ledger(path) from None
    known = t.LEDGER_FORMAT if t.evidence.name in names else 1
    if formats - {known}:
        raise another_version(path, max(formats))
    return known


def _keep_copy(path: Path) -> None:
    """Copy the file to `LEDGER.v1`, whole or not at all, readable by its owner only."""
    copy = path.with_name(f"{path.name}.v1")
    draft = path.with_name(f".{path.name}.v1.part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(_read_only(path), uri=True)) as old,
        closing(sqlite3.connect(draft)) as new,
    ):
        old.backup(new)
        # The copy is one file: what the journal beside the original held is in it.
        new.execute("PRAGMA journal_mode=DELETE")
    draft.replace(copy)


def _read_only(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"


def _complete(db: Connection) -> None:
    """Add the tables, columns and indexes that are not there."""
    there = inspect(db)
    old = set(there.get_table_names())
    for table in t.metadata.sorted_tables:
        if table.name not in old:
            table.create(db)
            continue
        columns = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if column.name not in columns:
                definition = CreateColumn(column).compile(dialect=db.dialect)
                db.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")
        for index in table.indexes:
            index.create(db, checkfirst=True)


def _take_over(db: Connection, path: Path | None, states: str) -> None:
    """Fill what format 2 adds from the plan and the log of format 1."""
    job = db.execute(select(t.job.c.plan, t.job.c.started_at)).one_or_none()
    if job is not None:
        try:
            plan = Plan.model_validate_json(str(job[0]))
        except ValidationError:
            raise another_version(path) from None
        write_outline(db, plan)
        wave = select(t.people.c.wave).where(t.people.c.key == t.devices.c.person)
        _continue_log(db, plan.hash, started_at=str(job[1]), states=states)
        db.execute(update(t.devices).values(wave=wave.scalar_subquery()))
        db.execute(update(t.job).values(format=t.LEDGER_FORMAT, minor=t.LEDGER_MINOR))
    db.exec_driver_sql("DROP TABLE log")


def _continue_log(db: Connection, plan_hash: str, *, started_at: str, states: str) -> None:
    """The old log becomes the beginning of the chain; a last entry holds the digest of everyone's state."""
    log = db.execute(text(_OLD_LOG)).all()
    fields = [fields_of(started_at, EntryKind.JOB, "begin", input_digest=plan_hash)]
    fields += [
        fields_of(at, EntryKind.EVENT, kind, actor=actor, subject=person or "", text=line)
        for at, actor, kind, person, line in log
    ]
    note = "taken over from format 1; what is before was not chained when it was written"
    last = fields[-1]["at"]
    fields.append(fields_of(last, EntryKind.JOB, "take-over", input_digest=states, text=note))
    head, entries = EMPTY, []
    for each in fields:
        entry, head = linked(each, after=head)
        entries.append(entry)
    db.execute(insert(t.evidence), entries)


def _digest_of_states(db: Connection) -> str:
    """The digest of every row of the tables of format 1 that hold states."""
    rows = {
        name: [list(row) for row in db.execute(text(f"SELECT * FROM {name} ORDER BY 1"))]  # noqa: S608 - own names
        for name in _STATES
    }
    return content_digest(rows)
