"""Promises about whole worlds: the same seed comes to the same end, with tokens that end on the way."""

from __future__ import annotations

from tests.rehearsal.tiny import Tiny
from ueapi.rehearsal.digest import digest
from ueapi.rehearsal.people import make_fleet
from ueapi.rehearsal.world import World

PHONES = 30
DAY = 86_400.0


def lived(seed: int) -> tuple[World, str]:
    """Three days in which tokens end, and everybody is asked to move."""
    world = World.empty(users=PHONES, seed=seed)
    old, new = world.open(Tiny, "source"), world.open(Tiny, "target")
    for place in (old, new):
        place.simulator.way_in.limit_tokens(8 * 3600)
    world.settle(old, lambda: new.server)
    world.lead(new.server)
    for person in world.people.values():
        person.asked_to_move()
    for _ in range(3):
        for place in (old, new):
            for record in place.simulator.device_side.records():
                place.simulator.device_side.wake(record)
        world.clock.sleep(DAY)
    return world, digest(world, old, new)


def test_the_same_seed_comes_to_the_same_end() -> None:
    world, first = lived(11)

    assert lived(11)[1] == first
    assert len(world.phones) >= PHONES - 5


def test_another_seed_comes_to_another_end() -> None:
    assert lived(11)[1] != lived(12)[1]


def test_tokens_ended_and_everybody_signed_in_again() -> None:
    world, _ = lived(11)

    fleet = make_fleet(users=PHONES, seed=11)
    enrolled = [p for p in world.phones.values() if p.is_enrolled]

    assert len(enrolled) >= len(fleet.people) // 2
    assert len({p.enrollment.token for p in enrolled}) == len(enrolled)
