"""Enrolling phones anew within one product: who does, what is carried over, and what is removed when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from attrs import evolve, frozen

from tests.migration.fleets import app, device, group, profile, source, user
from ueapi import migration
from ueapi.contract import Capability, CapabilitySheet, native
from ueapi.errors import PlanRefused
from ueapi.migration.documents import Plan
from ueapi.migration.ledger import Ledger
from ueapi.migration.planning import TargetProduct
from ueapi.migration.policy import Policy
from ueapi.migration.reasons import Exclusion
from ueapi.migration.reenrolling import make_reenrollment, require_two
from ueapi.migration.rehearse import Rehearsal
from ueapi.migration.reporting import Report
from ueapi.migration.rows import DeviceState
from ueapi.migration.steering import Event
from ueapi.model import EnrollmentKind, EnrollmentState, Scope
from ueapi.plugins import Registry
from ueapi.rehearsal.fleet import OLD_WAYS

USERS = 30
SEED = 7
OLD = EnrollmentKind.PROFILE_DRIVEN_USER
WIFI = {"PayloadType": "com.apple.wifi.managed", "SSID_STR": "Office"}
VPN = {"PayloadType": "com.apple.vpn.managed", "VPNType": "IKEv2"}

PRODUCT = TargetProduct(
    sheet=CapabilitySheet.of({c: native("test") for c in Capability}),
    translate=Registry.installed().translator("jamf"),
)


def planned(policy: Policy | None = None, **parts: object) -> Plan:
    return make_reenrollment(source(**parts), policy=policy or Policy(), product=PRODUCT)


# -- who -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "os_version", "reason"),
    [
        (EnrollmentKind.ACCOUNT_DRIVEN_USER, "26.1", Exclusion.ACCOUNT_DRIVEN_ALREADY),
        (EnrollmentKind.USER, "26.1", Exclusion.WAY_NOT_SHOWN),
        (EnrollmentKind.DEVICE, "26.1", Exclusion.NOT_USER_ENROLLED),
        (EnrollmentKind.UNKNOWN, "26.1", Exclusion.NOT_USER_ENROLLED),
        (OLD, "14.8", Exclusion.IOS_TOO_OLD),
        (EnrollmentKind.LEGACY_PERSONAL, "13.7", Exclusion.IOS_TOO_OLD),
    ],
)
def test_a_phone_that_need_not_or_cannot_be_enrolled_anew_stays_with_the_reason(
    kind: EnrollmentKind, os_version: str, reason: Exclusion
) -> None:
    plan = planned(users=(user(1),), devices=(device(1, 1, kind=kind, os_version=os_version),))

    assert plan.people[0].exclusion is reason
    assert plan.left_out == {"1": reason}
    assert plan.waves == ()


@pytest.mark.parametrize("kind", [OLD, EnrollmentKind.LEGACY_PERSONAL])
@pytest.mark.parametrize("os_version", ["15.0", "17.7", "26.1"])
def test_older_ways_move_on_every_ios_that_knows_the_new_one(
    kind: EnrollmentKind, os_version: str
) -> None:
    plan = planned(users=(user(1),), devices=(device(1, 1, kind=kind, os_version=os_version),))

    assert plan.reenrolls
    assert plan.people[0].target_id == "1"
    assert [d.id for d in plan.people[0].devices] == ["1"]


def test_phones_of_which_nobody_knows_the_way_move_when_the_policy_says_so() -> None:
    plan = planned(
        Policy(reenroll_unclear=True),
        users=(user(1),),
        devices=(device(1, 1, kind=EnrollmentKind.USER),),
    )

    assert plan.people[0].exclusion is None


def test_of_two_phones_only_the_older_enrollment_moves() -> None:
    plan = planned(users=(user(1),), devices=(device(1, 1), device(2, 1, kind=OLD)))

    assert [d.id for d in plan.people[0].devices] == ["2"]
    assert plan.left_out == {"1": Exclusion.ACCOUNT_DRIVEN_ALREADY}


# -- what ------------------------------------------------------------------------------------------


def test_nothing_is_made_and_what_hangs_on_a_record_is_carried_over() -> None:
    plan = planned(
        users=(user(1),),
        devices=(device(1, 1, kind=OLD), device(2, 1)),
        groups=(group("9", "Loans", ("1", "2"), of="devices"), group("8", "Staff", ("1",))),
        profiles=(
            profile(1, "Wi-Fi", WIFI, Scope(user_groups=("8",))),
            profile(2, "By hand", WIFI, Scope(devices=("1",))),
        ),
        apps=(app(1, Scope(devices=("1",))), app(2, Scope(user_groups=("8",)))),
    )

    assert (plan.groups, plan.losses) == ((), ())
    assert [(c.kind.value, c.name, c.devices) for c in plan.carried] == [
        ("group", "Loans", ("1",)),
        ("profile", "By hand", ("1",)),
        ("app", "App 1", ("1",)),
    ]
    assert {p.name for p in plan.profiles} == {"Wi-Fi", "By hand"}
    assert {a.name for a in plan.apps} == {"App 1", "App 2"}
    assert not any(p.by_api or p.by_hand for p in plan.profiles)


def test_what_one_of_two_phones_has_alone_is_carried_and_not_asked_for() -> None:
    plan = planned(
        users=(user(1),),
        devices=(device(1, 1, kind=OLD), device(2, 1, kind=OLD)),
        profiles=(profile(1, "By hand", WIFI, Scope(devices=("1",))),),
    )

    assert plan.profiles == ()
    assert [c.devices for c in plan.carried] == [("1",)]


def test_a_profile_that_ios_refuses_is_not_asked_for_and_said_so() -> None:
    plan = planned(
        users=(user(1),),
        devices=(device(1, 1, kind=OLD),),
        profiles=(profile(1, "Whole VPN", VPN, Scope(everyone=True)),),
    )

    assert plan.profiles == ()
    assert any("Whole VPN" in note for note in plan.notes)


def test_one_tenant_as_source_and_target_is_no_move() -> None:
    taken = source(users=(user(1),))

    with pytest.raises(PlanRefused, match="--reenroll"):
        require_two(taken, taken)


# -- rehearsed -------------------------------------------------------------------------------------


@frozen
class Done:
    """A rehearsal that ended."""

    rehearsal: Rehearsal
    plan: Plan
    report: Report
    ledger: str


def rehearsed(backend: str, out: Path, users: int = USERS) -> Done:
    rehearsal = Rehearsal.within(Registry.installed(), backend=backend, users=users, seed=SEED)
    plan = rehearsal.plan(*rehearsal.snapshots())
    for _ in rehearsal.apply(plan, out):
        pass
    return Done(rehearsal, plan, rehearsal.report(out), f"sqlite:///{out / 'move.db'}")


@pytest.fixture(scope="module", params=["jamf", "hexnode"])
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Done:
    return rehearsed(request.param, tmp_path_factory.mktemp(request.param))


def test_everyone_is_accounted_for_and_whoever_answers_is_enrolled_anew(done: Done) -> None:
    for count in (done.report.users, done.report.devices):
        assert count.total == count.moved + count.waiting + count.excluded + count.failed
        assert count.failed == 0

    silent = sum(1 for p in done.rehearsal.world.people.values() if p.never_finishes)
    assert done.report.users.waiting <= silent
    assert done.report.users.moved > USERS / 6
    assert done.report.reenrolls


def test_every_phone_that_moved_is_account_driven_under_a_record_of_its_own(done: Done) -> None:
    with Ledger(done.ledger, may_write=False) as ledger:
        verified = [r for r in ledger.devices() if r.state is DeviceState.VERIFIED]
    kinds = Counter(
        phone.enrollment.kind
        for phone in done.rehearsal.world.phones.values()
        if phone.enrollment is not None
    )

    assert kinds[OLD] <= done.report.devices.waiting
    assert len({r.target_id for r in verified}) == len(verified)
    assert not {r.target_id for r in verified} & {r.source_id for r in verified}


def test_nothing_was_made_in_the_product(done: Done) -> None:
    calls = done.report.calls[done.rehearsal.old.name]

    assert not {"users.ensure", "profiles.ensure", "apps.ensure", "licenses.unassign"} & set(calls)


def test_phones_with_a_profile_on_ios_18_or_later_took_part(done: Done) -> None:
    phones = done.rehearsal.world.phones.values()
    updated = [p for p in phones if p.seed.enrolled_on]

    assert updated
    assert any(p.major < 18 and p.seed.enrollment is OLD for p in phones)
    assert all(p.major >= 18 for p in updated)


def test_licenses_stay_with_the_person(done: Done) -> None:
    world = done.rehearsal.world
    location = done.rehearsal.source.server.location
    stores = world.apple.store_ids(location)
    for person in world.people.values():
        if any(p.enrollment and p.enrollment.contents.apps for p in person.phones):
            assert any(world.apple.holds(location, s, person.account) for s in stores)


def test_old_records_are_removed_or_listed(done: Done) -> None:
    is_removed = done.rehearsal.old.sheet[Capability.DEVICES_FORGET].is_callable
    moved = done.report.devices.moved
    there = {d.id: d for d in done.rehearsal.old.devices.list()}
    with Ledger(done.ledger, may_write=False) as ledger:
        old = {r.source_id for r in ledger.devices() if r.state is DeviceState.VERIFIED}

    if is_removed:
        assert (done.report.records.removed, done.report.records.kept) == (moved, 0)
        assert old.isdisjoint(there)
    else:
        assert (done.report.records.removed, done.report.records.kept) == (0, moved)
        assert set(done.report.records.listed) == old
        assert all(there[i].enrollment.state is EnrollmentState.ENDED for i in old)
        assert any("records" in w.what for w in done.report.waiting_for)


def test_static_groups_of_devices_hold_the_new_records(done: Done) -> None:
    groups = {g.name: g for g in done.rehearsal.old.groups.list() if g.of == "devices"}
    with Ledger(done.ledger, may_write=False) as ledger:
        new = {r.source_id: r.target_id for r in ledger.devices() if r.target_id}
    carried = [c for c in done.plan.carried if c.kind.value == "group"]

    for item in carried:
        members = set(done.rehearsal.old.groups.get(groups[item.name]).members or ())
        assert {new[old] for old in item.devices if old in new} <= members


def test_records_stay_when_the_policy_says_so(tmp_path: Path) -> None:
    rehearsal = Rehearsal.within(
        Registry.installed(),
        backend="jamf",
        users=10,
        seed=SEED,
        mix=evolve(OLD_WAYS, by_profile=1),
    )
    plan = rehearsal.plan(*rehearsal.snapshots(), Policy(wave_sizes=(10,), keep_records=True))

    for _ in rehearsal.apply(plan, tmp_path):
        pass

    report = rehearsal.report(tmp_path)
    assert report.users.moved > 0
    assert report.records.removed == 0
    assert not any("records" in w.what for w in report.waiting_for)


def test_a_stopped_run_goes_on_and_removes_nothing_twice(tmp_path: Path) -> None:
    rehearsal = Rehearsal.within(Registry.installed(), backend="jamf", users=12, seed=3)
    plan = rehearsal.plan(*rehearsal.snapshots())
    with closing(cast("Generator[Event]", rehearsal.apply(plan, tmp_path))) as events:
        for event in events:
            if event.kind == "forgotten":
                break
    ledger = f"sqlite:///{tmp_path / 'move.db'}"

    for _ in migration.apply(
        plan,
        source=rehearsal.old,
        target=rehearsal.old,
        ledger=ledger,
        clock=rehearsal.world.clock,
        steering=rehearsal,
        signpost=rehearsal.signpost(tmp_path),
        follow=True,
    ):
        pass

    report = migration.status(ledger)
    assert report.records.removed == report.devices.moved > 1
