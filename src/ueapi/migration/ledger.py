"""The ledger: what was intended, what came of it, and where everyone is. It is the truth of a move.

A SQLite file is readable by its owner only and used by one process at a time; others may read it, and ask for a pause.
Everything that tells a story is also an entry of the evidence, written in the same transaction.
"""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.exc import DatabaseError, OperationalError

from ueapi.errors import LedgerLocked, UnreadableInput
from ueapi.migration import tables as t
from ueapi.migration.ledger_course import CoursePart
from ueapi.migration.ledger_file import database_path, engine_for, require_ours
from ueapi.migration.ledger_format import no_ledger
from ueapi.migration.ledger_log import LogPart
from ueapi.migration.ledger_people import PeoplePart
from ueapi.migration.ledger_totals import TotalsPart
from ueapi.migration.ledger_work import LOOK, WorkPart
from ueapi.migration.rows import Wanted

__all__ = ["LOOK", "Ledger", "request_pause", "request_resume"]


class Ledger(CoursePart, PeoplePart, WorkPart, LogPart, TotalsPart):
    """The move's memory; use as a context manager."""


def request_pause(url: str, reason: str) -> None:
    """Ask whoever works on the ledger to pause; needs no lock. `Ledger.requested` shows it to the engine.

    Raises:
        UnreadableInput: no ledger, or of an older format that no run took over yet.
        LedgerLocked: the database was busy for seconds.
    """
    _request(url, "pause", reason)


def request_resume(url: str) -> None:
    """Ask whoever works on the ledger to go on; raises as `request_pause` does."""
    _request(url, "resume", "")


def _request(url: str, wanted: Wanted, reason: str) -> None:
    path = database_path(url)
    if path is not None:
        if not path.exists():
            raise UnreadableInput(
                f"there is no ledger {path}.", remedy="Name the file that `apply` writes."
            )
        require_ours(path)
    engine = engine_for(url)
    try:
        with engine.begin() as db:
            db.execute(insert(t.requests).values(wanted=wanted, reason=reason))
    except OperationalError as problem:
        if "no such table" in str(problem.orig):
            raise UnreadableInput(
                f"{path} was written by an older version of ueapi.",
                remedy="Run `ueapi migrate apply` once with this version; nothing was changed.",
            ) from None
        raise LedgerLocked(
            f"{path.name if path else 'the ledger'} is busy.", remedy="Ask again in a moment."
        ) from None
    except DatabaseError:
        raise no_ledger(path) from None
    finally:
        engine.dispose()
