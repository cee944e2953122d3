from __future__ import annotations

import pytest
from plugins.hexnode.tests.simulator.world import World


def one_phone(**changes: object):
    world = World()
    world.user()
    phone = world.enroll(**changes)
    phone.connect()
    return world, phone


@pytest.mark.parametrize("body", [{}, {"devices": []}, {"devices": [99]}, {"users": [99]}])
def test_an_action_for_nobody_known_is_refused(body):
    world, _ = one_phone()

    assert world.post("/actions/scan_device/", body).status == 400
    assert world.actions(1) == []


def test_a_scan_ends_with_the_phones_last_answer():
    world, phone = one_phone()
    world.post("/actions/scan_device/", {"devices": [1]})
    before = world.actions(1)

    phone.connect()

    assert before == [("Scan Device", "Pending")]
    assert world.actions(1) == [("Scan Device", "Success")]


def test_a_lock_reaches_the_phone():
    world, phone = one_phone()
    world.post("/actions/lock_devices/", {"users": [2], "message": "Call", "phone_number": "5"})

    phone.connect()

    assert phone.seen[-1] == "DeviceLock"
    assert world.actions(1) == [("Lock Device", "Success")]


@pytest.mark.parametrize(
    "path", ["clear_passcode", "wipe_device", "enable_lost_mode", "disable_lost_mode"]
)
def test_what_apple_forbids_is_answered_and_fails(path):
    world, phone = one_phone()
    seen = list(phone.seen)

    sent = world.post(f"/actions/{path}/", {"devices": [1]})
    phone.connect()

    assert sent.status == 200
    assert [s for _, s in world.actions(1)] == ["Failed"]
    assert phone.seen == seen


@pytest.mark.parametrize("path", ["disenroll_devices", "disenroll"])
def test_a_disenrolled_phone_is_gone_once_it_has_answered(path):
    world, phone = one_phone()

    world.post(f"/actions/{path}/", {"devices": [1]})
    pending = world.get("/devices/1/").json["enrollment_status"]
    phone.connect()

    shown = world.get("/devices/1/").json
    assert pending == "disenroll_pending"
    assert shown["enrollment_status"] == "disenrolled"
    assert shown["disenrolled_time"] is not None
    assert world.actions(1) == [("Disenroll Device", "Success")]


def test_a_silent_phone_is_marked_only_after_a_disenroll():
    world, _ = one_phone()

    early = world.post("/actions/mark_as_disenrolled/", {"devices": [1]})
    world.post("/actions/disenroll_devices/", {"devices": [1]})
    late = world.post("/actions/mark_as_disenrolled/", {"devices": [1]})

    assert (early.status, late.status) == (400, 200)
    assert world.get("/devices/1/").json["enrollment_status"] == "disenrolled"


def test_a_device_can_be_given_to_another_user():
    world, _ = one_phone()
    ada = world.user("Ada", "ada@example.org")

    world.post("/actions/change_owner/", {"user": ada, "devices": [1]})

    assert world.get("/devices/1/").json["user"]["name"] == "Ada"


@pytest.mark.parametrize(("ownership", "status"), [(1, 200), (2, 200), (3, 400), (None, 400)])
def test_ownership_is_a_label_with_two_values(ownership, status):
    world, _ = one_phone()

    sent = world.post("/actions/change_ownership/", {"ownership": ownership, "devices": [1]})

    assert sent.status == status


def test_newest_actions_come_first():
    world, phone = one_phone()
    world.post("/actions/scan_device/", {"devices": [1]})
    phone.connect()

    world.post("/actions/lock_devices/", {"devices": [1]})

    assert [a for a, _ in world.actions(1)] == ["Lock Device", "Scan Device"]


def test_the_log_names_the_devices_an_action_reached_through_a_user():
    world, _ = one_phone()

    world.post("/actions/scan_device/", {"users": [2]})

    assert world.portal.log.entries[-1].touched == ("1",)
