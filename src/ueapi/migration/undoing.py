"""Calling a move off: undo what can be undone, and say exactly what can't."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve, field, frozen

from ueapi.contract import Capability
from ueapi.errors import LedgerMismatch
from ueapi.migration import leading, stopping
from ueapi.migration.looking import still_enrolled
from ueapi.migration.rows import DeviceRow, DeviceState
from ueapi.migration.staging import REFUSED
from ueapi.migration.steering import Question
from ueapi.migration.unled import Fault, held_of
from ueapi.migration.work import Move
from ueapi.model import Scope
from ueapi.wording import counted

BEFORE_LEAVING = (DeviceState.PLANNED, DeviceState.ANNOUNCED)
_STAY: Final = "stay:"
"""Prefix of the notes who is to be told that they stay."""
_DUE: Final = "due"
_TOLD: Final = "told"


@frozen(kw_only=True)
class Gone:
    """A person for whom there is no way back, why, and what to do."""

    person: str
    why: str
    do: str


@frozen(kw_only=True)
class Rollback:
    """What calling the move off did, or would do. People are keys of the plan."""

    restored: tuple[str, ...]
    """People who are as they were before the move."""
    gone: tuple[Gone, ...]
    removed: Mapping[str, int] = field(factory=dict)
    """What was taken back on the target, by kind."""
    kept: tuple[str, ...] = ()
    """What stays on the target, with the reason."""
    line_of_no_return: str
    discovery: str = ""
    """What is to be done so that phones are led back; empty where nothing is."""


def roll_back(move: Move) -> Rollback:
    """Pause the move, tell those who were asked that it is off, and take assignments back that serve nobody.

    Raises:
        LedgerMismatch: the ledger is of another plan, or nothing was begun in it. Nothing was changed.
    """
    staying, left = _sorted_out(move)
    told = _told(move, staying, left)
    stopping.pause(move, "the move was called off", by="operator")
    leading.call_off(move)
    with move.ledger.together():
        for row in staying:
            _stays(move, row)
        for person in told.restored:
            move.emit("rolled-back", "stays where they are", person=person, actor="administrator")
    leading.publish(move)
    _tell_to_stay(move)
    removed = {} if left else {"profile assignments": _unassign_profiles(move)}
    return evolve(
        told,
        removed={kind: count for kind, count in removed.items() if count},
        discovery=_discovery(move),
    )


def _stays(move: Move, row: DeviceRow) -> None:
    """Note that a phone stays, and that its person is to hear of it if they were asked to move."""
    if row.state is DeviceState.ANNOUNCED:
        _note(move, row.person, _DUE)
    move.ledger.set_device(
        row.source_id, state=DeviceState.ROLLED_BACK, since=move.now, problem=None
    )


def _tell_to_stay(move: Move) -> None:
    """Tell those who are to hear of it, also whom a stop kept from hearing."""
    notes = move.ledger.outcomes_of(_STAY).items()
    people = sorted(key.removeprefix(_STAY) for key, outcome in notes if outcome == _DUE)

    def told() -> None:
        for person in people:
            _note(move, person, _TOLD)

    move.ask(people, Question.STAY, then=told)


def _note(move: Move, person: str, outcome: str) -> None:
    move.ledger.open_intent(f"{_STAY}{person}", "stay", move.now)
    move.ledger.close_intent(f"{_STAY}{person}", outcome, move.now)


def _discovery(move: Move) -> str:
    """What is left to do about discovery: where nobody keeps a list, or it can't be renewed."""
    old, new = move.plan.source.product, move.plan.target.product
    if move.plan.reenrolls:
        return ""
    if move.signpost is None:
        return f"Have the domain answer for {old} again, if it was changed: whoever signs in now would come to {new}."
    held = held_of(move.ledger, Fault.LIST)
    if held is None:
        return ""
    return (
        f"Phones are not led back yet: {held.reason}. {held.do} Then call the move off once more."
    )


def preview(move: Move) -> Rollback:
    """What `roll_back` would do; one listing of the source, and nothing is changed.

    Raises:
        LedgerMismatch: as `roll_back`.
    """
    return _told(move, *_sorted_out(move))


