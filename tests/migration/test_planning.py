"""Promises of planning: pure, complete, and honest about losses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.migration import fleets
from ueapi.contract import (
    Capability,
    CapabilitySheet,
    Fate,
    SettingFate,
    Translation,
    manual,
    native,
)
from ueapi.errors import PlanRefused, UnreadableInput
from ueapi.migration.documents import Plan, Policy
from ueapi.migration.matching import match
from ueapi.migration.planning import TargetProduct, make_plan
from ueapi.migration.reasons import Exclusion
from ueapi.model import EnrollmentKind, EnrollmentState, Scope

SHEET = CapabilitySheet.of(
    {c: native("test") for c in Capability}
    | {Capability.ENROLLMENTS_DISCOVERY: manual("Host the file", evidence="test")}
)
WHOLE = TargetProduct(sheet=SHEET, translate=Translation.whole)

PASSCODE = {"PayloadType": "com.apple.mobiledevice.passwordpolicy", "forcePIN": True}
DEVICE_VPN = {"PayloadType": "com.apple.vpn.managed", "VPNType": "IKEv2"}


def small_fleet() -> tuple[object, ...]:
    users = tuple(fleets.user(n) for n in range(1, 4))
    devices = tuple(fleets.device(n, n) for n in range(1, 4))
    return users, devices


def test_everyone_gets_a_wave_or_a_reason() -> None:
    users = (
        fleets.user(1),
        fleets.user(2, maid=None),
        fleets.user(3, maid="Same@Example.org"),
        fleets.user(4, maid="same@example.org"),
        fleets.user(5),
        fleets.user(6),
    )
    devices = (
        *(fleets.device(n, n) for n in (1, 2, 3, 4)),
        fleets.device(6, 6, kind=EnrollmentKind.DEVICE),
        fleets.device(7, 99),
    )

    plan = make_plan(
        fleets.source(users=users, devices=devices),
        fleets.target(),
        policy=Policy(),
        product=WHOLE,
    )

    reasons = {p.source_id: p.exclusion for p in plan.people}
    assert reasons == {
        "1": None,
        "2": Exclusion.NO_MANAGED_APPLE_ID,
        "3": Exclusion.DUPLICATE,
        "4": Exclusion.DUPLICATE,
        "5": Exclusion.NO_DEVICE,
        "6": Exclusion.NOT_USER_ENROLLED,
    }
    assert set(plan.left_out) == {"2", "3", "4", "6", "7"}
    assert [len(w.people) for w in plan.waves] == [1]


def test_phones_of_people_kept_back_by_policy_stay_in_the_count() -> None:
    plan = make_plan(
        fleets.source(
            users=(fleets.user(1), fleets.user(2)),
            devices=(fleets.device(1, 1), fleets.device(2, 2), fleets.device(3, 2)),
        ),
        fleets.target(),
        policy=Policy(exclude=frozenset({"Person2@example.org"})),
        product=WHOLE,
    )

    assert plan.left_out == {"2": Exclusion.BY_POLICY, "3": Exclusion.BY_POLICY}


def test_an_ended_enrollment_does_not_move() -> None:
    matches = match(
        fleets.source(
            users=(fleets.user(1),),
            devices=(fleets.device(1, 1, state=EnrollmentState.ENDED),),
        ),
        fleets.target(),
    )

    assert matches.people[0].exclusion is Exclusion.NOT_ENROLLED


def test_waves_grow_as_the_policy_says_and_the_last_size_repeats() -> None:
    users = tuple(fleets.user(n) for n in range(1, 10))
    devices = tuple(fleets.device(n, n) for n in range(1, 10))

    plan = make_plan(
        fleets.source(users=users, devices=devices),
        fleets.target(),
        policy=Policy(wave_sizes=(1, 3), wave_gap=12),
        product=WHOLE,
    )

    assert [len(w.people) for w in plan.waves] == [1, 3, 3, 2]
    assert [w.starts_after for w in plan.waves] == [0, 12, 24, 36]


def test_a_payload_apple_forbids_is_a_loss_that_must_be_accepted() -> None:
    users, devices = small_fleet()
    everyone = Scope(everyone=True)
    source = fleets.source(
        users=users,
        devices=devices,
        profiles=(
            fleets.profile(1, "Passcode", PASSCODE, everyone),
            fleets.profile(2, "VPN", DEVICE_VPN, everyone),
        ),
    )

    plan = make_plan(source, fleets.target(), policy=Policy(), product=WHOLE)

    vpn = [loss for loss in plan.unaccepted if loss.object == "VPN"]
    assert [loss.payload for loss in vpn] == ["com.apple.vpn.managed"]
    assert not plan.accepting(frozenset(loss.id for loss in plan.unaccepted)).unaccepted
    assert [p.name for p in plan.profiles] == ["Passcode"]


def test_an_unknown_loss_can_not_be_accepted() -> None:
    users, devices = small_fleet()
    plan = make_plan(
        fleets.source(users=users, devices=devices),
        fleets.target(),
        policy=Policy(),
        product=WHOLE,
    )

    with pytest.raises(PlanRefused, match="no loss L-nope"):
        plan.accepting(frozenset({"L-nope"}))


def test_console_only_settings_become_a_task_with_the_exact_content() -> None:
    def by_hand(content: bytes) -> Translation:
        fate = SettingFate(
            payload_type="com.apple.mobiledevice.passwordpolicy",
            key="forcePIN",
            fate=Fate.HUMAN_ONLY,
            reason="no key",
        )
        return Translation(fates=(fate,), console_steps=("Set a passcode",), mappable=None)

    users, devices = small_fleet()
    source = fleets.source(
        users=users,
        devices=devices,
        profiles=(fleets.profile(1, "Passcode", PASSCODE, Scope(everyone=True)),),
    )

    plan = make_plan(
        source,
        fleets.target(),
        policy=Policy(),
        product=TargetProduct(sheet=SHEET, translate=by_hand),
    )

    task = next(t for t in plan.tasks if t.kind == "make-profile")
    assert task.steps == ("Set a passcode",)
    assert b"passwordpolicy" in (task.content or b"")
    assert plan.profiles[0].by_hand == task.subject


def test_people_in_scope_are_found_through_groups_of_users_and_devices() -> None:
    users, devices = small_fleet()
    source = fleets.source(
        users=users,
        devices=devices,
        groups=(
            fleets.group("users-1", "Field", ("1",)),
            fleets.group("devices-1", "Phones", ("2",), of="devices"),
        ),
        apps=(
            fleets.app(1, Scope(user_groups=("users-1",), device_groups=("devices-1",))),
            fleets.app(2, Scope()),
        ),
    )

    plan = make_plan(source, fleets.target(), policy=Policy(), product=WHOLE)

    keys = {p.source_id: p.key for p in plan.people}
    assert [a.name for a in plan.apps] == ["App 1"]
    assert set(plan.apps[0].people) == {keys["1"], keys["2"]}


def test_two_groups_of_one_name_stay_apart() -> None:
    users, devices = small_fleet()
    plan = make_plan(
        fleets.source(
            users=users,
            devices=devices,
            groups=(
                fleets.group("users-1", "Sales", ("1",)),
                fleets.group("devices-1", "sales", ("2", "3"), of="devices"),
            ),
            profiles=(
                fleets.profile(1, "A", PASSCODE, Scope(user_groups=("users-1",))),
                fleets.profile(2, "B", PASSCODE, Scope(device_groups=("devices-1",))),
            ),
        ),
        fleets.target(groups=(fleets.group("users-9", "SALES (moved)", ()),)),
        policy=Policy(),
        product=WHOLE,
    )

    sizes = {g.name: len(g.members) for g in plan.groups}
    assert sizes == {"Sales (moved)": 1, "sales 2 (moved)": 2}
    assert [p.groups for p in plan.profiles] == [("Sales (moved)",), ("sales 2 (moved)",)]
    assert "target:group:users-9" in plan.touched


def test_the_same_input_gives_the_same_plan_and_a_file_keeps_it(tmp_path: Path) -> None:
    users, devices = small_fleet()
    made = [
        make_plan(
            fleets.source(users=users, devices=devices),
            fleets.target(),
            policy=Policy(exclude=frozenset({"person3@example.org", "x@example.org"})),
            product=WHOLE,
        )
        for _ in range(2)
    ]
    path = tmp_path / "plan.json"
    made[0].write(path)

    assert made[0].hash == made[1].hash
    assert Plan.read(path).hash == made[0].hash
    assert path.stat().st_mode & 0o077 == 0


def test_an_edited_plan_file_is_refused(tmp_path: Path) -> None:
    users, devices = small_fleet()
    path = tmp_path / "plan.json"
    plan = make_plan(
        fleets.source(users=users, devices=devices),
        fleets.target(),
        policy=Policy(),
        product=WHOLE,
    )
    plan.write(path)
    content = json.loads(path.read_text())
    content["policy"]["chunk"] = 7
    path.write_text(json.dumps(content))

    with pytest.raises(PlanRefused, match="altered"):
        Plan.read(path)


@pytest.mark.parametrize("garbage", [b"", b"%PDF-1.7", b"{}", b"[1, 2]", b'{"format": 2}'])
def test_a_garbage_plan_file_is_named(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(garbage)

    with pytest.raises(UnreadableInput, match=r"plan\.json is no plan"):
        Plan.read(path)


def test_two_profiles_of_one_name_stay_two() -> None:
    users, devices = small_fleet()
    everyone = Scope(everyone=True)
    source = fleets.source(
        users=users,
        devices=devices,
        profiles=(
            fleets.profile(1, "Passcode", PASSCODE, everyone),
            fleets.profile(2, "passcode", PASSCODE, everyone),
        ),
    )

    plan = make_plan(source, fleets.target(), policy=Policy(), product=WHOLE)

    assert [p.name for p in plan.profiles] == ["Passcode", "passcode (2)"]


def test_a_target_that_makes_no_users_is_refused_before_anyone_is_asked() -> None:
    users, devices = small_fleet()
    sheet = CapabilitySheet.of(
        dict(SHEET.rows) | {Capability.USERS_ENSURE: manual("Add the person", evidence="test")}
    )

    with pytest.raises(PlanRefused, match=r"users\.ensure: Add the person"):
        make_plan(
            fleets.source(users=users, devices=devices),
            fleets.target(),
            policy=Policy(),
            product=TargetProduct(sheet=sheet, translate=Translation.whole),
        )
