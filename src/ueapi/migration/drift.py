"""Noticing that someone changed on the target what the move has put there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from ueapi.contract import Capability
from ueapi.errors import NotFound
from ueapi.migration.blocked import Kind, is_refused
from ueapi.migration.snapshots import without_secrets
from ueapi.migration.work import Move

GONE: Final = "gone"
HIDDEN: Final = "hidden"
"""The product doesn't show the content."""


def remember(move: Move) -> None:
    """Note what the staged profiles look like on the target; a note of an earlier run stays."""
    for name in _names(move):
        move.once(_key(name), "profiles.get", partial(_digest, move, name))


def changed(move: Move) -> tuple[str, ...]:
    """Names of staged profiles that are not on the target as they were: one call for each profile."""
    staged = [name for name in _names(move) if move.ledger.outcome(_key(name)) is not None]
    if staged and not move.is_target_read:
        move.read_target()
    return tuple(n for n in staged if move.ledger.outcome(_key(n)) != _digest(move, n))


def accept(move: Move) -> None:
    """Take what is on the target now as what it should be, since the operator saw it."""
    for name in changed(move):
        move.ledger.open_intent(_key(name), "profiles.get", move.now)
        move.ledger.close_intent(_key(name), _digest(move, name), move.now)


def _names(move: Move) -> Iterator[str]:
    if move.can(move.target, Capability.PROFILES_GET):
        for planned in move.plan.profiles:
            if not is_refused(move, Kind.PROFILE, planned.source_id):
                yield planned.by_hand or planned.name


def _key(name: str) -> str:
    return f"staged:{name}"


def _digest(move: Move, name: str) -> str:
    profile_id = move.target_profiles.get(name)
    if profile_id is None:
        return GONE
    try:
        return without_secrets(move.target.profiles.get(profile_id)).digest or HIDDEN
    except NotFound:
        return GONE
