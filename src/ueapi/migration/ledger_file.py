"""The file a ledger lives in: whose it is, who may use it, and when it is on disk."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool

from ueapi.errors import LedgerLocked, UnreadableInput
from ueapi.migration import tables as t

SQLITE: Final = "sqlite:///"


def database_path(url: str) -> Path | None:
    """The file behind a SQLite URL, or `None` for memory and other databases."""
    name = url.removeprefix(SQLITE)
    return Path(name) if url.startswith(SQLITE) and name else None


def require_ours(path: Path) -> None:
    """Look, without changing anything, that a file which is there is a ledger.

    Raises:
        UnreadableInput: it is something else.
    """
    if not path.exists() or path.stat().st_size == 0:
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
            names = {row[0] for row in found.execute("SELECT name FROM sqlite_master")}
    except sqlite3.DatabaseError:
        names = set()
    if t.job.name not in names:
        raise UnreadableInput(
            f"{path} is no ledger of ueapi.", remedy="Name another file; this one was not changed."
        )


def engine_for(url: str) -> Engine:
    """A database connection that is on disk when a transaction ends."""
    engine = create_engine(url, poolclass=NullPool) if database_path(url) else create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _durable)
    return engine


def _durable(connection: sqlite3.Connection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def make_private(path: Path) -> None:
    """Make the file, or its rights, its owner's only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def lock_of(path: Path) -> int:
    """Take the lock beside the file; closing the handle gives it back.

    Raises:
        LedgerLocked: another process holds it.
    """
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise LedgerLocked(
            f"another process works on {path.name}.",
            remedy="Wait until it ends; `ueapi migrate status` may be used meanwhile.",
        ) from None
    return handle


def is_in_use(path: Path) -> bool:
    """Whether a process works on the file at this moment; looking takes the lock for an instant."""
    if not path.with_name(f"{path.name}.lock").exists():
        return False
    try:
        os.close(lock_of(path))
    except LedgerLocked:
        return True
    return False
