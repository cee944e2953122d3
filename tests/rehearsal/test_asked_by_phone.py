"""Promises about people whose phone asks for the password again: minutes or hours, by habit, and never a new record."""

from __future__ import annotations

from tests.rehearsal.tiny import Tiny
from ueapi.rehearsal.fleet import Habit
from ueapi.rehearsal.world import Place, World

HOUR = 3600.0


def expired(seed: int = 4) -> tuple[World, Place]:
    """Everybody's token has ended, and every phone has noticed."""
    world = World.empty(users=20, seed=seed)
    place = world.open(Tiny, "source")
    world.settle(place)
    for record in place.simulator.device_side.records():
        place.simulator.way_in.expire(record)
        place.simulator.device_side.wake(record)
    return world, place


def waiting(world: World, habit: Habit | None = None) -> list[str]:
    return [
        phone.seed.key
        for person in world.people.values()
        for phone in person.phones
        if phone.enrollment is not None
        and phone.enrollment.challenge is not None
        and habit in (None, person.person.habit)
    ]


def test_prompt_people_sign_in_within_the_hour_and_everybody_within_a_day() -> None:
    world, place = expired()
    world.clock.sleep(60)
    at_first = waiting(world)

    world.clock.sleep(3.5 * HOUR)
    prompt_later = waiting(world, Habit.PROMPT)
    world.clock.sleep(20 * HOUR)

    assert len(at_first) > 5
    assert prompt_later == []
    assert waiting(world) == []
    assert all(r.is_active and not r.queue for r in place.simulator.device_side.records())


def test_nobody_becomes_a_new_record() -> None:
    world, place = expired()
    before = place.simulator.device_side.records()

    world.clock.sleep(24 * HOUR)

    assert place.simulator.device_side.records() == before
    assert any(r.bearer != r.token for r in before)