def _sorted_out(move: Move) -> tuple[list[DeviceRow], list[DeviceRow]]:
    """Phones that are under their old enrollment still, and those that are not; asked now, not remembered."""
    if not move.ledger.require(move.plan):
        raise LedgerMismatch(
            "nothing was begun in this ledger.",
            remedy="Name the ledger the move was begun with; nothing was changed.",
        )
    rows = [r for r in move.ledger.devices() if r.state is not DeviceState.EXEMPT]
    may_stay = [r for r in rows if r.state in BEFORE_LEAVING]
    there = still_enrolled(move, may_stay)
    staying = [r for r in may_stay if r.source_id in there]
    ids = {r.source_id for r in staying}
    left = [r for r in rows if r.source_id not in ids and r.state is not DeviceState.ROLLED_BACK]
    return staying, left


def _told(move: Move, staying: Sequence[DeviceRow], left: Sequence[DeviceRow]) -> Rollback:
    by_person: defaultdict[str, list[DeviceRow]] = defaultdict(list)
    for row in left:
        by_person[row.person].append(row)
    return Rollback(
        restored=tuple(sorted({r.person for r in staying} - set(by_person))),
        gone=tuple(_gone(move, person, rows) for person, rows in sorted(by_person.items())),
        kept=tuple(_kept(move, by_person)),
        line_of_no_return=_line(move, left, by_person),
        discovery="" if move.signpost else _discovery(move),
    )


def _gone(move: Move, person: str, rows: Sequence[DeviceRow]) -> Gone:
    return Gone(person=person, why=_why(rows), do=" ".join(_what_to_do(move, person, rows)))


def _why(rows: Sequence[DeviceRow]) -> str:
    ends = [r.left_at for r in rows if r.left_at]
    if not ends:
        return "The old enrollment is gone, or could not be set up anew."
    return f"The old enrollment ended on {min(ends):%Y-%m-%d %H:%M} UTC, and its work data went with it."


def _what_to_do(move: Move, person: str, rows: Sequence[DeviceRow]) -> list[str]:
    through = all(r.state in (DeviceState.ENROLLED, DeviceState.VERIFIED) for r in rows)
    if through:
        steps = [f"Let them work on {move.plan.target.product}, where the new enrollment is."]
    else:
        steps = [_sign_in_again(move)]
    if move.ledger.outcome(f"release:{person}") is not None:
        steps.append(
            f"For {move.plan.source.product}, give them their licenses back in its console."
        )
    return steps


def _sign_in_again(move: Move) -> str:
    old, new = move.plan.source.product, move.plan.target.product
    if move.plan.reenrolls:
        return f"Ask them to sign in to {new} with their work account; there is no way back to the old enrollment."
    return f"Ask them to sign in again: to {old} once discovery answers for it, or to {new}."


def _kept(move: Move, gone: Collection[str]) -> list[str]:
    why = (
        "people work with them"
        if gone
        else "ueapi deletes nothing; delete them in the console when you are sure"
    )
    product = move.plan.target.product
    return [f"{counted(count, kind)} on {product}: {why}" for kind, count in _made(move) if count]


def _made(move: Move) -> Iterator[tuple[str, int]]:
    """How many objects of each kind the move has made on the target, or found there as it wants them."""
    plan, outcome = move.plan, move.ledger.outcome
    keys = {
        "user": [f"user:{person.key}" for person in plan.people],
        "group": [f"group:{group.name}" for group in plan.groups],
        "profile": [f"profile:{profile.source_id}" for profile in plan.profiles],
        "app": [f"app:{app.source_id}" for app in plan.apps],
    }
    for kind, known in keys.items():
        yield kind, sum(1 for key in known if outcome(key) not in (None, REFUSED))


def _line(move: Move, left: Sequence[DeviceRow], people: Collection[str]) -> str:
    if not left:
        return "Nobody has left yet: everything can be as it was."
    what = "their old enrollments" if move.plan.reenrolls else move.plan.source.product
    return (
        f"{len(left)} phones of {len(people)} people have left {what}. What their old enrollments "
        "held is gone; only a new sign-in brings work back."
    )


def _unassign_profiles(move: Move) -> int:
    """Take the staged profiles from their groups again, so that nobody gets them by accident."""
    if not move.can(move.target, Capability.PROFILES_UNASSIGN):
        return 0
    groups = {g.name: move.ledger.outcome(f"group:{g.name}") for g in move.plan.groups}
    count = 0
    for profile in move.plan.profiles:
        profile_id = move.ledger.outcome(f"profile:{profile.source_id}")
        to = tuple(found for name in profile.groups if (found := groups.get(name)))
        if profile_id and to:
            move.target.profiles.unassign(profile_id, Scope(user_groups=to))
            count += 1
    return count
