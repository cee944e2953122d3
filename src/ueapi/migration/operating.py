"""What an operator does while a move goes on: pause it, let it go on, exempt someone, call it off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ueapi.client import Tenant
from ueapi.migration import choosing, exempting, undoing
from ueapi.migration.documents import Plan
from ueapi.migration.ledger import Ledger, request_pause, request_resume
from ueapi.migration.steering import Signpost, Silent, Steering
from ueapi.migration.undoing import Rollback
from ueapi.migration.work import Clock, Move
from ueapi.runtime.clock import SystemClock


def pause(ledger: str, reason: str) -> None:
    """Ask for a pause; whoever applies the move hears it within a minute, or when it is applied next.

    Nobody new is asked to move then. Whoever has left already is still taken care of.

    Raises:
        UnreadableInput: there is no such ledger, or an older version of ueapi wrote it.
        LedgerLocked: the database was busy for seconds; ask again.
    """
    request_pause(ledger, reason)


def resume(ledger: str) -> None:
    """Ask for going on; what a rule had stopped the move for doesn't stop it again. Raises as `pause`."""
    request_resume(ledger)


def exempt(ledger: str | Ledger, user: str, *, reason: str = "", clock: Clock | None = None) -> int:
    """Let a person stay where they are for now; returns how many phones stay.

    Raises:
        UnreadableInput: nobody, or several people, are known by that name.
        UsageError: a phone of theirs has left already.
        LedgerLocked: another process applies the move; pause it, or wait until it ends.
    """
    now = (clock or SystemClock()).now()
    with _opened(ledger) as opened:
        return exempting.exempt(opened, user, now=now, reason=reason)


def match(
    ledger: str | Ledger, user: str, *, old: str, new: str, clock: Clock | None = None
) -> None:
    """Say which phone is which, when two fit: the person's phone `old` of the source is `new` at the target.

    It is noted in the ledger and in the evidence, and taken up with the next look, if it fits.

    Raises:
        UnreadableInput: nobody, or several people, are known by that name, or the old phone is none of theirs.
        UsageError: the phone has not left, has arrived already, or the new enrollment belongs to another phone.
        LedgerLocked: another process applies the move; stop it, or wait until it ends.
    """
    now = (clock or SystemClock()).now()
    with _opened(ledger) as opened:
        choosing.choose(opened, user, old=old, new=new, now=now)


def rollback(
    plan: Plan,
    *,
    source: Tenant,
    target: Tenant,
    ledger: str | Ledger,
    clock: Clock | None = None,
    steering: Steering | None = None,
    signpost: Signpost | None = None,
    preview: bool = False,
) -> Rollback:
    """Call a move off: undo what can be undone, and list exactly for whom there is no way back.

    A `signpost` leads people back who have no work, and those who stay.

    With `preview` the source is read, and nothing is changed.

    Raises:
        LedgerMismatch: the ledger is of another plan, or nothing was begun in it. Nothing was changed.
    """
    with _opened(ledger) as opened:
        move = Move(
            plan=plan,
            source=source,
            target=source if plan.reenrolls else target,
            ledger=opened,
            clock=clock or SystemClock(),
            steering=steering or Silent(),
            signpost=signpost,
        )
        return undoing.preview(move) if preview else undoing.roll_back(move)


@contextmanager
def _opened(ledger: str | Ledger) -> Iterator[Ledger]:
    if isinstance(ledger, Ledger):
        yield ledger
        return
    with Ledger(ledger) as opened:
        yield opened
