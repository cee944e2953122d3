"""Asking people to move: a whole wave, and later those of it who were not ready."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Final

from ueapi.migration import confirming, leading, preflight, staging, unready
from ueapi.migration.chain import content_digest
from ueapi.migration.documents import Wave
from ueapi.migration.rows import DeviceState, WaveState
from ueapi.migration.steering import Question
from ueapi.migration.work import Move
from ueapi.model import User
from ueapi.wording import people as people_of

BATCH: Final = 12
"""Characters of a digest that tell the people of one asking from those of another."""
_STAYING: Final = (DeviceState.EXEMPT, DeviceState.ROLLED_BACK)


def begin(move: Move, wave: Wave) -> bool:
    """Stage a wave's people and ask those who are ready; false when something keeps it from beginning now."""
    users = None if preflight.is_judged(move, wave) else _users(move)
    if users is not None:
        preflight.judge_wave(move, wave, users)
    going, held = _going(move, wave), unready.holds(move.ledger)
    people = [key for key in going if key not in held]
    leading.prepare(move, wave)
    if not confirming.are_led(move, people):
        return False
    if not _staged(move, wave, people, _users(move) if users is None else users):
        return False
    begun = partial(move.ledger.set_wave, wave.number, WaveState.MOVING, move.now)
    text = _beginning(wave, len(people), len(going) - len(people))
    return _ask(move, wave, people, text, then=begun)


def _going(move: Move, wave: Wave) -> list[str]:
    """People of the wave who have a phone that doesn't stay, in the wave's order."""
    rows = move.of_wave(wave.number, move.ledger.devices())
    going = {r.person for r in rows if r.state not in _STAYING}
    return [key for key in wave.people if key in going]


def _beginning(wave: Wave, count: int, waiting: int) -> str:
    begun = f"wave {wave.number} begins with {_people(count)}"
    if not waiting:
        return begun
    verbs = ("is", "waits") if waiting == 1 else ("are", "wait")
    return f"{begun}; {_people(waiting)} {verbs[0]} not ready and {verbs[1]}"


def _people(count: int) -> str:
    return people_of(count) if count else "nobody"


def release(move: Move) -> None:
    """Ask people of waves that have begun who were not ready then, and are now."""
    if move.freed is None:
        move.freed = unready.freed(move.ledger)
    keys = preflight.due(move)
    if not keys and not move.freed:
        return
    users = _users(move)
    if keys:
        preflight.judge_again(move, keys, users)
    freed, move.freed = unready.freed(move.ledger), None
    for wave in move.plan.waves:
        going = frozenset(_going(move, wave))
        # Who stays for now, although nothing keeps them any more, is not looked at again and again.
        preflight.asked(move, (key for key in wave.people if key in freed and key not in going))
        people = [key for key in wave.people if key in freed and key in going]
        if people and not _asked(move, wave, people, users):
            return


def _asked(move: Move, wave: Wave, people: Sequence[str], users: Sequence[User]) -> bool:
    batch = f"{wave.number}:{content_digest(list(people))[:BATCH]}"
    if not confirming.are_led(move, people):
        return False
    if not _staged(move, wave, people, users, batch=batch):
        return False
    are = "is" if len(people) == 1 else "are"
    text = f"{_people(len(people))} of wave {wave.number} {are} ready now"
    return _ask(move, wave, people, text, then=partial(preflight.asked, move, people))


def _staged(
    move: Move, wave: Wave, people: Sequence[str], users: Sequence[User], *, batch: str = ""
) -> bool:
    """Make the people on the target, and forget whom it had before."""
    if not move.plan.reenrolls and not staging.stage_wave(move, wave, people, users, batch=batch):
        return False
    move.target_users.clear()
    return True


def _users(move: Move) -> list[User]:
    return [] if move.plan.reenrolls else list(move.target.users.list())


def _ask(
    move: Move, wave: Wave, people: Collection[str], text: str, *, then: Callable[[], None]
) -> bool:
    """Ask people; it counts as done only then, so whoever a stop kept from being asked is asked again.

    False when the list of who is led where can't be renewed: nobody is asked then.
    """
    if not leading.publish(move):
        return False
    asked = frozenset(people)
    rows = [
        r
        for r in move.of_wave(wave.number, move.ledger.devices())
        if r.person in asked and r.state in (DeviceState.PLANNED, DeviceState.ANNOUNCED)
    ]
    with move.ledger.together():
        for row in rows:
            move.ledger.set_device(
                row.source_id,
                state=DeviceState.ANNOUNCED,
                since=move.now,
                asked_at=move.now,
                problem=None,
            )
        move.emit("wave", text, wave=wave.number)
    move.ask(sorted({r.person for r in rows}), Question.MOVE, then=then)
    return True
