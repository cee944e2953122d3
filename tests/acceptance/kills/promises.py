"""What must hold after each death, and what must be equal in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from tests.acceptance.kills.points import CHANGING, Point
from tests.acceptance.kills.trial import Broken, Course, Death, World, counted
from ueapi import migration
from ueapi.migration import evidence
from ueapi.migration.documents import Plan
from ueapi.migration.ledger import Ledger
from ueapi.migration.reporting import Report

Json = Any

BLIND: Final = frozenset({"target POST /api/v1/users/{id}/send_request/"})
"""Routes whose effect the product doesn't show."""
COURSE: Final = ("left", "enrolled", "verified")
"""What the log must tell of each phone that moved."""
SAME: Final = {"signed-out-again": "not-signed-in"}
"""A sign-in that ended between two looks is no sign-in to whoever looks."""


@frozen
class Outcome:
    """What a move came to: what the ledger says, and what the world says."""

    report: Report
    people: dict[str, tuple[str, str | None]] = field(repr=False)
    state: Json = field(repr=False)
    inventory: Json = field(repr=False)
    told: dict[str, Counter[str]] = field(repr=False)
    """Kinds of the lines of each person's log."""
    blind: dict[str, int]
    """Attempts of each intent whose effect can't be read back."""

    @classmethod
    def of(cls, world: World) -> Outcome:
        state = world.state()
        plan = Plan.read(Path(world.work["plan"]))
        with Ledger(world.work["ledger"], may_write=False) as ledger:
            found = {p.key: migration.who(ledger, p.key) for p in plan.people}
            return cls(
                report=migration.status(ledger),
                people={k: (w.state, SAME.get(w.reason or "", w.reason)) for k, w in found.items()},
                state=state,
                inventory=world.inventory(),
                told={
                    p.key: Counter(r.kind for r in ledger.lines(person=p.key)) for p in plan.people
                },
                blind={row.key: row.attempts for row in ledger.blind_intents()},
            )


# -- after each death -------------------------------------------------------------------------------


def look_after(death: Death, world: World, calm: Outcome) -> None:
    """Look at the ledger and the world that a dead mover left.

    Raises:
        Broken: somebody is lost, or something was made twice.
    """
    state = world.state()
    made = counted(state["made"])
    most = counted(calm.state["made"])
    too_many = {route: n for route, n in made.items() if n > most.get(route, 0)}
    if too_many:
        raise Broken(f"{death}: made more than once: {too_many}")
    with Ledger(world.work["ledger"], may_write=False) as ledger:
        if ledger.started_at() is not None:
            _require_balance(death, migration.status(ledger))
        elif made:
            raise Broken(f"{death}: something was made before the ledger knew of it: {made}")


def _require_balance(death: Death, report: Report) -> None:
    for name, count in (("users", report.users), ("devices", report.devices)):
        if count.total != count.moved + count.waiting + count.excluded + count.failed:
            raise Broken(f"{death}: the {name} of the report do not add up: {count}")


# -- in the end -------------------------------------------------------------------------------------


def broken_promises(calm: Outcome, killed: Outcome, course: Course, world: World) -> list[str]:
    """What of a killed move is not as in the unkilled one, one sentence each."""
    return [
        *_people(calm, killed),
        *_objects(calm, killed),
        *_lost(killed),
        *_blind(killed, course),
        *_evidence(world),
    ]


def _people(calm: Outcome, killed: Outcome) -> Iterator[str]:
    for key, expected in calm.people.items():
        if killed.people.get(key) != expected:
            yield f"{key} is {killed.people.get(key)} and not {expected}"
    for name in ("users", "devices"):
        before, after = getattr(calm.report, name), getattr(killed.report, name)
        yield from _differences(f"count of {name}", before.model_dump(), after.model_dump())
    yield from _differences("end of the timeline", _last_moment(calm), _last_moment(killed))
    yield from _differences("phone", calm.state["phones"], killed.state["phones"])


def _last_moment(outcome: Outcome) -> Json:
    return outcome.report.timeline[-1].model_dump(exclude={"hours"})


def _objects(calm: Outcome, killed: Outcome) -> Iterator[str]:
    for kind, names in killed.inventory["target"]["names"].items():
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            yield f"the target has {kind} twice: {twice}"
    for side, found in killed.inventory.items():
        yield from _differences(f"{side} names of", calm.inventory[side]["names"], found["names"])
        yield from _differences(side, calm.inventory[side]["facts"], found["facts"])
    for side, held in killed.state["licenses"].items():
        yield from _differences(f"{side} license", calm.state["licenses"][side], held)
    yield from _differences("made by", counted(calm.state["made"]), counted(killed.state["made"]))


def _differences(what: str, expected: Json, found: Json) -> Iterator[str]:
    for key in sorted({*expected, *found}):
        before, after = expected.get(key), found.get(key)
        if isinstance(before, list) and isinstance(after, list):
            before, after = _without(before, after), _without(after, before)
        if before != after:
            yield f"{what} {key}: {after} and not {before}"


def _without(names: Sequence[Json], others: Sequence[Json]) -> list[Json]:
    """What is left of a list when the same are taken away as often as they are in another."""
    rest, left = list(others), []
    for name in names:
        if name in rest:
            rest.remove(name)
        else:
            left.append(name)
    return left


def _lost(killed: Outcome) -> Iterator[str]:
    """Whoever the ledger calls moved is really there, with every phone."""
    for key, phones in killed.state["people"].items():
        state, _ = killed.people[key]
        there = [(killed.state["phones"][p] or [None])[0] == "target" for p in phones]
        if state == "moved" and not all(there):
            yield f"{key} counts as moved, and {there.count(False)} phones are elsewhere"
        told = {kind: killed.told[key][kind] for kind in COURSE}
        if state == "moved" and min(told.values()) < len(phones):
            yield f"{key} moved with {len(phones)} phones, and the log tells of {told}"


def _blind(killed: Outcome, course: Course) -> Iterator[str]:
    """What can't be read back is sent again for a lost reply only, and listed."""
    sent = sum(
        n
        for side, routes in killed.state["made"].items()
        for route, n in routes.items()
        if f"{side} {route}" in BLIND
    )
    attempts, wanted = sum(killed.blind.values()), len(killed.blind)
    if sent > attempts:
        yield f"{sent} blind requests reached the product, and the ledger lists {attempts}"
    if sent - wanted > dropped(course):
        yield f"{sent - wanted} blind requests too many, and {dropped(course)} replies dropped"


def dropped(course: Course) -> int:
    """Deaths that may have cost the reply to a change: between its answer and the note of it, or at any moment."""
    lost = [p for p in course.met if _costs_a_reply(p)]
    return len(lost) + course.killed


def _costs_a_reply(point: Point) -> bool:
    if point.what.startswith("ledger closed"):
        return point.moment == "before"
    return point.moment == "after" and CHANGING.match(point.what) is not None


def _evidence(world: World) -> Iterator[str]:
    folder = world.ledger.with_name("evidence")
    with Ledger(world.work["ledger"], may_write=False) as ledger:
        head = ledger.head()
        manifest = evidence.export(ledger, folder)
    verdict = evidence.verify(folder, at=datetime.now(UTC), head=head.digest)
    yield from (f"evidence: {problem}" for problem in verdict.problems)
    if manifest.entries != head.entries:
        yield f"evidence: {manifest.entries} entries of {head.entries}"
