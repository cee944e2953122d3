from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugins.maas360.tests.documents import as_xml
from plugins.maas360.tests.service import Service, action, backend, name_of, page

from ueapi.apple.rules import CURRENT_IOS, Mode, RuleKind, verdict
from ueapi.errors import CapabilityUnsupported, NotFound, Rejected
from ueapi.flow import Effect
from ueapi.model import CommandState
from ueapi_maas360.native import FORBIDDEN, Maas360Api

DEVICE = "ApplUE7Q2K9M4X1B"
PERSONAL = {
    "maas360DeviceID": DEVICE,
    "platformName": "iOS",
    "isSupervisedDevice": "false",
    "ownership": "Employee Owned",
    "udid": "",
    "platformSerialNumber": "",
    "imeiEsn": "",
}
WHOLE = PERSONAL | {
    "ownership": "Corporate Owned",
    "udid": "00008120-001A2B3C4D5E601E",
    "platformSerialNumber": "F2LXQ0A1PLJM",
}
RISKY = ("wipe", "reset_passcode")
ORDERS = {
    "lock": "lockDevice",
    "refresh": "refreshDeviceInformation",
    "selective_wipe": "selectiveWipeDevice",
    "revoke_selective_wipe": "revokeSelectiveWipe",
    "remove_control": "removeDevice",
    "hide": "hideDevice",
}
EVERY_ORDER = {
    f"POST {name}": action(actionID="128400001") for name in (*ORDERS.values(), *FORBIDDEN)
}


def api(**settings):
    native = backend(**settings).native
    assert isinstance(native, Maas360Api)
    return native


def devices(*rows):
    return Service({"GET search": page("devices", "device", *rows), **EVERY_ORDER})


@pytest.mark.parametrize(("method", "name"), ORDERS.items())
def test_an_action_is_one_form_with_the_device(method, name):
    service = devices()

    accepted = service.run(getattr(api(), method)(DEVICE))

    assert [name_of(call) for call in service.calls] == [name]
    assert service.forms() == [{"deviceId": DEVICE}]
    assert accepted.command_ids == ("128400001",)


def test_a_message_is_blind_since_a_second_one_would_show():
    service = Service({"POST sendMessage": action()})

    service.run(api().message(DEVICE, title="Hello", text="Come & see"))

    assert service.forms() == [
        {"deviceId": DEVICE, "messageTitle": "Hello", "message": "Come & see"}
    ]
    assert service.calls[0].effect is Effect.BLIND


def test_a_refused_action_is_an_error_though_its_status_is_200():
    service = Service({"POST lockDevice": action(failed=True)})

    with pytest.raises(Rejected):
        service.run(api().lock(DEVICE))


def test_permitted_actions_are_asked_for():
    row = {"actionId": "MDM_LOCK", "actionName": "Lock", "actionOrder": "1", "actionType": "DEVICE"}
    service = Service({"GET deviceActions": page("deviceActions", "deviceAction", row)})

    (found,) = service.run(api().actions(DEVICE))

    assert (found.id, found.name) == ("MDM_LOCK", "Lock")


def test_the_state_of_an_action_is_asked_for_by_its_id():
    answer = as_xml("actionStatusResponse", {"actionID": "128400001", "status": "Failed"})
    service = Service({"GET checkActionStatus": answer})

    assert service.run(api().state(DEVICE, "128400001")) is CommandState.FAILED


# -- what must never reach a personal phone ------------------------------------------------------------


@pytest.mark.parametrize("command", FORBIDDEN.values())
def test_apple_forbids_what_is_refused_here(command):
    assert verdict(RuleKind.COMMAND, command, ios=CURRENT_IOS).mode is Mode.FORBIDDEN


@pytest.mark.parametrize("method", RISKY)
def test_a_whole_device_can_be_told(method):
    service = devices(WHOLE)

    service.run(getattr(api(), method)(DEVICE))

    assert service.forms() == [{"deviceId": DEVICE}]
    assert service.writes()[0].effect is Effect.READABLE


