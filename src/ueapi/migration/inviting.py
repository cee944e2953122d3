"""Having the target send its own invitation to people who are asked to move: a call whose effect nothing shows.

It is sent again at most once, when the answer was lost or the process died before it was noted. Every such doubt stays
in the ledger, and is listed in the report and in the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ueapi.contract import Capability
from ueapi.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    Unreachable,
)
from ueapi.migration.rows import DeviceRow, DeviceState, IntentRow, Resolved, WaveState
from ueapi.migration.staging import REFUSED
from ueapi.migration.work import Move

SENT: Final = "sent"
NOT_SENT: Final = "not-sent"
"""The product said that it did nothing, so it may be tried again."""
UNKNOWN: Final = "unknown"
"""The answer was lost twice; nobody sends it a third time."""
MOST_ATTEMPTS: Final = 2


def send_invitations(move: Move) -> None:
    """Invite whoever was asked to move and wasn't invited yet, one call a person.

    Raises:
        RateLimited, Unavailable, Unreachable: the product did nothing; run it again.
    """
    plan = move.plan
    if not plan.policy.invite or plan.reenrolls:
        return
    if not move.can(move.target, Capability.ENROLLMENTS_INVITE):
        return
    for person, rows in _asked(move).items():
        known = move.ledger.intent(_key(person))
        if known is None or known.outcome in (None, NOT_SENT):
            _invite(move, person, rows, known)


def _key(person: str) -> str:
    return f"invite:{person}"


def _asked(move: Move) -> dict[str, list[DeviceRow]]:
    """People of waves that have begun who have a phone still to move; some are asked after their wave closed."""
    begun = (WaveState.MOVING, WaveState.CLOSED)
    moving = {n for n, state in move.ledger.wave_states().items() if state in begun}
    found: dict[str, list[DeviceRow]] = {}
    for row in move.ledger.devices():
        if row.state is DeviceState.ANNOUNCED and move.people[row.person].wave in moving:
            found.setdefault(row.person, []).append(row)
    return found


def _invite(move: Move, person: str, rows: list[DeviceRow], known: IntentRow | None) -> None:
    user_id = next(_ids(move, person), None)
    if user_id is None:
        return
    is_doubtful = known is not None and known.outcome is None
    if is_doubtful and known is not None and known.attempts >= MOST_ATTEMPTS:
        move.ledger.close_intent(_key(person), UNKNOWN, move.now)
        return
    resolved: Resolved = "resent" if is_doubtful else "answered"
    attempt = move.begin(_key(person), "enrollments.invite", sent=user_id, blind=True)
    try:
        move.target.enrollments.invite(user_id)
    except OutcomeUnknown:
        _lost(move, person, rows, attempt)
    except (RateLimited, Unavailable, Unreachable):
        move.ledger.close_intent(_key(person), NOT_SENT, move.now)
        raise
    except (Rejected, Conflict, NotFound) as problem:
        move.ledger.close_intent(_key(person), REFUSED, move.now)
        move.emit("refused", f"invitation: {problem}", person=person)
    else:
        move.ledger.close_intent(_key(person), SENT, move.now, resolved=resolved)


def _ids(move: Move, person: str) -> Iterator[str]:
    """The person's id on the target: as planned, or as it was made."""
    planned = move.people[person].target_id
    made = move.ledger.outcome(f"user:{person}")
    yield from (found for found in (planned, made) if found and found != REFUSED)


def _lost(move: Move, person: str, rows: list[DeviceRow], attempt: int) -> None:
    """Note a lost answer; after the second one nothing is sent any more."""
    with move.ledger.together():
        for row in rows:
            move.ledger.set_device(row.source_id, blind=row.blind + 1, now=move.now)
        move.emit(
            "blind", f"no answer to invitation {attempt}; it may have gone out", person=person
        )
        if attempt >= MOST_ATTEMPTS:
            move.ledger.close_intent(_key(person), UNKNOWN, move.now)
