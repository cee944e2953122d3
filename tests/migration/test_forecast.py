"""Promises of the forecast: it says beforehand what a rehearsal then counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
from attrs import evolve
from pydantic import ValidationError

from tests.migration import fleets
from tests.migration.test_planning import WHOLE
from ueapi import migration
from ueapi.contract import Capability, CapabilitySheet, Translation, native
from ueapi.migration.documents import Plan, Policy
from ueapi.migration.estimates import Forecast, Habits
from ueapi.migration.inventory import DeclaredLimits, TakenSnapshot
from ueapi.migration.planning import TargetProduct, make_plan
from ueapi.migration.rehearse import LEDGER_FILE, Rehearsal
from ueapi.migration.sides import Side
from ueapi.model import Scope
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


@pytest.mark.parametrize(
    ("source", "target", "seed"),
    [
        ("jamf", "hexnode", 3),
        ("jamf", "hexnode", 5),
        ("jamf", "hexnode", 7),
        ("hexnode", "jamf", 3),
        ("hexnode", "jamf", 7),
        ("jamf", "maas360", 3),
        ("jamf", "maas360", 5),
        ("maas360", "hexnode", 3),
        ("maas360", "hexnode", 5),
    ],
)
def test_calls_and_finish_of_prompt_people_are_forecast(
    source: str, target: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "make_fleet", prompt_fleet)
    rehearsal = Rehearsal.of(
        Registry.installed(), source=source, target=target, users=USERS, seed=seed
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


def forecast_of(costs: Mapping[Capability, str], *, policy: Policy | None = None) -> Forecast:
    """The forecast for twenty people to a product that does everything at these costs."""
    people = range(1, 21)
    plan = make_plan(
        fleets.source(
            users=tuple(fleets.user(n) for n in people),
            devices=tuple(fleets.device(n, n) for n in people),
            apps=tuple(fleets.app(n, Scope(everyone=True)) for n in (1, 2)),
        ),
        fleets.target(),
        policy=policy or Policy(wave_sizes=(5, 20)),
        product=TargetProduct(sheet=sheet_of(costs), translate=Translation.whole),
    )
    assert plan.forecast is not None
    return plan.forecast


def sheet_of(costs: Mapping[Capability, str]) -> CapabilitySheet:
    return CapabilitySheet.of({c: native("test", calls=costs.get(c)) for c in Capability})


@pytest.mark.parametrize(
    "capability", [Capability.USERS_ENSURE, Capability.DEVICES_REPORT, Capability.APPS_ASSIGN]
)
def test_what_a_sheet_declares_is_what_is_forecast(capability: Capability) -> None:
    once = forecast_of({capability: "1"}).total.target[capability.value]
    thrice = forecast_of({capability: "3"}).total.target[capability.value]

    assert once > 0
    assert thrice == pytest.approx(3 * once, abs=3)


def test_invitations_are_forecast_where_the_policy_wants_them() -> None:
    silent = forecast_of({})
    inviting = forecast_of(
        {Capability.ENROLLMENTS_INVITE: "2"}, policy=Policy(wave_sizes=(5, 20), invite=True)
    )

    assert "enrollments.invite" not in silent.total.target
    assert inviting.total.target["enrollments.invite"] == 2 * 20


def test_licenses_are_given_for_each_app_and_wave_and_more_for_the_first_time() -> None:
    found = forecast_of({Capability.LICENSES_ASSIGN: "4, then 2"}).waves

    first, second = (wave.spending.target["licenses.assign"] for wave in found)
    assert first == 2 * second


def test_a_source_that_releases_no_licenses_is_not_asked_to() -> None:
    plan = slow_target(20)
    able = plan.source.model_copy(update={"does": {"licenses.unassign": "1"}})
    unable = plan.source.model_copy(update={"does": {}})

    spent = [
        migration.forecast(plan.model_copy(update={"source": side})).total.source
        for side in (able, unable)
    ]

    assert "licenses.unassign" in spent[0]
    assert "licenses.unassign" not in spent[1]


def test_a_plan_with_a_cost_of_another_form_is_refused() -> None:
    side = slow_target(5).source.model_dump()

    with pytest.raises(ValidationError, match="a cost has the form"):
        Side.model_validate({**side, "does": {"users.ensure": "lots"}})
