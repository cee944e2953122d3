"""What a reader of a report should know besides the numbers: pauses, and changes whose effect is not sure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from ueapi.migration.base import Document
from ueapi.migration.blocked import refusals
from ueapi.migration.ledger import LOOK, Ledger
from ueapi.migration.rows import HaltRow, IntentRow

MOST_LISTED: Final = 50
"""Changes a report lists one by one."""


class Halt(Document):
    """A time in which the move, or one wave, stood still."""

    what: str
    """`move`, or `wave N`."""
    by: str
    """`administrator` who paused it, or `ueapi` when a rule of the policy did."""
    reason: str
    began: datetime
    ended: datetime | None
    """`None` while it lasts."""


class Doubt(Document):
    """A change of a tenant whose effect is not known, or can't be read back."""

    key: str
    """Names the change in the evidence."""
    operation: str
    tenant: str
    since: datetime
    attempts: int


class Doubts(Document):
    """How many such changes there are, and the oldest ones."""

    count: int = 0
    listed: tuple[Doubt, ...] = ()


class Refused(Document):
    """A group, profile or app that the target refuses: the waves that need it wait."""

    what: str
    """Kind and name of the object."""
    reason: str
    do: str


def refused(ledger: Ledger) -> tuple[Refused, ...]:
    """What the target refuses at present."""
    return tuple(
        Refused(what=f"{r.kind.value} {r.name}", reason=r.reason, do=r.do) for r in refusals(ledger)
    )


def halts(ledger: Ledger) -> tuple[Halt, ...]:
    """Every pause, in the order of their beginning."""
    return tuple(_halts(ledger.halts()))


def _halts(rows: Sequence[HaltRow]) -> Iterator[Halt]:
    for place, row in enumerate(rows):
        if row.action not in ("pause", "wave.paused"):
            continue
        if row.subject and place and rows[place - 1].action == "pause":
            # A rule pauses the move and marks the wave it is about: one pause, told once.
            continue
        later = (r for r in rows[place + 1 :] if r.subject == row.subject)
        yield Halt(
            what=row.subject.replace(":", " ") or "move",
            by=row.actor,
            reason=row.text,
            began=row.at,
            ended=next((r.at for r in later if r.action != "take-over"), None),
        )


def unresolved(ledger: Ledger) -> Doubts:
    """Changes that were begun and of which no outcome is known; the next run reads them back."""
    return _doubts([row for row in ledger.unresolved() if row.key != LOOK])


def blind_calls(ledger: Ledger) -> Doubts:
    """Changes whose effect can't be read back, and that were sent more than once or have no known outcome."""
    return _doubts([r for r in ledger.blind_intents() if r.attempts > 1 or r.outcome is None])


def _doubts(rows: Sequence[IntentRow]) -> Doubts:
    listed = (
        Doubt(
            key=row.key,
            operation=row.operation,
            tenant=row.system,
            since=row.opened_at,
            attempts=row.attempts,
        )
        for row in rows[:MOST_LISTED]
    )
    return Doubts(count=len(rows), listed=tuple(listed))
