"""Objects the target refuses: each is told as an incident, tried again, and holds back only the waves that need it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ueapi.errors import Conflict, Rejected, RemoteError
from ueapi.migration.documents import Wave
from ueapi.migration.ledger import Ledger

if TYPE_CHECKING:
    # A report reads what is refused, and needs no tenant for that.
    from ueapi.migration.work import Move

PREFIX: Final = "blocked:"


class Kind(StrEnum):
    """What can be refused."""

    GROUP = "group"
    PROFILE = "profile"
    APP = "app"


@frozen(kw_only=True)
class Refusal:
    """One object that is not on the target as planned, why, and what to do."""

    kind: Kind
    id: str
    name: str
    reason: str
    do: str

    def __str__(self) -> str:
        return f"{self.kind.value} {self.name!r}: {self.reason}"


def attempt(move: Move, kind: Kind, key: str, name: str, act: Callable[[], None]) -> bool:
    """Make one object on the target, or note that it is refused; whether it is made."""
    place = f"{PREFIX}{kind.value}:{key}"
    try:
        act()
    except (Rejected, Conflict) as problem:
        _note(move, place, _refusal(kind, key, name, problem))
        return False
    if move.ledger.outcome(place):
        _write(move, place, "")
        move.emit("unblocked", f"{kind.value} {name!r} is on the target after all")
    return True


def refusals(ledger: Ledger) -> tuple[Refusal, ...]:
    """What is refused at present."""
    found = ledger.outcomes_of(PREFIX)
    return tuple(_read(key, text) for key, text in sorted(found.items()) if text)


def is_refused(move: Move, kind: Kind, key: str) -> bool:
    """Whether this object is refused at present."""
    return bool(move.ledger.outcome(f"{PREFIX}{kind.value}:{key}"))


def holds_back(move: Move, wave: Wave) -> bool:
    """Whether the wave needs something that is refused; told once for each wave."""
    needed = [r for r in refusals(move.ledger) if _needs(move, wave, r)]
    if not needed:
        return False

    def told() -> str:
        names = ", ".join(f"{r.kind.value} {r.name!r}" for r in needed)
        move.emit("held", f"wave {wave.number} waits for {names}", wave=wave.number)
        return "told"

    move.once(f"held:{wave.number}", "held", told, system="")
    return True


def _needs(move: Move, wave: Wave, refusal: Refusal) -> bool:
    return not set(wave.people).isdisjoint(_people(move, refusal))


def _people(move: Move, refusal: Refusal) -> Iterator[str]:
    """Keys of the people an object is for."""
    plan = move.plan
    match refusal.kind:
        case Kind.GROUP:
            for group in plan.groups:
                if group.name == refusal.id:
                    yield from group.members
        case Kind.PROFILE:
            for profile in plan.profiles:
                if profile.source_id == refusal.id:
                    yield from profile.people
                    for group in plan.groups:
                        if group.name in profile.groups:
                            yield from group.members
        case Kind.APP:
            for app in plan.apps:
                if app.source_id == refusal.id:
                    yield from app.people


def _refusal(kind: Kind, key: str, name: str, problem: RemoteError) -> Refusal:
    do = f"{problem.remedy.rstrip('.')}." if problem.remedy else "Correct it in the console."
    return Refusal(
        kind=kind,
        id=key,
        name=name,
        reason=problem.message.rstrip("."),
        do=f"{do} It is tried again with every look; nobody who needs it is asked to move before.",
    )


def _note(move: Move, place: str, refusal: Refusal) -> None:
    text = json.dumps({"name": refusal.name, "reason": refusal.reason, "do": refusal.do})
    if move.ledger.outcome(place) == text:
        return
    _write(move, place, text)
    move.emit("blocked", f"{refusal}. {refusal.do}")


def _write(move: Move, place: str, text: str) -> None:
    with move.ledger.together():
        move.ledger.open_intent(place, "blocked", move.now)
        move.ledger.close_intent(place, text, move.now)


def _read(key: str, text: str) -> Refusal:
    kind, _, place = key.removeprefix(PREFIX).partition(":")
    content = json.loads(text)
    return Refusal(kind=Kind(kind), id=place, **content)
