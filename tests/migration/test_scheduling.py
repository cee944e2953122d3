"""Promises of the calendar: waves begin when people can be accompanied, and never in a freeze."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.migration import fleets
from tests.migration.test_planning import SHEET, WHOLE
from ueapi.contract import Capability, CapabilitySheet, Translation, native, unsupported
from ueapi.errors import PlanRefused
from ueapi.migration.documents import Plan, Policy, WaveKind
from ueapi.migration.planning import TargetProduct, make_plan
from ueapi.migration.policy import DateRange, Weekday
from ueapi.migration.reasons import Exclusion
from ueapi.migration.scheduling import may_begin, starts
from ueapi.model import Device, ManagedAppleID

MONDAY = date(2026, 12, 14)


def account(number: int) -> ManagedAppleID:
    return ManagedAppleID(f"person{number}@example.org")


def accounts(*numbers: int) -> frozenset[ManagedAppleID]:
    return frozenset(account(n) for n in numbers)


def phone(number: int, *, silent: int | None = 0, ios: str = "26.1") -> Device:
    seen = None if silent is None else fleets.AT - timedelta(days=silent)
    found = fleets.device(number, number, os_version=ios)
    return found.model_copy(update={"last_seen": seen})


def planned(policy: Policy, *devices: Device) -> Plan:
    users = tuple(fleets.user(n) for n in range(1, len(devices) + 1))
    return make_plan(
        fleets.source(users=users, devices=devices),
        fleets.target(),
        policy=policy,
        product=WHOLE,
    )


def numbers(plan: Plan) -> list[list[int]]:
    """The people of each wave, by their number."""
    known = {p.key: int(p.source_id) for p in plan.people}
    return [[known[key] for key in wave.people] for wave in plan.waves]


def test_volunteers_begin_then_recent_ios_then_vips_then_the_inactive() -> None:
    plan = planned(
        Policy(wave_sizes=(2, 3), pilot=accounts(6), vips=accounts(2)),
        phone(1, ios="18.7"),
        phone(2),
        phone(3, silent=60),
        phone(4, silent=20),
        phone(5, ios="26.4"),
        phone(6, ios="17.7"),
        phone(7, silent=None),
    )

    assert numbers(plan) == [[6, 5], [1, 4, 7], [2], [3]]
    assert [w.kind for w in plan.waves] == [
        WaveKind.PILOT,
        WaveKind.REGULAR,
        WaveKind.VIP,
        WaveKind.INACTIVE,
    ]


def test_vips_go_like_everyone_when_the_policy_says_so() -> None:
    plan = planned(
        Policy(vips=accounts(1), vips_last=False), phone(1, ios="26.4"), phone(2, ios="18.7")
    )

    assert numbers(plan) == [[1, 2]]


def test_the_order_does_not_depend_on_how_the_product_lists() -> None:
    users = tuple(fleets.user(n) for n in range(1, 9))
    devices = tuple(phone(n) for n in range(1, 9))
    plans = [
        make_plan(
            fleets.source(users=users[::step], devices=devices[::step]),
            fleets.target(),
            policy=Policy(wave_sizes=(3,)),
            product=WHOLE,
        )
        for step in (1, -1)
    ]

    assert plans[0].waves == plans[1].waves


def test_dated_waves_begin_at_the_hour_of_the_policys_zone_and_skip_weekends() -> None:
    policy = Policy(start=date(2026, 12, 17), hour=9, timezone="Europe/Berlin")

    found = [at for _, at in starts([5, 25, 100], policy)]

    assert found == [
        datetime(2026, 12, 17, 8, tzinfo=UTC),
        datetime(2026, 12, 18, 8, tzinfo=UTC),
        datetime(2026, 12, 21, 8, tzinfo=UTC),
    ]


def test_the_hour_stays_when_the_clocks_change() -> None:
    policy = Policy(
        start=date(2027, 3, 27), timezone="Europe/Berlin", weekdays=frozenset(Weekday), wave_gap=24
    )

    found = list(starts([5, 5], policy))

    assert [at.hour for _, at in found if at] == [8, 7]
    assert [after for after, _ in found] == [0.0, 23.0]


def test_nobody_begins_in_a_freeze_nor_right_before_it() -> None:
    freeze = (DateRange(first=date(2026, 12, 17), last=date(2026, 12, 22)),)

    found = [at.date() for _, at in starts([1, 1, 1], Policy(start=MONDAY, freeze=freeze)) if at]

    assert found == [MONDAY, date(2026, 12, 15), date(2026, 12, 23)]


@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=20),
    gap=st.floats(1, 60),
    cap=st.integers(40, 90),
)
def test_no_day_has_more_people_than_the_help_desk_takes(
    sizes: list[int], gap: float, cap: int
) -> None:
    found = [after for after, _ in starts(sizes, Policy(wave_gap=gap, help_desk_per_day=cap))]

    assert found == sorted(found)
    for at in found:
        day = [n for after, n in zip(found, sizes, strict=True) if at <= after < at + 24 - 1e-9]
        assert sum(day) <= cap


def test_no_wave_is_larger_than_the_help_desk_takes() -> None:
    plan = planned(
        Policy(wave_sizes=(2, 50), help_desk_per_day=3), *(phone(n) for n in range(1, 9))
    )

    assert [len(w.people) for w in plan.waves] == [2, 3, 3]


def test_a_late_wave_keeps_to_the_calendar() -> None:
    policy = Policy(start=MONDAY, hour=9)

    assert may_begin(policy, datetime(2026, 12, 15, 9, tzinfo=UTC))
    assert not may_begin(policy, datetime(2026, 12, 15, 8, tzinfo=UTC))
    assert not may_begin(policy, datetime(2026, 12, 19, 12, tzinfo=UTC))
    assert may_begin(Policy(), datetime(2026, 12, 19, 3, tzinfo=UTC))


def test_an_ios_without_account_driven_enrollment_stays_with_the_reason() -> None:
    plan = planned(Policy(), phone(1, ios="14.8.1"), phone(2, ios="15.0"))

    assert {p.source_id: p.exclusion for p in plan.people} == {
        "1": Exclusion.IOS_TOO_OLD,
        "2": None,
    }
    assert plan.left_out == {"1": Exclusion.IOS_TOO_OLD}


def test_exempt_people_stay_for_now_with_their_phones_counted() -> None:
    plan = planned(Policy(exempt=accounts(1)), phone(1), phone(2))

    assert plan.people[0].exclusion is Exclusion.EXEMPT
    assert plan.left_out == {"1": Exclusion.EXEMPT}


def test_names_nobody_has_are_counted_in_a_note_without_naming_them() -> None:
    plan = planned(Policy(vips=accounts(1, 99), leave_by_server=frozenset({7})), phone(1))

    notes = [note for note in plan.notes if "policy" in note]
    assert notes[0] == "The policy's vips names 1 of 2 whom the source doesn't know."
    assert "wave 7" in notes[1]
    assert "person99" not in " ".join(plan.notes)


def test_waves_say_who_ends_the_old_enrollment() -> None:
    plan = planned(
        Policy(wave_sizes=(1,), leave_by_server=frozenset({2})), *(phone(n) for n in (1, 2, 3))
    )

    assert [w.leave for w in plan.waves] == ["person", "server", "person"]


def test_a_source_that_ends_no_enrollments_refuses_to_let_the_server_do_it() -> None:
    rows = {c: native("test") for c in Capability}
    mute = CapabilitySheet.of(
        rows | {Capability.DEVICES_UNENROLL: unsupported("no such call", evidence="test")}
    )

    with pytest.raises(PlanRefused, match="no such call"):
        make_plan(
            fleets.source(),
            fleets.target(),
            policy=Policy(stragglers="server"),
            product=TargetProduct(sheet=SHEET, translate=Translation.whole, source_sheet=mute),
        )


@pytest.mark.parametrize(
    "values",
    [
        {"wave_sizes": []},
        {"wave_sizes": [0]},
        {"timezone": "Europe/Nowhere"},
        {"timezone": "../../etc/passwd"},
        {"freeze": [{"first": "2026-12-24", "last": "2026-12-31"}]},
        {"start": "2026-12-01", "freeze": [{"first": "2026-12-24", "last": "2026-12-01"}]},
        {"weekdays": []},
        {"hour": 24},
        {"leave_by_server": [0]},
        {"vips": ["not an address"]},
        {"help_desk_per_day": 0},
        {"stop": {"error_rate": 1.5}},
        {"wave_gap": float("inf")},
    ],
)
def test_a_policy_that_can_not_be_meant_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(values)
