"""A whole world around two tiny products."""

from __future__ import annotations

import hashlib

from tests.rehearsal.tiny import Tiny
from ueapi.rehearsal.world import World

USERS = 20


def moved(seed: int) -> tuple[World, str]:
    """Move everybody, and digest everything that happened."""
    world = World.empty(users=USERS, seed=seed)
    old, new = world.open(Tiny, "source"), world.open(Tiny, "target")
    world.settle(old, lambda: new.server)
    world.lead(new.server)
    for person in world.people.values():
        person.asked_to_move()
    world.clock.sleep(10 * 86_400.0)
    seen = [
        (r.identifier, r.since, r.ended, r.kind, r.model, sorted(r.apps.items()))
        for place in (old, new)
        for r in place.simulator.device_side.records()
    ]
    answers = [getattr(place.simulator, "results", None) for place in (old, new)]
    text = repr((seen, answers, world.messages))
    return world, hashlib.sha256(text.encode()).hexdigest()


def test_a_world_runs_the_same_way_twice():
    assert moved(7)[1] == moved(7)[1]


def test_another_seed_is_another_world():
    assert moved(7)[1] != moved(8)[1]


def test_both_products_have_their_own_seats():
    world, _ = moved(7)

    assert world.apple.locations() == ("Location of the source", "Location of the target")


def test_a_world_shows_nothing_personal():
    world, _ = moved(7)
    shown = repr(world) + repr(list(world.people.values()))

    for person in world.fleet.people:
        assert person.username not in shown
        for phone in person.phones:
            assert phone.hardware.serial not in shown
            assert phone.hardware.udid not in shown
