"""Messages survive the wire, and nothing that User Enrollment hides or forbids passes."""

from __future__ import annotations

import pytest

from ueapi.apple import mdm, plist
from ueapi.apple.plist import PlistValue
from ueapi.errors import InvalidModel, UsageError
from ueapi.model import EnrollmentID

TOPIC = "com.apple.mgmt.External.example"
ENROLLMENT = EnrollmentID("E-1")
HARDWARE = "00008110-HARDWARE"
IOS = "26.0"

CHECKINS: list[mdm.CheckIn] = [
    mdm.Authenticate(topic=TOPIC, enrollment_id=ENROLLMENT),
    mdm.Authenticate(
        topic=TOPIC,
        enrollment_id=ENROLLMENT,
        os_version="26.0",
        build_version="23A1",
        product_name="iPhone15,4",
    ),
    mdm.TokenUpdate(topic=TOPIC, enrollment_id=ENROLLMENT, token=b"\x01", push_magic="m"),
    mdm.CheckOut(topic=TOPIC, enrollment_id=ENROLLMENT),
    mdm.DeviceEnrollmentAuthenticate(topic=TOPIC, udid=HARDWARE, serial_number=HARDWARE, imei="1"),
    mdm.DeviceEnrollmentTokenUpdate(topic=TOPIC, udid=HARDWARE, token=b"\x01", push_magic="m"),
    mdm.DeviceEnrollmentCheckOut(topic=TOPIC, udid=HARDWARE),
]


@pytest.mark.parametrize("message", CHECKINS, ids=lambda m: type(m).__name__)
def test_a_checkin_reads_as_it_was_written(message: mdm.CheckIn) -> None:
    assert mdm.checkin_from_plist(message.to_plist()) == message
    assert message.identifier in (ENROLLMENT, HARDWARE)


@pytest.mark.parametrize("message", CHECKINS, ids=lambda m: type(m).__name__)
def test_identifiers_and_tokens_stay_out_of_repr(message: mdm.CheckIn) -> None:
    assert HARDWARE not in repr(message)
    assert ENROLLMENT not in repr(message)
    assert "push_magic" not in repr(message)


@pytest.mark.parametrize("message", CHECKINS[:4], ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("key", ["UDID", "SerialNumber", "IMEI", "MEID", "UnlockToken"])
def test_a_user_enrolled_device_shows_no_hardware(message: mdm.CheckIn, key: str) -> None:
    content = plist.write_canonical({**plist.read(message.to_plist()), key: "x-value"})

    with pytest.raises(InvalidModel, match=key) as caught:
        mdm.checkin_from_plist(content)

    assert "x-value" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"EnrollmentID": None}, "neither EnrollmentID nor UDID"),
        ({"EnrollmentID": ""}, "EnrollmentID is missing, empty"),
        ({"Topic": None}, "Topic"),
        ({"Token": "text"}, "Token is missing, empty or no data"),
        ({"PushMagic": None}, "PushMagic"),
        ({"AwaitingConfiguration": 1}, "neither true nor false"),
        ({"MessageType": "UserAuthenticate"}, "MessageType is none of"),
        ({"MessageType": None}, "MessageType is missing"),
    ],
)
def test_a_broken_checkin_is_refused_and_says_where(
    change: dict[str, PlistValue | None], why: str
) -> None:
    row = {**plist.read(CHECKINS[2].to_plist()), **change}
    content = plist.write_canonical({k: v for k, v in row.items() if v is not None})

    with pytest.raises(InvalidModel, match=why):
        mdm.checkin_from_plist(content)


RESULTS: list[mdm.CommandPoll | mdm.CommandResult] = [
    mdm.CommandPoll(enrollment_id=ENROLLMENT),
    mdm.CommandPoll(udid=HARDWARE),
    mdm.CommandResult(
        enrollment_id=ENROLLMENT,
        command_uuid="C-1",
        status=mdm.Status.ACKNOWLEDGED,
        request_type="DeviceInformation",
        response={"QueryResponses": {"OSVersion": "26.0"}},
    ),
    mdm.CommandResult(enrollment_id=ENROLLMENT, command_uuid="C-1", status=mdm.Status.NOT_NOW),
    mdm.CommandResult(
        udid=HARDWARE,
        command_uuid="C-1",
        status=mdm.Status.ERROR,
        error_chain=(
            mdm.ErrorLink(code=4001, domain="MCInstallationErrorDomain", english="Refused."),
        ),
        response={"QueryResponses": {"SerialNumber": HARDWARE}},
    ),
]


@pytest.mark.parametrize("message", RESULTS)
def test_a_result_reads_as_it_was_written(message: mdm.CommandPoll | mdm.CommandResult) -> None:
    assert mdm.result_from_plist(message.to_plist()) == message
    assert HARDWARE not in repr(message)


