"""Promises of looking before people are asked: nobody is asked in vain, and everybody once it would work."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.migration.test_engine import applying, balances
from tests.migration.test_stopping import Asked
from ueapi import migration
from ueapi.cli.main import app
from ueapi.errors import UsageError
from ueapi.migration.documents import Plan
from ueapi.migration.ledger import Ledger
from ueapi.migration.policy import Policy
from ueapi.migration.preflight import note_federated
from ueapi.migration.rehearse import Rehearsal, people_by_key
from ueapi.migration.steering import Question
from ueapi.model import AppKind
from ueapi.plugins import Registry

SEATS = 3
DAY = 86_400.0


def world(policy: Policy, *, users: int = 8) -> tuple[Rehearsal, Plan]:
    rehearsal = Rehearsal.of(
        Registry.installed(), source="hexnode", target="jamf", users=users, seed=5
    )
    plan = rehearsal.plan(*rehearsal.snapshots(), policy)
    rehearsal._people = people_by_key(plan, rehearsal.world)
    return rehearsal, plan


def scarce(rehearsal: Rehearsal, plan: Plan, seats: int) -> str:
    """Let the target have that many licenses of the app that most people shall get."""
    bundle_id = max(plan.apps, key=lambda a: (a.kind is AppKind.STORE, len(a.people))).bundle_id
    apps = rehearsal.world.fleet.apps
    store_id = next(a.store_id for a in apps if a.bundle_id == bundle_id) or ""
    rehearsal.world.apple.set_seats(rehearsal.target.server.location, store_id, seats)
    return store_id


def held(ledger: str) -> dict[str, str]:
    with Ledger(ledger, may_write=False) as opened:
        return {
            row.person: migration.who(opened, row.person).reason or ""
            for row in opened.devices()
            if row.problem == "not-ready"
        }


def until(rehearsal: Rehearsal, plan: Plan, ledger: str, kind: str, asked: Asked) -> None:
    for event in (events := applying(rehearsal, plan, ledger, steering=asked)):
        if event.kind == kind:
            events.close()
            return
    raise AssertionError(f"there was no event {kind}")


def test_whoever_has_no_seat_waits_with_the_reason_and_is_asked_when_there_is_one(
    tmp_path: Path,
) -> None:
    rehearsal, plan = world(Policy(wave_sizes=(10,), hidden_scope="everyone", close_after=72))
    store_id = scarce(rehearsal, plan, SEATS)
    ledger, asked = f"sqlite:///{tmp_path / 'move.db'}", Asked(rehearsal)
    until(rehearsal, plan, ledger, "verified", asked)

    waiting = held(ledger)

    report = migration.status(ledger)
    assert waiting
    assert not set(waiting) & set(asked.of(Question.MOVE))
    assert {h.check for h in report.held} == {"licenses"}
    assert sum(h.count for h in report.held) == len(waiting) == report.reasons["not-ready"]
    assert balances(report)

    rehearsal.world.apple.set_seats(rehearsal.target.server.location, store_id, 50)
    events = Counter(e.kind for e in applying(rehearsal, plan, ledger, steering=asked))

    assert events["ready"] == len(waiting)
    assert set(waiting) <= set(asked.of(Question.MOVE))
    assert not held(ledger)
    assert balances(migration.status(ledger))
    assert max(Counter(asked.of(Question.MOVE)).values()) == 1


def test_people_of_a_domain_that_is_not_federated_are_not_asked_and_it_says_what_to_do(
    tmp_path: Path,
) -> None:
    rehearsal, plan = world(Policy(wave_sizes=(10,), federated=frozenset({"example.com"})))
    ledger, asked = f"sqlite:///{tmp_path / 'move.db'}", Asked(rehearsal)
    until(rehearsal, plan, ledger, "wave", asked)

    someone = next(p for p in plan.people if p.wave == 1)
    found = migration.who(ledger, someone.key)

    assert (found.state, found.reason) == ("waiting", "not-ready")
    assert found.why == "example.org is none of the domains that were given"
    assert found.do
    assert asked.of(Question.MOVE) == []
    told = CliRunner().invoke(
        app, ["migrate", "who", someone.key, "--ledger", str(tmp_path / "move.db")]
    )
    assert "none of the domains" in told.output
    told = CliRunner().invoke(app, ["migrate", "status", "--ledger", str(tmp_path / "move.db")])
    assert "not asked yet" in told.output
    (open_one,) = [w for w in migration.status(ledger).waiting_for if "domains" in w.what]
    assert open_one.who == "administrator"


def test_a_domain_that_is_verified_later_is_named_and_its_people_are_asked(tmp_path: Path) -> None:
    rehearsal, plan = world(Policy(wave_sizes=(10,), federated=frozenset({"example.com"})))
    ledger, asked = f"sqlite:///{tmp_path / 'move.db'}", Asked(rehearsal)
    with Ledger(ledger) as opened, pytest.raises(UsageError, match="not begun"):
        note_federated(opened, frozenset({"example.org"}), rehearsal.world.clock.now())
    until(rehearsal, plan, ledger, "wave", asked)
    assert "--federated" in (migration.who(ledger, plan.people[0].key).do or "--federated")

    with Ledger(ledger) as opened:
        with pytest.raises(UsageError, match="no domain"):
            note_federated(opened, frozenset({"https://example.org"}), rehearsal.world.clock.now())
        note_federated(opened, frozenset({"Example.org"}), rehearsal.world.clock.now())
        assert opened.open_intents() == []
    until(rehearsal, plan, ledger, "wave", asked)

    assert set(asked.of(Question.MOVE)) == {p.key for p in plan.people if p.wave}
    assert not held(ledger)


@pytest.mark.parametrize("kind", ["held-back", "ready", "wave"])
def test_a_stop_in_between_asks_nobody_too_early_and_everybody_in_the_end(
    kind: str, tmp_path: Path
) -> None:
    rehearsal, plan = world(Policy(wave_sizes=(10,), hidden_scope="everyone", close_after=72))
    store_id = scarce(rehearsal, plan, SEATS)
    ledger, asked = f"sqlite:///{tmp_path / 'move.db'}", Asked(rehearsal)
    if kind == "ready":
        until(rehearsal, plan, ledger, "verified", asked)
        rehearsal.world.apple.set_seats(rehearsal.target.server.location, store_id, 50)
    until(rehearsal, plan, ledger, kind, asked)
    rehearsal.world.apple.set_seats(rehearsal.target.server.location, store_id, 50)

    for _ in applying(rehearsal, plan, ledger, steering=asked):
        pass

    moving = {p.key for p in plan.people if p.wave}
    assert set(asked.of(Question.MOVE)) == moving
    assert not held(ledger)


def test_without_the_rule_everybody_is_asked(tmp_path: Path) -> None:
    rehearsal, plan = world(
        Policy(wave_sizes=(10,), hold_unready=False, federated=frozenset({"example.com"}))
    )
    ledger, asked = f"sqlite:///{tmp_path / 'move.db'}", Asked(rehearsal)

    until(rehearsal, plan, ledger, "left", asked)

    assert set(asked.of(Question.MOVE)) == {p.key for p in plan.people if p.wave}


def test_looking_costs_no_call_a_person(tmp_path: Path) -> None:
    spent = []
    for users in (6, 24):
        rehearsal, plan = world(Policy(wave_sizes=(users,)), users=users)
        folder = tmp_path / str(users)
        folder.mkdir()
        ledger = f"sqlite:///{folder / 'move.db'}"
        until(rehearsal, plan, ledger, "wave", Asked(rehearsal))
        calls = migration.status(ledger).calls["new"]
        spent.append(calls.get("licenses.list", 0) + calls.get("licenses.pools", 0))

    assert spent[0] == spent[1]
