from __future__ import annotations

from urllib.parse import urlencode

import pytest
from plugins.maas360.tests.simulator.world import HARDWARE, MAIL, MARA, World

from ueapi.model import EnrollmentKind

SEAT = MAIL.store_id


def path(name: str) -> str:
    return f"/device-apis/devices/1.0/{name}/{{b}}"


def managed():
    """A phone that has an app with a license."""
    world = World()
    world.user()
    world.sell(1)
    world.post(
        "/application-apis/applications/1.0/distributeApp/{b}",
        appType=2,
        appId=MAIL.bundle_id,
        targetDevices=0,
        instantInstall="Yes",
    )
    return world, world.enroll()


def device_enrolled():
    world = World()
    world.user()
    return world, world.enroll(hardware=HARDWARE, kind=EnrollmentKind.DEVICE)


def status_of(world: World, phone) -> str:
    device = world.get(path("core"), deviceId=phone.csn).json["device"]
    return device["maas360ManagedStatus"]


def act(world: World, name: str, phone, **more: object):
    return world.post(path(name), deviceId=phone.csn, **more).json["actionResponse"]


def outcome(world: World, phone, number: int) -> str:
    found = world.get(path("checkActionStatus"), deviceId=phone.csn, actionID=number).json
    return found["actionStatusResponse"]["status"]


def test_parameters_come_in_a_form_or_in_the_query():
    world, phone = managed()
    query = f"{path('lockDevice')}/?{urlencode({'deviceId': phone.csn, 'unknown': '1'})}"

    by_form = act(world, "lockDevice", phone)
    by_query = world.send("POST", query, world.authorized(accept="application/json"))

    assert by_form["actionStatus"] == by_query.json["actionResponse"]["actionStatus"] == 0
    assert set(by_form) == {"maas360DeviceID", "actionStatus", "actionID", "description"}
    assert isinstance(by_form["actionID"], int)


def test_an_action_answers_xml_unless_asked():
    world, phone = managed()
    query = f"{path('lockDevice')}?deviceId={phone.csn}"

    answered = world.send("POST", query, world.authorized())

    assert answered.xml.tag == "actionResponse"
    assert answered.xml.findtext("actionStatus") == "0"


def test_a_body_of_another_kind_is_refused():
    world, phone = managed()

    refused = world.post_json(path("lockDevice"), {"deviceId": phone.csn})

    assert refused.status == 415


def test_a_lock_is_carried_out_by_the_phone():
    world, phone = managed()
    number = act(world, "lockDevice", phone)["actionID"]
    before = outcome(world, phone, number)

    phone.connect()

    assert "DeviceLock" in phone.seen
    assert (before, outcome(world, phone, number)) == ("Pending", "Completed")


def test_a_refused_lock_has_failed():
    world, phone = managed()
    phone.refuses.add("DeviceLock")
    number = act(world, "lockDevice", phone)["actionID"]

    phone.connect()

    assert outcome(world, phone, number) == "Failed"


def test_refreshing_asks_the_phone():
    world, phone = managed()
    phone.seen.clear()
    number = act(world, "refreshDeviceInformation", phone)["actionID"]

    phone.connect()

    assert phone.seen == ["DeviceInformation", "ProfileList", "ManagedApplicationList"]
    assert outcome(world, phone, number) == "Completed"


def test_a_message_needs_a_text():
    world, phone = managed()

    sent = act(world, "sendMessage", phone, messageTitle="Hello", message="Read me")
    empty = act(world, "sendMessage", phone, messageTitle="Hello")

    assert (sent["actionStatus"], empty["actionStatus"]) == (0, 1)


def test_control_is_pending_until_the_phone_answers_and_its_seats_are_free_then():
    world, phone = managed()
    number = act(world, "removeDevice", phone)["actionID"]
    before = (status_of(world, phone), world.apple.free("Location C", SEAT))

    phone.connect()

    assert before == ("Pending Control Removed", 0)
    assert status_of(world, phone) == "Control Removed"
    assert world.apple.free("Location C", SEAT) == 1
    assert phone.seen[-1] == "RemoveProfile"
    assert outcome(world, phone, number) == "Completed"


def test_a_person_can_remove_control_too():
    world, phone = managed()

    phone.leave()

    assert status_of(world, phone) == "User Removed Control"
    device = world.device(phone.csn)
    assert (device["deviceStatus"], device["mdmPolicy"]) == ("Inactive", "")
    assert world.apple.free("Location C", SEAT) == 1


@pytest.mark.parametrize("name", ["lockDevice", "removeDevice", "selectiveWipeDevice"])
def test_nothing_reaches_a_phone_without_control(name):
    world, phone = managed()
    phone.leave()

    assert act(world, name, phone)["actionStatus"] == 1


