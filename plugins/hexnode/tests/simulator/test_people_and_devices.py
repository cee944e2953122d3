from __future__ import annotations

import pytest
from plugins.hexnode.tests.simulator.world import HARDWARE, MARA, World

from ueapi.model import EnrollmentKind
from ueapi.rehearsal.enrollments import SignInRefused


def test_a_new_portal_has_its_default_user_and_eight_device_groups():
    world = World()

    (owner,) = world.get("/users/").json["results"]
    groups = world.get("/devicegroups/").json["results"]

    assert (owner["id"], owner["name"], owner["email"]) == (1, "Default User", None)
    assert [g["id"] for g in groups] == list(range(1, 9))
    assert [g["grouptype"] for g in groups] == ["custom"] + ["dynamic"] * 7


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_body_may_be_an_object_or_a_list_of_one(wrapped):
    world = World()
    body = {"name": "Mara Lind", "email": MARA}

    made = world.post("/users/", [body] if wrapped else body)

    assert (made.status, made.json["domain"]) == (201, "local")


def test_fields_that_are_missing_are_named():
    refused = World().post("/users/", {"name": "Mara Lind"})

    assert (refused.status, refused.json) == (400, {"email": ["This field is required."]})


def test_an_address_is_used_once_whatever_its_case():
    world = World()
    world.user()

    assert world.post("/users/", {"name": "x", "email": MARA.upper()}).status == 400


def test_users_are_edited_and_listed_by_name():
    world = World()
    mara = world.user()
    world.user("Ada", "ada@example.org")

    edited = world.put(f"/users/{mara}/", {"name": "Mara L.", "email": "m@example.org"})

    assert edited.json["email"] == "m@example.org"
    names = [u["name"] for u in world.get("/users/").json["results"]]
    assert names == ["Ada", "Default User", "Mara L."]


def test_deleting_a_user_disenrolls_their_phones():
    world = World()
    mara = world.user()
    phone = world.enroll()
    (device,) = world.get("/devices/").json["results"]

    assert world.delete(f"/users/{mara}/").status == 204
    pending = world.get(f"/devices/{device['id']}/").json["enrollment_status"]
    phone.connect()

    assert pending == "disenroll_pending"
    shown = world.get(f"/devices/{device['id']}/").json
    assert (shown["enrollment_status"], shown["user"]["id"]) == ("disenrolled", 1)
    assert world.get(f"/users/{mara}/").json == {"detail": "Not found."}
    assert str(device["id"]) in world.portal.log.touched()


def test_an_enrollment_request_is_remembered_and_never_shown():
    world = World()
    mara = world.user()

    sent = world.post(f"/users/{mara}/send_request/", {"ownership": "personal"})
    wrong = world.post(f"/users/{mara}/send_request/", {"ownership": "mine"})

    assert (sent.status, wrong.status) == (200, 400)
    assert len(world.portal.portal.store.users[mara].invitations) == 1
    assert "invitation" not in str(world.get(f"/users/{mara}/").json)


def test_nobody_signs_in_before_the_console_allows_it():
    world = World()
    world.user()
    kind = EnrollmentKind.ACCOUNT_DRIVEN_USER

    with pytest.raises(SignInRefused, match="isn't set up"):
        world.portal.device_side.sign_in(MARA, kind)


def test_a_person_the_portal_has_no_address_of_is_refused():
    world = World()

    with pytest.raises(SignInRefused, match="No user"):
        world.enroll("nobody@example.org")


def test_a_managed_apple_id_is_the_address_whatever_its_case():
    world = World()
    mara = world.user()

    world.enroll(MARA.upper())

    assert world.get("/devices/").json["results"][0]["user"]["id"] == mara


