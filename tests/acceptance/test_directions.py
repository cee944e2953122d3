"""A fleet moves from each product to each other one: nobody is lost, nothing is doubled, old licenses are free."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from tests.acceptance.directions import DIRECTIONS, Moved, broken, moved
from ueapi.rehearsal.fleet import Habit, Mix

USERS = 30
SEED = 7
PRIVATE_COPIES = Mix(habits={Habit.OWNS_APP: 1.0}, odd=0)
"""Everyone has a work app privately, and deletes it when asked."""
PROMPT = Mix(habits={}, odd=0)


@pytest.mark.slow
@pytest.mark.parametrize(("source", "target"), DIRECTIONS, ids=["-to-".join(d) for d in DIRECTIONS])
def test_a_move_in_any_direction_balances_and_doubles_nothing(
    source: str, target: str, tmp_path: Path
) -> None:
    found = moved(source, target, tmp_path, users=USERS, seed=SEED)

    assert broken(found) == []
    assert found.report.users.moved >= 0.7 * USERS


@pytest.mark.parametrize("target", ["jamf", "hexnode", "maas360"])
def test_whoever_has_a_private_copy_of_an_app_gets_the_work_one_after_deleting_it(
    target: str, tmp_path: Path
) -> None:
    source = "hexnode" if target == "jamf" else "jamf"

    found = moved(source, target, tmp_path, users=6, seed=SEED, mix=PRIVATE_COPIES)

    assert broken(found) == []
    assert found.report.users.moved == 6


def keeps_an_old_license(found: Moved) -> Moved:
    apple, old = found.rehearsal.world.apple, found.rehearsal.source.server.location
    planned, _ = next(found.done)
    assert apple.take(old, apple.store_ids(old)[0], str(planned.managed_apple_id))
    return found


def gives_a_license_to_a_stranger(found: Moved) -> Moved:
    apple, new = found.rehearsal.world.apple, found.rehearsal.target.server.location
    assert apple.take(new, apple.store_ids(new)[0], "nobody@example.org")
    return found


def makes_a_user_twice(found: Moved) -> Moved:
    users = found.target.users
    return evolve(found, target=found.target.model_copy(update={"users": (*users, users[-1])}))


def shows_a_phone_twice(found: Moved) -> Moved:
    devices = (*found.target.devices, found.target.devices[-1])
    return evolve(found, target=found.target.model_copy(update={"devices": devices}))


def loses_a_person(found: Moved) -> Moved:
    users = found.report.users.model_copy(update={"total": found.report.users.total - 1})
    return evolve(found, report=found.report.model_copy(update={"users": users}))


def lets_a_prompt_person_wait(found: Moved) -> Moved:
    planned, _ = next(found.done)
    waits = found.states[planned.key].model_copy(update={"state": "waiting", "reason": "no-answer"})
    return evolve(found, states={**found.states, planned.key: waits})


def takes_an_app_off(found: Moved) -> Moved:
    _, person = next(found.done)
    enrollment = person.phones[0].enrollment
    assert enrollment is not None
    enrollment.contents.apps.clear()
    return found


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (keeps_an_old_license, "on the source"),
        (gives_a_license_to_a_stranger, "isn't theirs"),
        (makes_a_user_twice, "2 times"),
        (shows_a_phone_twice, "which shows"),
        (loses_a_person, "don't balance"),
        (lets_a_prompt_person_wait, "would have finished"),
        (takes_an_app_off, "has not"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_promise_is_noticed(
    trouble: Callable[[Moved], Moved], said: str, tmp_path: Path
) -> None:
    found = moved("jamf", "hexnode", tmp_path, users=2, seed=SEED, mix=PROMPT)
    assert broken(found) == []

    problems = broken(trouble(found))

    assert any(said in problem for problem in problems)