@pytest.mark.parametrize("name", ["wipeDevice", "resetDevicePasscode", "locateDevice"])
def test_apple_forbids_it_on_a_personal_phone(name):
    world, phone = managed()

    refused = world.post(path(name), deviceId=phone.csn)

    assert refused.status == 200
    assert refused.json["actionResponse"]["actionStatus"] == 1
    phone.connect()
    assert not {"EraseDevice", "ClearPasscode", "DeviceLocation"} & set(phone.seen)


def test_a_wipe_of_another_phone_waits_and_can_be_called_off():
    world, phone = device_enrolled()
    wiped = act(world, "wipeDevice", phone, notifyMe="No")

    cancelled = act(world, "cancelPendingWipe", phone)
    again = act(world, "cancelPendingWipe", phone)

    assert (wiped["actionStatus"], cancelled["actionStatus"], again["actionStatus"]) == (0, 0, 1)
    assert outcome(world, phone, wiped["actionID"]) == "Cancelled"


def test_a_selective_wipe_takes_everything_managed_and_can_be_revoked():
    world, phone = managed()
    assert phone.apps == {MAIL.bundle_id: "Managed"}
    number = act(world, "selectiveWipeDevice", phone)["actionID"]
    pending = world.device(phone.csn)["selectiveWipeStatus"]

    phone.connect()

    device = world.device(phone.csn)
    assert (pending, device["selectiveWipeStatus"]) == ("Pending", "Complete")
    assert device["maas360ManagedStatus"] == "Enrolled"
    assert phone.apps == {}
    assert outcome(world, phone, number) == "Completed"
    found = world.get("/device-apis/devices/2.0/search/customer/{b}", selectiveWipe="COMPLETE")
    assert found.json["devices"]["count"] == 1
    assert act(world, "revokeSelectiveWipe", phone)["actionStatus"] == 0
    phone.connect()
    assert phone.apps == {MAIL.bundle_id: "Managed"}
    assert world.device(phone.csn)["selectiveWipeStatus"] == "N/a"
    assert act(world, "revokeSelectiveWipe", phone)["actionStatus"] == 1


def test_a_record_is_hidden_once_control_is_gone():
    world, phone = managed()
    early = act(world, "hideDevice", phone)
    phone.leave()

    done = act(world, "hideDevice", phone)

    assert (early["actionStatus"], done["actionStatus"]) == (1, 0)
    found = world.get("/device-apis/devices/2.0/search/customer/{b}").json["devices"]
    assert found["count"] == 0


def test_possible_actions_leave_out_what_apple_forbids():
    world, phone = managed()
    other_world, other = device_enrolled()

    def ids(at, one):
        found = at.get(path("deviceActions"), deviceId=one.csn).json["deviceActions"]
        return {a["actionId"] for a in found["deviceAction"]}

    personal, organizational = ids(world, phone), ids(other_world, other)

    assert organizational - personal == {"MDM_WIPE", "MDM_RESET_PASSCODE"}
    assert {"MDM_SELECTIVE_WIPE", "MDM_LOCK", "MDM_REMOVE_CONTROL"} <= personal


def test_an_unknown_device_is_an_error_in_numbers():
    world = World()

    answered = world.post(path("lockDevice"), deviceId="ApplNOTHERE")

    assert answered.status == 200
    assert answered.json["actionResponse"]["actionStatus"] == 1
    assert "actionID" not in answered.json["actionResponse"]
    assert world.service.log.changing() == []


def test_a_device_is_given_to_another_user():
    world, phone = managed()
    world.user("ben", "ben@example.org", "Ben")
    query = urlencode(
        {"deviceId": phone.csn, "userName": "ben", "domain": "example.org", "Email": MARA}
    )

    answered = world.send(
        "POST",
        f"{path('assignUserToDevice')}?{query}",
        world.authorized(accept="application/json"),
    )

    assert answered.json["actionResponse"]["result"] == "Success"
    assert world.device(phone.csn)["username"] == "ben"


def test_the_history_has_the_newest_first():
    world, phone = managed()
    act(world, "lockDevice", phone)
    act(world, "sendMessage", phone, message="Hi")

    found = world.get(path("searchActionHistory"), deviceId=phone.csn).json["actionHistory"]

    assert [a["actionName"] for a in found["action"]] == ["Send Message", "Lock"]


def test_actions_of_the_second_kind_are_not_for_these_phones():
    world, phone = managed()
    where = f"/action-apis/actions/1.0/customer/{{b}}/action/MDM_X/device/{phone.csn}"

    answered = world.post_json(where, {"name": "Update OS", "requesterWorkflow": "UEAPI"})

    assert answered.json["actionResponse"]["actionStatus"] == 1


def test_the_log_knows_which_devices_a_request_touched():
    world, phone = managed()
    act(world, "lockDevice", phone)

    entry = world.service.log.changing()[-1]

    assert entry.touched == (phone.csn,)
    assert entry.route == path("lockDevice").replace("{b}", "{billing}")