def test_a_user_enrolled_phone_shows_no_hardware_identifier():
    world = World()
    world.user()
    phone = world.enroll()
    phone.connect()

    (listed,) = world.get("/devices/").json["results"]
    detail = world.get(f"/devices/{listed['id']}/").json["device"]

    assert (listed["serial_number"], listed["udid"], listed["imei"]) == ("", "", None)
    assert (detail["serial_number"], detail["imei_1"], detail["phoeno_1"]) == ("", None, None)
    assert (detail["is_supervised"], detail["manufacture"]) == (False, "Apple")
    assert (listed["device_name"], listed["model_name"]) == ("Mara's iPhone", "iPhone 16")


def test_a_device_enrolled_phone_shows_them_and_they_count_as_secrets():
    world = World()
    world.user()
    world.enroll(kind=EnrollmentKind.DEVICE, hardware=HARDWARE)

    (listed,) = world.get("/devices/").json["results"]

    assert (listed["serial_number"], listed["imei"]) == (HARDWARE.serial, HARDWARE.imei)
    assert {HARDWARE.serial, HARDWARE.udid, HARDWARE.imei} <= world.portal.secrets()


def test_nothing_of_the_enrollment_itself_is_readable():
    world = World()
    world.user()
    phone = world.enroll()
    phone.connect()

    shown = str(world.get("/devices/1/").json)

    hidden = ("E-one", phone.grant.token, "enrollment_type", "ownership")
    assert not any(word in shown for word in hidden)


def test_who_left_stays_in_the_list_and_comes_back_with_a_new_id():
    world = World()
    world.user()
    first = world.enroll()
    first.leave()

    world.enroll(key="two")

    listed = [(d["id"], d["enrollment_status"]) for d in world.get("/devices/").json["results"]]
    assert listed == [(1, "disenrolled"), (2, "enrolled")]
    active = world.get("/devices/?is_active=True").json["results"]
    assert [d["id"] for d in active] == [2]


def test_a_note_is_written_through_the_collection():
    world = World()
    world.user()
    world.enroll()
    entry = {"deviceID": "1", "device_notes": "moved"}

    sent = world.post("/devices/", {"Update_single_device": True, "devicedata": [entry]})

    assert sent.status == 200
    assert world.get("/devices/1/").json["device"]["description"] == "moved"
    assert world.post("/devices/", {"devicedata": [{"deviceID": "9"}]}).status == 400


def test_telemetry_alone_changes_nothing_an_administrator_would_name():
    world = World()
    world.user()
    world.enroll().connect()
    before = world.get("/devices/1/").json
    world.clock.sleep(3600)

    world.portal.console.touch_telemetry()

    after = world.get("/devices/1/").json
    changed = {k for k in before if before[k] != after[k]}
    assert changed == {"lastreported", "lastnotified", "lastscanned", "device"}
    assert {k for k in before["device"] if before["device"][k] != after["device"][k]} == {
        "battery_level"
    }


def test_populating_twice_with_one_seed_gives_the_same_rows():
    one, two = World(), World()
    one.portal.populate(20, seed=3)
    two.portal.populate(20, seed=3)

    assert one.get("/devices/").json == two.get("/devices/").json


def test_nothing_keeps_pointing_to_a_deleted_user():
    world = World()
    mara = world.user()
    world.post("/policy/", {"name": "P", "policy_targets": {"users": [mara]}})

    world.delete(f"/users/{mara}/")

    assert world.get("/policy/1/").json["policy_targets"]["users"] == []


def test_a_listed_device_follows_its_changes_and_its_owner():
    world = World()
    mara = world.user()
    world.enroll()
    (before,) = world.get("/devices/").json["results"]
    (device,) = world.portal.portal.store.devices.values()

    device.os_version = "99.9"
    world.put(f"/users/{mara}/", {"name": "Mara L.", "email": MARA})

    (after,) = world.get("/devices/").json["results"]
    assert (after["os_version"], after["user"]["name"]) == ("99.9", "Mara L.")
    assert {**before, "os_version": "99.9", "user": after["user"]} == after
