"""Where people's phones are led during a move, and publishing it before anybody is asked.

It follows from the ledger alone, so a move that was killed publishes the same when it goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import field, frozen

from ueapi.errors import InvalidModel, UsageError
from ueapi.migration.documents import PlannedPerson, Wave
from ueapi.migration.ledger import Ledger
from ueapi.migration.problems import Problem
from ueapi.migration.rows import DeviceRow, DeviceState
from ueapi.migration.unled import NOTHING, Fault, held_of, written
from ueapi.migration.work import CALLED_OFF, YES, Move

LIST: Final = "discovery-list"
"""Key of the note which list was told of last."""
PREPARED: Final = "prepared:"
"""Prefix of the notes which waves are led to the target, since they are about to be asked."""
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


def prepare(move: Move, wave: Wave) -> None:
    """From now on lead the people of this wave to the target, as far as they are not held back."""
    if move.signpost is not None:
        move.once(f"{PREPARED}{wave.number}", "prepare", lambda: YES, system="")


def publish(move: Move) -> bool:
    """Tell the signpost, if there is one, where everyone is led now; whether it could be told.

    A list that can't be replaced is told once, and holds back whoever was not asked yet.
    """
    if move.signpost is None:
        return True
    now, before = led(move.people, move.ledger), _last(move)
    try:
        number = move.signpost.publish(now.target, now.source, after=before)
    except (InvalidModel, UsageError) as problem:
        reason = f"the discovery list can't be renewed: {problem.message}"
        hold(move, Fault.LIST, reason, problem.remedy)
        return False
    if number != before:
        with move.ledger.together():
            _note(move, LIST, str(number))
            whose = _whose(len(now.target))
            move.emit("led", f"discovery list {number} leads {whose} to the target")
    let_go(move, Fault.LIST)
    return True


def hold(move: Move, fault: Fault, reason: str, do: str, count: int = 0) -> None:
    """Note why nobody new is asked, and tell it unless that is known."""
    text = written(reason.rstrip("."), do, count)
    if move.ledger.outcome(fault.value) == text:
        return
    with move.ledger.together():
        _note(move, fault.value, text)
        move.emit("held", str(held_of(move.ledger, fault)))


def let_go(move: Move, fault: Fault) -> None:
    """Note that this holds nobody back any more."""
    if move.ledger.outcome(fault.value):
        _note(move, fault.value, NOTHING)


def _whose(count: int) -> str:
    if not count:
        return "nobody"
    return "1 person's phones" if count == 1 else f"the phones of {count:,} people"


def _last(move: Move) -> int:
    return int(move.ledger.outcome(LIST) or 0)


def call_off(move: Move) -> None:
    """From now on people without work are led back, and nothing holds anybody back any more."""
    _note(move, CALLED_OFF, YES)
    let_go(move, Fault.DOMAIN)


def take_up(move: Move) -> None:
    """From now on people without work are led to the target again."""
    if move.is_called_off:
        _note(move, CALLED_OFF, NO)


def _note(move: Move, key: str, outcome: str) -> None:
    with move.ledger.together():
        move.ledger.open_intent(key, key.rstrip(":"), move.now)
        move.ledger.close_intent(key, outcome, move.now)


def led(people: Mapping[str, PlannedPerson], ledger: Ledger) -> Led:
    """Where everyone is led, as the ledger stands."""
    is_off = ledger.outcome(CALLED_OFF) == YES
    prepared = {int(key.removeprefix(PREPARED)) for key in ledger.outcomes_of(PREPARED)}
    target, source = set[str](), set[str]()
    for row in ledger.devices():
        is_due = people[row.person].wave in prepared
        if _goes_on(row, is_off=is_off, is_due=is_due):
            target.add(row.person)
        elif row.state in _STAYING or row.left_at is not None:
            source.add(row.person)
    return Led(target=_addresses(target, people), source=_addresses(source - target, people))


def _goes_on(row: DeviceRow, *, is_off: bool, is_due: bool) -> bool:
    """Whether a phone is to be enrolled with the target: it is asked for, and has not arrived for good elsewhere."""
    if row.state in _ARRIVED:
        return True
    if is_off or row.state in _STAYING:
        return False
    if row.state is DeviceState.PLANNED and row.left_at is None:
        return is_due and row.problem != Problem.NOT_READY
    return row.state in (DeviceState.ANNOUNCED, DeviceState.LEFT) or row.left_at is not None


def _addresses(keys: Iterable[str], people: Mapping[str, PlannedPerson]) -> frozenset[str]:
    accounts = (people[key].managed_apple_id for key in keys)
    return frozenset(account.key for account in accounts if account is not None)
