"""Phones come and go: one record per enrollment, scoped content on the way in, records kept on the way out."""

from __future__ import annotations

import pytest
from plugins.jamf.tests.simulator.place import opened, settled

from ueapi.model import EnrollmentKind
from ueapi.rehearsal.enrollments import SignInRefused

PERSONAL = {"AccountDrivenUserEnrollment", "UserEnrollment"}


@pytest.fixture
def client():
    return settled(users=6)


def managed(client):
    rows = client.devices(section=["GENERAL", "USER_AND_LOCATION"], sort="mobileDeviceId:asc")
    return [r for r in rows if r["general"]["deviceOwnershipType"] in PERSONAL]


def test_unmanaging_removes_the_enrollment_and_keeps_the_record(client):
    row = managed(client)[0]
    number = row["mobileDeviceId"]

    answer = client.send("POST", f"/api/v2/mobile-devices/{number}/unmanage")
    client.world.clock.sleep(120)
    client.sign_in()

    after = client.devices(filter=f"mobileDeviceId=={number}")[0]
    enrolled = [p for p in client.world.phones.values() if p.is_enrolled]
    assert answer.status_code == 200
    assert answer.json()["deviceId"] == number
    assert answer.json()["commandUuid"]
    assert after["general"]["managed"] is False
    assert len(enrolled) == len(client.world.phones) - 1


def test_unmanaging_is_noted_with_the_record_it_touched(client):
    number = managed(client)[0]["mobileDeviceId"]

    client.send("POST", f"/api/v2/mobile-devices/{number}/unmanage")

    assert client.simulator.log.touched() == {number}
    assert [e.route for e in client.simulator.log.changing()] == [
        "/api/v2/mobile-devices/{id}/unmanage"
    ]


def test_a_phone_that_signs_in_again_is_a_new_record(client):
    phone = next(p for p in client.world.phones.values() if p.enrollment.kind.is_user_enrollment)
    kind = phone.enrollment.kind
    before = client.devices()

    phone.leave()
    owner = next(p for p in client.world.people.values() if phone in p.phones)
    owner.come_in(phone, kind)
    client.world.clock.sleep(600)
    client.sign_in()

    after = client.devices(sort="mobileDeviceId:asc")
    assert len(after) == len(before) + 1
    assert sum(not r["general"]["managed"] for r in after) == 1
    ids = {r["general"]["managementId"] for r in after}
    assert len(ids) == len(after)


def test_devices_belong_to_the_person_with_the_managed_apple_id(client):
    people = {p.username: p for p in client.world.fleet.people}

    for row in managed(client):
        owner = people[row["userAndLocation"]["username"]]
        assert row["general"]["displayName"] in {phone.name for phone in owner.phones}


def test_nobody_signs_in_with_an_account_no_user_has(client):
    with pytest.raises(SignInRefused):
        client.simulator.device_side.sign_in(
            "stranger@example.org", EnrollmentKind.ACCOUNT_DRIVEN_USER
        )


def test_nobody_signs_in_before_it_is_set_up():
    client = opened(users=1)

    with pytest.raises(SignInRefused):
        client.simulator.device_side.sign_in(
            "someone@example.org", EnrollmentKind.ACCOUNT_DRIVEN_USER
        )


def test_a_downloaded_profile_needs_no_set_up_by_account(client):
    person = next(p for p in client.world.fleet.people if p.managed_apple_id)
    client.simulator.server.switches.allows_user_enrollment = False

    refusals = [
        client.simulator.hooks.refusal(person.managed_apple_id, kind)
        for kind in (EnrollmentKind.PROFILE_DRIVEN_USER, EnrollmentKind.ACCOUNT_DRIVEN_USER)
    ]

    assert refusals[0] is None
    assert "not set up" in refusals[1]


def test_the_record_of_a_phone_can_be_labelled(client):
    number = managed(client)[0]["mobileDeviceId"]

    body = {"assetTag": "BYO-0041", "location": {"position": "Welder"}}
    answer = client.send("PATCH", f"/api/v2/mobile-devices/{number}", json=body)

    assert answer.status_code == 200
    assert answer.json()["assetTag"] == "BYO-0041"
    row = client.devices(section="USER_AND_LOCATION", filter="assetTag==BYO-0041")[0]
    assert row["mobileDeviceId"] == number
    assert row["userAndLocation"]["position"] == "Welder"


def test_time_leaves_marks_and_changes_nothing_else(client):
    before = client.devices(section=["GENERAL", "HARDWARE"])

    client.world.clock.sleep(60)
    client.simulator.console.touch_telemetry()

    after = client.devices(section=["GENERAL", "HARDWARE"])
    assert before != after
    for row in (*before, *after):
        row["general"].pop("lastContactDate")
        row["general"].pop("lastInventoryUpdateDate")
        row["hardware"].pop("batteryLevel")
    assert before == after


def test_profiles_are_made_and_edited_by_hand(client):
    console, seed = client.simulator.console, client.world.fleet.profiles[0]

    number = console.make_profile("By hand", seed.content)
    made = console.profile_content("By hand")
    console.edit_profile("By hand", client.world.fleet.profiles[1].content)

    assert number.isdecimal()
    assert made is not None
    assert console.profile_content("By hand") != made
    assert console.profile_content("Nobody made this") is None


def test_a_user_is_renamed_by_hand(client):
    person = client.world.fleet.people[0]

    client.simulator.console.rename_user(person.username, "Somebody Else")

    user = client.rows("/api/v1/users", filter=f'username=="{person.username}"')[0]
    assert user["realname"] == "Somebody Else"
