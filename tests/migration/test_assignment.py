"""Promises about who gets a profile on targets that take assignments in their own ways."""

from __future__ import annotations

import plistlib

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
    unsupported,
)
from ueapi.errors import PlanRefused
from ueapi.migration.documents import Plan, Policy
from ueapi.migration.inventory import DeclaredLimits, TakenSnapshot
from ueapi.migration.planning import TargetProduct, make_plan
from ueapi.model import Profile, Scope

PASSCODE = {"PayloadType": "com.apple.mobiledevice.passwordpolicy", "forcePIN": True}
WIFI = {"PayloadType": "com.apple.wifi.managed", "SSID_STR": "Example"}
DEVICES_ONLY = CapabilitySheet.of(
    {c: native("test") for c in Capability}
    | {
        Capability.GROUPS_ENSURE: unsupported("groups are made of rules", "test"),
        Capability.PROFILES_ENSURE: manual("Make it in the console", evidence="test"),
        Capability.PROFILES_ASSIGN: native("test", to=("devices", "device_groups")),
    }
)


def by_hand(content: bytes) -> Translation:
    kind = plistlib.loads(content)["PayloadContent"][0]["PayloadType"]
    fate = SettingFate(payload_type=kind, key="", fate=Fate.HUMAN_ONLY, reason="console only")
    return Translation(fates=(fate,), console_steps=(f"Set {kind}",))


def planned(*profiles: Profile, sheet: CapabilitySheet = DEVICES_ONLY, most: int | None) -> Plan:
    source = fleets.source(
        users=tuple(fleets.user(n) for n in range(1, 4)),
        devices=tuple(fleets.device(n, n) for n in range(1, 4)),
        profiles=profiles,
    )
    limits = DeclaredLimits(concurrency=1, profiles_per_device=most)
    target = TakenSnapshot(**fleets.target().model_dump(), limits=limits)
    product = TargetProduct(sheet=sheet, translate=by_hand)
    return make_plan(source, target, policy=Policy(), product=product)


def test_profiles_go_to_people_where_the_target_takes_devices_only() -> None:
    plan = planned(
        fleets.profile(1, "Passcode", PASSCODE, Scope(everyone=True)),
        fleets.profile(2, "Wi-Fi", WIFI, Scope(users=("2",))),
        most=None,
    )

    key = {p.source_id: p.key for p in plan.people}
    assert plan.groups == ()
    assert {p.name: set(p.people) for p in plan.profiles} == {
        "Passcode": set(key.values()),
        "Wi-Fi": {key["2"]},
    }


def test_profiles_that_meet_at_a_person_become_one_where_a_device_holds_one() -> None:
    plan = planned(
        fleets.profile(1, "Passcode", PASSCODE, Scope(everyone=True)),
        fleets.profile(2, "Wi-Fi", WIFI, Scope(users=("2",))),
        most=1,
    )

    key = {p.source_id: p.key for p in plan.people}
    assert {p.name: set(p.people) for p in plan.profiles} == {
        "Passcode": {key["1"], key["3"]},
        "Passcode + Wi-Fi": {key["2"]},
    }
    together = next(p for p in plan.profiles if p.parts)
    task = next(t for t in plan.tasks if t.subject == together.by_hand)
    content = plistlib.loads(task.content or b"")
    assert [p["PayloadType"] for p in content["PayloadContent"]] == [
        "com.apple.mobiledevice.passwordpolicy",
        "com.apple.wifi.managed",
    ]
    assert task.steps == (
        "Set com.apple.mobiledevice.passwordpolicy",
        "Set com.apple.wifi.managed",
    )


def test_a_profile_the_source_does_not_show_is_copied_by_hand_under_its_name() -> None:
    hidden = fleets.profile(1, "Passcode", PASSCODE, Scope(everyone=True))
    plan = planned(hidden.model_copy(update={"content": None}), most=1)

    task = next(t for t in plan.tasks if t.kind == "copy-profile")
    assert task.subject == "Passcode"
    assert task.content is None
    assert plan.profiles[0].by_hand == "Passcode"
    assert [loss.fate for loss in plan.losses] == [Fate.HUMAN_ONLY]


def test_a_target_that_takes_no_assignment_at_all_is_refused_before_anything_happens() -> None:
    deaf = CapabilitySheet.of(
        dict(DEVICES_ONLY.rows) | {Capability.PROFILES_ASSIGN: unsupported("console only", "test")}
    )

    with pytest.raises(PlanRefused, match="console only"):
        planned(
            fleets.profile(1, "Passcode", PASSCODE, Scope(everyone=True)), sheet=deaf, most=None
        )


def test_a_target_that_takes_no_assignment_is_fine_for_a_fleet_without_profiles() -> None:
    deaf = CapabilitySheet.of(
        dict(DEVICES_ONLY.rows) | {Capability.PROFILES_ASSIGN: unsupported("console only", "test")}
    )

    assert planned(sheet=deaf, most=None).profiles == ()


def test_what_the_source_hides_reaches_nobody_until_the_policy_says_so() -> None:
    hidden = fleets.app(1, Scope()).model_copy(update={"scope": None})
    profile = fleets.profile(1, "Passcode", PASSCODE, Scope()).model_copy(update={"scope": None})
    source = fleets.source(
        users=(fleets.user(1),),
        devices=(fleets.device(1, 1),),
        apps=(hidden,),
        profiles=(profile,),
    )
    product = TargetProduct(
        sheet=CapabilitySheet.of({c: native("test") for c in Capability}),
        translate=Translation.whole,
    )

    plan = make_plan(source, fleets.target(), policy=Policy(), product=product)
    told = make_plan(
        source, fleets.target(), policy=Policy(hidden_scope="everyone"), product=product
    )

    assert (plan.apps, plan.profiles) == ((), ())
    assert [loss.fate for loss in plan.losses] == [Fate.LOST, Fate.LOST]
    assert [len(app.people) for app in told.apps] == [1]
    assert [len(group.members) for group in told.groups] == [1]
    assert [loss.fate for loss in told.losses] == [Fate.DEGRADED, Fate.DEGRADED]
