from __future__ import annotations

import plistlib

import pytest

from tests.rehearsal.scene import ANNE, BYOD, HARDWARE, scene
from ueapi.apple import mdm
from ueapi.model import EnrollmentID

TOPIC = "com.apple.mgmt.example"


def put(here, path, body, token):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return here.phone.network.send("PUT", f"https://tiny.example.org{path}", headers, body)


def authenticate(identifier="E-1"):
    return mdm.Authenticate(topic=TOPIC, enrollment_id=EnrollmentID(identifier)).to_plist()


def token_update(identifier="E-1"):
    return mdm.TokenUpdate(
        topic=TOPIC, enrollment_id=EnrollmentID(identifier), token=b"t", push_magic="m"
    ).to_plist()


def signed_in(here):
    return here.product.device_side.sign_in(ANNE, BYOD).token


@pytest.mark.parametrize("token", ["", "made-up"])
def test_nobody_checks_in_without_a_token(token):
    here = scene()

    assert put(here, "/mdm/checkin", authenticate(), token).status == 401


def test_an_enrollment_counts_after_its_first_token_update():
    here = scene()
    token = signed_in(here)

    put(here, "/mdm/checkin", authenticate(), token)
    before = list(here.product.enrollments)
    put(here, "/mdm/checkin", token_update(), token)
    put(here, "/mdm/checkin", token_update(), token)

    assert before == []
    assert len(here.product.enrollments) == 1


def test_a_udid_beside_an_enrollment_id_is_refused():
    here = scene()
    token = signed_in(here)
    both = plistlib.loads(authenticate()) | {"UDID": HARDWARE.udid}

    reply = put(here, "/mdm/checkin", plistlib.dumps(both), token)

    assert reply.status == 400
    assert HARDWARE.udid.encode() not in reply.body


def test_a_udid_alone_is_refused_after_signing_in_for_user_enrollment():
    here = scene()
    message = mdm.DeviceEnrollmentAuthenticate(topic=TOPIC, udid=HARDWARE.udid).to_plist()

    assert put(here, "/mdm/checkin", message, signed_in(here)).status == 400


def test_a_token_is_good_for_its_own_enrollment_only():
    here = scene()
    token = signed_in(here)
    put(here, "/mdm/checkin", authenticate("E-1"), token)

    assert put(here, "/mdm/checkin", token_update("E-2"), token).status == 400


def test_an_ended_enrollment_is_told_to_go():
    here = scene()
    token = signed_in(here)
    put(here, "/mdm/checkin", authenticate(), token)
    put(here, "/mdm/checkin", token_update(), token)
    here.product.device_side.forget(here.record)

    reply = put(here, "/mdm/connect", mdm.CommandPoll(enrollment_id="E-1").to_plist(), token)

    assert reply.status == 403
    assert reply.json()["code"] == "com.apple.unrecognized.device"


def test_a_postponed_command_comes_again_after_the_others():
    here = scene()
    token = signed_in(here)
    put(here, "/mdm/checkin", authenticate(), token)
    put(here, "/mdm/checkin", token_update(), token)
    poll = mdm.CommandPoll(enrollment_id="E-1").to_plist()
    first = mdm.command_from_plist(put(here, "/mdm/connect", poll, token).body)
    later = mdm.CommandResult(
        enrollment_id="E-1", command_uuid=first.uuid, status=mdm.Status.NOT_NOW
    )

    second = put(here, "/mdm/connect", later.to_plist(), token)
    again = put(here, "/mdm/connect", poll, token)

    assert mdm.command_from_plist(second.body).uuid != first.uuid
    assert mdm.command_from_plist(again.body).uuid == first.uuid


def test_garbage_is_refused_without_being_repeated():
    here = scene()

    reply = put(here, "/mdm/connect", b"<plist>secret</plist>", signed_in(here))

    assert reply.status == 400
    assert b"secret" not in reply.body


def test_hardware_is_never_shown_when_signing_in_for_user_enrollment():
    here = scene()

    with pytest.raises(ValueError, match="no hardware"):
        here.product.device_side.sign_in(ANNE, BYOD, hardware=HARDWARE)
