"""Where people's phones are led during a move, and publishing it before anybody is asked.

It follows from the ledger alone, so a move that was killed publishes the same when it goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import field, frozen

from ueapi.migration.documents import PlannedPerson
from ueapi.migration.ledger import Ledger
from ueapi.migration.rows import DeviceRow, DeviceState
from ueapi.migration.work import Move

LIST: Final = "discovery-list"
"""Key of the note which list was told of last."""
CALLED_OFF: Final = "called-off"
"""Key of the note that the move was called off: people without work are led back then."""
YES: Final = "yes"
NO: Final = "no"

_ARRIVED: Final = (DeviceState.ENROLLED, DeviceState.VERIFIED)
_STAYING: Final = (DeviceState.EXEMPT, DeviceState.ROLLED_BACK)


@frozen(kw_only=True)
class Led:
    """Managed Apple IDs in lower case: of people who enroll with the target, and of those who go back to the source.

    Everybody else is on neither side: their wave has not begun, or they are held back.
    """

    target: frozenset[str] = field(repr=False)
    source: frozenset[str] = field(repr=False)


def publish(move: Move) -> None:
    """Tell the signpost, if there is one, where everyone is led now.

    Raises:
        InvalidModel, UsageError: the list can't be replaced; nobody new is asked then.
    """
    if move.signpost is None:
        return
    now = led(move.people, move.ledger)
    number = str(move.signpost.publish(now.target, now.source))
    if move.ledger.outcome(LIST) != number:
        count = len(now.target)
        who = "1 person's phones" if count == 1 else f"the phones of {count:,} people"
        with move.ledger.together():
            _note(move, LIST, number)
            move.emit("led", f"discovery list {number} leads {who} to the target")


def call_off(move: Move) -> None:
    """From now on people without work are led back."""
    _note(move, CALLED_OFF, YES)


def take_up(move: Move) -> None:
    """From now on people without work are led to the target again."""
    if move.ledger.outcome(CALLED_OFF) == YES:
        _note(move, CALLED_OFF, NO)


def _note(move: Move, key: str, outcome: str) -> None:
    with move.ledger.together():
        move.ledger.open_intent(key, key, move.now)
        move.ledger.close_intent(key, outcome, move.now)


def led(people: Mapping[str, PlannedPerson], ledger: Ledger) -> Led:
    """Where everyone is led, as the ledger stands."""
    is_off = ledger.outcome(CALLED_OFF) == YES
    target, source = set[str](), set[str]()
    for row in ledger.devices():
        if _goes_on(row, is_off=is_off):
            target.add(row.person)
        elif row.state in _STAYING or row.left_at is not None:
            source.add(row.person)
    return Led(target=_addresses(target, people), source=_addresses(source - target, people))


def _goes_on(row: DeviceRow, *, is_off: bool) -> bool:
    """Whether a phone is to be enrolled with the target: it was asked for, and has not arrived for good elsewhere."""
    if row.state in _ARRIVED:
        return True
    if is_off or row.state in _STAYING:
        return False
    return row.state in (DeviceState.ANNOUNCED, DeviceState.LEFT) or row.left_at is not None


def _addresses(keys: Iterable[str], people: Mapping[str, PlannedPerson]) -> frozenset[str]:
    accounts = (people[key].managed_apple_id for key in keys)
    return frozenset(account.key for account in accounts if account is not None)
