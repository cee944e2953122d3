"""Promises of the forecast: it says beforehand what a rehearsal then counts."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from attrs import evolve

from tests.migration import fleets
from tests.migration.test_planning import WHOLE
from ueapi import migration
from ueapi.migration.documents import Plan, Policy
from ueapi.migration.estimates import Habits
from ueapi.migration.inventory import DeclaredLimits, TakenSnapshot
from ueapi.migration.planning import make_plan
from ueapi.migration.rehearse import LEDGER_FILE, Rehearsal
from ueapi.plugins import Registry
from ueapi.rehearsal import world as worlds
from ueapi.rehearsal.fleet import Fleet, Habit
from ueapi.rehearsal.people import make_fleet

NEAR = 0.10
USERS = 36
"""Of whom 31 can move."""


def prompt_fleet(*, users: int, seed: int, **_: object) -> Fleet:
    """Everyone is prompt, with one phone and no private copies of apps."""
    fleet = make_fleet(users=users, seed=seed)
    people = tuple(
        evolve(
            person,
            habit=Habit.PROMPT,
            phones=tuple(evolve(p, owned_apps=frozenset()) for p in person.phones[:1]),
        )
        for person in fleet.people
    )
    return evolve(fleet, people=people)


def number_of(event: migration.Event) -> int:
    return int(event.text.split()[1])


@pytest.mark.parametrize("seed", [3, 5, 7])
def test_calls_and_finish_of_prompt_people_are_forecast(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "make_fleet", prompt_fleet)
    rehearsal = Rehearsal.of(
        Registry.installed(), source="jamf", target="hexnode", users=USERS, seed=seed
    )
    plan = rehearsal.plan(*rehearsal.snapshots())
    begun: dict[int, datetime] = {}
    closed: dict[int, datetime] = {}

    for event in rehearsal.apply(plan, tmp_path):
        if event.kind == "wave":
            begun[number_of(event)] = event.at
        if event.kind == "closed":
            closed[number_of(event)] = event.at

    # The hour at which the administrator is done decides when people are asked, and no plan knows it.
    expected = migration.forecast(plan, begun=begun)
    report = migration.status(f"sqlite:///{tmp_path / LEDGER_FILE}")
    counted = report.calls
    finish = (max(closed.values()) - begun[1]).total_seconds() / 3600
    assert report.users.moved >= 30
    assert expected.total.of("source") == pytest.approx(sum(counted["old"].values()), rel=NEAR)
    assert expected.total.of("target") == pytest.approx(sum(counted["new"].values()), rel=NEAR)
    assert expected.finish_after == pytest.approx(finish, rel=NEAR)


def slow_target(people: int, **limits: int) -> Plan:
    devices = tuple(fleets.device(n, n) for n in range(1, people + 1))
    target = TakenSnapshot(
        tenant="new",
        backend="new",
        taken_at=fleets.AT,
        limits=DeclaredLimits(concurrency=2, **limits),
    )
    return make_plan(
        fleets.source(users=tuple(fleets.user(n) for n in range(1, people + 1)), devices=devices),
        target,
        policy=Policy(wave_sizes=(5, people), start=date(2026, 12, 1)),
        product=WHOLE,
    )


def test_a_plan_carries_dates_and_calls_per_wave() -> None:
    plan = slow_target(20, per_minute=30)

    assert plan.forecast is not None
    first, second = plan.forecast.waves
    assert (first.people, second.people) == (5, 15)
    assert first.finish_at is not None
    assert plan.waves[0].starts_at is not None
    assert first.finish_at > plan.waves[0].starts_at
    assert second.spending.target["users.ensure"] >= 15
    total = sum(w.spending.of("target") for w in (first, second))
    assert plan.forecast.total.of("target") == total + plan.forecast.before.of("target")
    assert plan.forecast.finish_at == second.finish_at


def test_a_slow_product_decides_how_long_a_wave_takes() -> None:
    brisk, slow = (slow_target(200, per_minute=rate).forecast for rate in (600, 1))

    assert brisk is not None
    assert slow is not None
    assert slow.waves[1].hours > 2 * brisk.waves[1].hours
    assert slow.strains[0].limit == "per_minute"
    assert slow.strains[0].used > brisk.strains[0].used


def test_a_daily_allowance_adds_days() -> None:
    found = slow_target(200, per_day=100).forecast

    assert found is not None
    assert found.waves[1].hours > 48
    assert {s.limit: s.most for s in found.strains}["per_day"] == 100


def test_one_plan_has_one_forecast_and_measured_habits_change_it() -> None:
    plan = slow_target(40)
    later = Habits(answer=(60.0, 240.0))

    assert migration.forecast(plan) == migration.forecast(plan) == plan.forecast
    assert migration.forecast(plan, later).waves[1].hours > migration.forecast(plan).waves[1].hours


def test_who_is_asked_in_the_evening_answers_in_the_morning() -> None:
    plan = slow_target(40)
    evening = datetime.fromisoformat("2026-12-01T17:45:00+00:00")

    asked_late = migration.forecast(plan, begun={1: evening}).waves[0]

    assert asked_late.hours > 14


def test_without_limits_the_forecast_says_so() -> None:
    plan = make_plan(fleets.source(), fleets.target(), policy=Policy(), product=WHOLE)

    assert plan.forecast is not None
    assert any("no limits are known" in line for line in plan.forecast.assumptions)