@pytest.mark.parametrize("response", [{"UDID": "x"}, {"QueryResponses": {"SerialNumber": "x"}}])
def test_a_user_enrolled_device_answers_nothing_hidden(response: dict[str, PlistValue]) -> None:
    fine = plist.read(RESULTS[2].to_plist())

    with pytest.raises(InvalidModel, match=r"hidden|has its own field"):
        mdm.CommandResult(
            enrollment_id=ENROLLMENT,
            command_uuid="C-1",
            status=mdm.Status.ACKNOWLEDGED,
            response=response,
        )
    with pytest.raises(InvalidModel, match="hidden"):
        mdm.result_from_plist(plist.write_canonical({**fine, **response}))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"EnrollmentID": "E", "Status": "Done", "CommandUUID": "C"}, "Status is none of"),
        ({"EnrollmentID": "E", "Status": "Error"}, "CommandUUID"),
        ({"Status": "Idle"}, "exactly one"),
        (
            {"EnrollmentID": "E", "Status": "Error", "CommandUUID": "C", "ErrorChain": [{}]},
            "ErrorCode",
        ),
        ({"EnrollmentID": "E", "Status": "Error", "CommandUUID": "C", "ErrorChain": 1}, "array"),
    ],
)
def test_a_broken_result_is_refused_and_says_where(row: dict[str, PlistValue], why: str) -> None:
    with pytest.raises(InvalidModel, match=why):
        mdm.result_from_plist(plist.write_canonical(row))


@pytest.mark.parametrize(
    "command",
    [
        mdm.install_profile("C-1", b"<plist/>", ios=IOS),
        mdm.remove_profile("C-1", "org.example.profile", ios=IOS),
        mdm.profile_list("C-1", ios=IOS),
        mdm.install_application("C-1", store_id=123456, ios=IOS),
        mdm.install_application("C-1", bundle_id="org.example.app", ios=IOS),
        mdm.remove_application("C-1", "org.example.app", ios=IOS),
        mdm.managed_application_list("C-1", ["org.example.app"], ios=IOS),
        mdm.managed_application_list("C-1"),
        mdm.device_information("C-1", ["OSVersion", "ModelName"], ios=IOS),
        mdm.device_lock("C-1", message="Call the desk", ios=IOS),
    ],
    ids=lambda c: c.request_type,
)
def test_a_command_reads_as_it_was_written(command: mdm.Command) -> None:
    assert mdm.command_from_plist(command.to_plist()) == command


def test_an_app_is_installed_with_the_license_of_the_user() -> None:
    command = mdm.install_application("C-1", store_id=123456, ios=IOS)

    assert command.content["Options"] == {"PurchaseMethod": 1}


def test_an_app_is_named_in_exactly_one_way() -> None:
    for ids in ({}, {"store_id": 1, "bundle_id": "org.example.app"}):
        with pytest.raises(InvalidModel, match="exactly one"):
            mdm.install_application("C-1", **ids)


@pytest.mark.parametrize(
    ("request_type", "content", "why"),
    [
        ("EraseDevice", {}, "forbids this command"),
        ("ClearPasscode", {"UnlockToken": b"x"}, "forbids this command"),
        ("EnableLostMode", {"Message": "x"}, "forbids this command"),
        ("DeviceLock", {"PIN": "123456"}, "iOS has no such key"),
        ("DeviceLock", {"Colour": "red"}, "no key 'Colour'"),
        ("InstallApplication", {"ChangeManagementState": "Managed"}, "forbids this key"),
        ("DeviceInformation", {"Queries": ["OSVersion", "SerialNumber"]}, "SerialNumber"),
        ("DeviceInformation", {"Queries": "OSVersion"}, "no array"),
        ("DeviceInformation", {}, "lacks Queries"),
        ("InstallProfile", {}, "lacks Payload"),
    ],
)
def test_what_user_enrollment_forbids_can_not_be_built(
    request_type: str, content: dict[str, PlistValue], why: str
) -> None:
    with pytest.raises(InvalidModel, match=why):
        mdm.build_command(request_type, ios=IOS, uuid="C-1", content=content)


def test_a_command_nobody_knows_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no command 'Explode'"):
        mdm.build_command("Explode", ios=IOS, uuid="C-1")


def test_one_judgement_holds_for_one_ios_and_one_set_of_keys_only() -> None:
    queries: dict[str, PlistValue] = {"Queries": ["OSVersion"]}
    for _ in range(2):
        mdm.build_command("DeviceInformation", ios=IOS, uuid="C-1", content=queries)

        with pytest.raises(InvalidModel, match="no key 'Colour'"):
            mdm.build_command(
                "DeviceInformation", ios=IOS, uuid="C-1", content={**queries, "Colour": "red"}
            )
        with pytest.raises(UsageError, match="version"):
            mdm.build_command("DeviceInformation", ios="new", uuid="C-1", content=queries)


def test_a_command_keeps_its_content_out_of_repr() -> None:
    assert "secret" not in repr(mdm.install_profile("C-1", b"secret"))


@pytest.mark.parametrize("row", [{"CommandUUID": "C"}, {"CommandUUID": "C", "Command": {}}])
def test_a_broken_command_is_refused(row: dict[str, PlistValue]) -> None:
    with pytest.raises(InvalidModel, match="command"):
        mdm.command_from_plist(plist.write_canonical(row))
