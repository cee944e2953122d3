"""Commands: a filter is a must, phones answer, and what User Enrollment forbids fails on the phone."""

from __future__ import annotations

import pytest
from plugins.jamf.tests.simulator.place import settled

COMMANDS = "/api/v2/mdm/commands"


@pytest.fixture
def client():
    return settled(users=6)


def personal(client):
    rows = client.devices(sort="mobileDeviceId:asc")
    kind = "AccountDrivenUserEnrollment"
    return next(r for r in rows if r["general"]["deviceOwnershipType"] == kind)


def send(client, management_id, **command):
    body = {"clientData": [{"managementId": management_id}], "commandData": command}
    return client.send("POST", COMMANDS, json=body)


def state(client, uuid):
    return client.rows(COMMANDS, filter=f"uuid=={uuid}")[0]


def test_commands_are_not_listed_without_a_filter(client):
    assert client.get(COMMANDS).status_code == 400
    assert client.get(COMMANDS, filter="nonsense==1").status_code == 400


def test_a_command_waits_and_is_then_acknowledged_by_the_phone(client):
    management_id = personal(client)["general"]["managementId"]

    sent = send(client, management_id, commandType="DEVICE_INFORMATION", queries=["DeviceName"])
    uuid = sent.json()[0]["id"]
    before = state(client, uuid)
    client.world.clock.sleep(120)
    client.sign_in()
    after = state(client, uuid)

    assert sent.status_code == 201
    assert (before["commandState"], before["dateCompleted"]) == ("PENDING", None)
    assert after["commandState"] == "ACKNOWLEDGED"
    assert after["dateCompleted"] > after["dateSent"]
    assert after["client"] == {"managementId": management_id, "clientType": "MOBILE_DEVICE"}


@pytest.mark.parametrize("kind", ["ERASE_DEVICE", "CLEAR_PASSCODE", "ENABLE_LOST_MODE"])
def test_what_user_enrollment_forbids_is_taken_and_fails_on_the_phone(client, kind):
    management_id = personal(client)["general"]["managementId"]

    sent = send(client, management_id, commandType=kind)
    client.world.clock.sleep(120)
    client.sign_in()

    assert sent.status_code == 201
    assert state(client, sent.json()[0]["id"])["commandState"] == "ERROR"
    assert personal(client)["general"]["managed"] is True


@pytest.mark.parametrize("kind", ["INSTALL_PROFILE", "INSTALL_APPLICATION", "REMOVE_PROFILE"])
def test_installing_and_removing_are_no_commands_of_this_api(client, kind):
    management_id = personal(client)["general"]["managementId"]

    assert send(client, management_id, commandType=kind).status_code == 400


def test_an_unknown_client_is_refused(client):
    assert send(client, "nobody", commandType="DEVICE_INFORMATION").status_code == 400


def test_commands_of_one_phone_come_in_the_order_asked_for(client):
    management_id = personal(client)["general"]["managementId"]
    wanted = f"clientManagementId=={management_id}"

    rows = client.rows(COMMANDS, filter=wanted, sort="dateSent:desc", page_size=2000)

    sent = [row["dateSent"] for row in rows]
    assert len(rows) > 3
    assert sent == sorted(sent, reverse=True)
    assert {row["client"]["managementId"] for row in rows} == {management_id}