@pytest.mark.parametrize("method", RISKY)
@pytest.mark.parametrize(
    "row",
    [
        PERSONAL,
        PERSONAL | {"ownership": "Not Defined"},
        PERSONAL | {"ownership": "Corporate Owned"},
        PERSONAL | {"udid": "00008120-001A2B3C4D5E601E"},
        PERSONAL | {"platformSerialNumber": "N/A"},
        PERSONAL | {"platformSerialNumber": "Not Available"},
        PERSONAL | {"platformName": ""},
        PERSONAL | {"platformName": "Mac"},
        {"maas360DeviceID": DEVICE},
        WHOLE | {"enrollmentMode": "USER_ENROLLMENT"},
    ],
)
def test_a_phone_that_may_be_personal_is_never_told(method, row):
    service = devices(row)

    with pytest.raises(CapabilityUnsupported, match="Apple forbids under User Enrollment"):
        service.run(getattr(api(), method)(DEVICE))

    assert service.writes() == []


@pytest.mark.parametrize("method", RISKY)
@pytest.mark.parametrize("supervised", ["true", "Yes"])
def test_a_supervised_device_is_a_whole_one(method, supervised):
    service = devices(PERSONAL | {"isSupervisedDevice": supervised})

    service.run(getattr(api(), method)(DEVICE))

    assert len(service.writes()) == 1


@pytest.mark.parametrize("method", RISKY)
def test_the_accounts_own_word_for_user_enrollment_counts(method):
    service = devices(WHOLE | {"enrollmentMode": "BYOD"})

    with pytest.raises(CapabilityUnsupported):
        service.run(getattr(api(user_enrollment_mode="byod"), method)(DEVICE))

    assert service.writes() == []


@pytest.mark.parametrize("method", RISKY)
@pytest.mark.parametrize("rows", [[], [WHOLE | {"maas360DeviceID": "Other"}], [WHOLE, PERSONAL]])
def test_nothing_is_ordered_for_a_device_that_is_not_clearly_found(method, rows):
    service = devices(*rows)

    with pytest.raises(NotFound):
        service.run(getattr(api(), method)(DEVICE))

    assert service.writes() == []


@given(
    row=st.fixed_dictionaries(
        {"maas360DeviceID": st.just(DEVICE)},
        optional={
            "platformName": st.sampled_from(["iOS", "ios", "Mac", "Others", ""]),
            "isSupervisedDevice": st.sampled_from(["false", "No", ""]),
            "ownership": st.sampled_from(["Employee Owned", "Corporate Owned", "Not Defined", ""]),
            "udid": st.sampled_from(["", "N/A", "0f" * 20]),
            "platformSerialNumber": st.sampled_from(["", "N/A", "Not Available", "none"]),
            "enrollmentMode": st.sampled_from(["", "ENROLLMENT", "USER_ENROLLMENT"]),
        },
    ),
    method=st.sampled_from(RISKY),
)
def test_no_row_without_proof_ever_lets_a_wipe_leave(row, method):
    service = devices(row)

    with pytest.raises(CapabilityUnsupported):
        service.run(getattr(api(), method)(DEVICE))

    assert service.writes() == []


@pytest.mark.parametrize(
    ("path", "at"),
    [
        ("/device-apis/devices/1.0/wipeDevice/{billing}", {}),
        ("/device-apis/devices/1.0/{action}/{billing}", {"action": "wipeDevice"}),
        ("/device-apis/devices/1.0/%77ipeDevice/{billing}", {}),
        ("/device-apis/devices/1.0/%2577IPEDEVICE/{billing}", {}),
        ("/device-apis/devices/1.0/resetDevicePasscode/{billing}", {}),
    ],
)
def test_reading_is_no_way_around(path, at):
    service = Service({})

    with pytest.raises(CapabilityUnsupported):
        service.run(api().read(path, at=at, query={"deviceId": DEVICE}))

    assert service.calls == []


def test_whatever_has_a_path_can_be_read():
    summary = as_xml("devicesSummary", {"maas360DeviceID": DEVICE})
    service = Service({"GET summary": summary})

    found = service.run(
        api().read("/device-apis/devices/1.0/summary/{billing}", query={"deviceId": DEVICE})
    )

    assert found == {"devicesSummary": {"maas360DeviceID": DEVICE}}
