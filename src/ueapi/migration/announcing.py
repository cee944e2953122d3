"""Asking people to move: a whole wave, and later those of it who were not ready."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Final

from ueapi.migration import leading, preflight, staging, unready
from ueapi.migration.chain import content_digest
from ueapi.migration.documents import Wave
from ueapi.migration.rows import DeviceState, WaveState
from ueapi.migration.steering import Question
from ueapi.migration.work import Move
from ueapi.model import User

BATCH: Final = 12
"""Characters of a digest that tell the people of one asking from those of another."""


def begin(move: Move, wave: Wave) -> bool:
    """Stage a wave's people and ask those who are ready; false when staging stopped half-way."""
    users = _users(move)
    preflight.judge_wave(move, wave, users)
    held = unready.holds(move.ledger)
    people = [key for key in wave.people if key not in held]
    if not move.plan.reenrolls and not staging.stage_wave(move, wave, people, users):
        return False
    move.target_users.clear()
    waiting = len(wave.people) - len(people)
    more = f"; {waiting} more are not ready and wait" if waiting else ""
    text = f"wave {wave.number} begins with {len(people)} people{more}"
    begun = partial(move.ledger.set_wave, wave.number, WaveState.MOVING, move.now)
    _ask(move, wave, people, text, then=begun)
    return True


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
        people = [key for key in wave.people if key in freed]
        if people and not _asked(move, wave, people, users):
            return


def _asked(move: Move, wave: Wave, people: Sequence[str], users: Sequence[User]) -> bool:
    batch = f"{wave.number}:{content_digest(list(people))[:BATCH]}"
    if not move.plan.reenrolls and not staging.stage_wave(move, wave, people, users, batch=batch):
        return False
    move.target_users.clear()
    text = f"{len(people)} people of wave {wave.number} are ready now"
    _ask(move, wave, people, text, then=partial(preflight.asked, move, people))
    return True


def _users(move: Move) -> list[User]:
    return [] if move.plan.reenrolls else list(move.target.users.list())


def _ask(
    move: Move, wave: Wave, people: Collection[str], text: str, *, then: Callable[[], None]
) -> None:
    """Ask people; it counts as done only then, so whoever a stop kept from being asked is asked again."""
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
    leading.publish(move)
    move.ask(sorted({r.person for r in rows}), Question.MOVE, then=then)
