"""Every message we make or read has the shape that Apple publishes, and nothing that User Enrollment forbids."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import get_args

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.apple.shapes import Key, Shapes, faults, published

from ueapi.apple import mdm, plist
from ueapi.apple.mdm.declarative import Reason, StatusError
from ueapi.apple.mdm.maid import MaidToken, claims_of
from ueapi.apple.plist import PlistValue
from ueapi.errors import InvalidModel
from ueapi.model import EnrollmentID

WHO = EnrollmentID("E-1")
TOPIC = "com.apple.mgmt.External.example"
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
IOS = "18.1"
TOKENS = mdm.SynchronizationTokens(declarations="t-1", at=NOW)
REPORT = mdm.StatusReport(
    items={"device": {"model": {"family": "iPhone"}}},
    errors=(
        StatusError(item="passcode.is-compliant", reasons=(Reason(code="Error.Unknown"),)),
        StatusError(item="test.integer-value"),
    ),
    is_full=True,
)
ITEMS = mdm.DeclarationItems(
    token="t-1",
    configurations=(mdm.DeclarationItem(identifier="org.example.c", server_token="1"),),
    activations=(mdm.DeclarationItem(identifier="org.example.a", server_token="2"),),
)
CALLS: list[mdm.CheckInCall] = [
    mdm.GetToken(enrollment_id=WHO),
    mdm.GetToken(enrollment_id=WHO, parameters={}),
    mdm.DeclarativeManagement(enrollment_id=WHO, endpoint=mdm.Endpoint.TOKENS),
    mdm.DeclarativeManagement(enrollment_id=WHO, endpoint=mdm.Endpoint.DECLARATION_ITEMS),
    mdm.DeclarativeManagement(
        enrollment_id=WHO,
        endpoint=mdm.Endpoint.DECLARATION,
        declaration=("configuration", "org.example/c"),
    ),
    mdm.DeclarativeManagement(
        enrollment_id=WHO, endpoint=mdm.Endpoint.STATUS, content=REPORT.to_json()
    ),
]
CHECKINS = [
    mdm.Authenticate(topic=TOPIC, enrollment_id=WHO),
    mdm.Authenticate(
        topic=TOPIC,
        enrollment_id=WHO,
        os_version="26.0",
        build_version="23A1",
        product_name="iPhone15,4",
    ),
    mdm.TokenUpdate(topic=TOPIC, enrollment_id=WHO, token=b"\x01", push_magic="m"),
    mdm.CheckOut(topic=TOPIC, enrollment_id=WHO),
    *CALLS,
]
UNDER_DEVICE_ENROLLMENT = [
    mdm.DeviceEnrollmentAuthenticate(topic=TOPIC, udid="U", serial_number="S", imei="1", meid="2"),
    mdm.DeviceEnrollmentTokenUpdate(topic=TOPIC, udid="U", token=b"\x01", push_magic="m"),
    mdm.DeviceEnrollmentCheckOut(topic=TOPIC, udid="U"),
    mdm.GetToken(udid="U", service=mdm.TokenService.WATCH_PAIRING, parameters={"WatchUDID": "W"}),
    mdm.DeclarativeManagement(udid="U", endpoint=mdm.Endpoint.TOKENS),
]
COMMANDS = [
    mdm.install_profile("C", b"profile", ios=IOS),
    mdm.remove_profile("C", "org.example.p", ios=IOS),
    mdm.profile_list("C", ios=IOS),
    mdm.install_application("C", store_id=1, ios=IOS),
    mdm.install_application("C", bundle_id="org.example.app", ios=IOS),
    mdm.remove_application("C", "org.example.app", ios=IOS),
    mdm.managed_application_list("C", ios=IOS),
    mdm.managed_application_list("C", ["org.example.app"], ios=IOS),
    mdm.device_information("C", ["OSVersion", "DeviceName"], ios=IOS),
    mdm.device_lock("C", message="Lost", ios=IOS),
    mdm.declarative_management("C", ios=IOS),
    mdm.declarative_management("C", TOKENS, ios=IOS),
]


def checkin_shapes(name: str) -> Shapes:
    return published()["checkins"][name]["keys"]


@pytest.mark.parametrize("message", CHECKINS, ids=lambda m: type(m).__name__)
def test_a_checkin_has_apples_shape(message: mdm.CheckIn) -> None:
    row = plist.read(message.to_plist())

    assert not list(faults(row, checkin_shapes(row["MessageType"])))


@pytest.mark.parametrize("message", UNDER_DEVICE_ENROLLMENT, ids=lambda m: type(m).__name__)
def test_under_device_enrollment_only_what_is_forbidden_otherwise_differs(
    message: mdm.CheckIn,
) -> None:
    row = plist.read(message.to_plist())

    found = list(faults(row, checkin_shapes(row["MessageType"])))

    assert all(one.endswith("is forbidden") or one == "EnrollmentID is missing" for one in found)
    assert "UDID is forbidden" in found


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.request_type)
def test_a_command_has_apples_shape_and_is_allowed(command: mdm.Command) -> None:
    row = plist.read(command.to_plist())["Command"]
    assert isinstance(row, dict)
    name = row.pop("RequestType")
    shape = published()["commands"][name]

    assert str(shape["mode"]) == "allowed"
    assert not list(faults(row, shape.get("keys", {})))


@pytest.mark.parametrize(
    ("content", "name"),
    [(REPORT, "StatusReport"), (ITEMS, "DeclarationItemsResponse"), (TOKENS, "TokensResponse")],
)
def test_what_declarative_management_carries_has_apples_shape(
    content: mdm.StatusReport, name: str
) -> None:
    row = json.loads(content.to_json())

    assert not list(faults(row, published()["protocol"][name]["keys"]))


def test_the_answer_with_a_token_has_apples_shape() -> None:
    row = plist.read(mdm.TokenData(b"token").to_plist())

    assert not list(faults(row, published()["checkins"]["GetToken"]["answer"]))


def test_nothing_we_make_is_left_out_here() -> None:
    made = {type(one) for one in (*CHECKINS, *UNDER_DEVICE_ENROLLMENT)}
    sent = {one.request_type for one in COMMANDS}

    assert made == {*get_args(mdm.CheckIn), *get_args(mdm.CheckInCall)}
    assert sent == {*mdm.RequestType, "DeclarativeManagement"}
    assert {plist.read(one.to_plist())["MessageType"] for one in CHECKINS} == set(
        published()["checkins"]
    )


# ---------------------------------------------------------------- what Apple allows is read

SPECIAL: dict[str, st.SearchStrategy[str]] = {
    "Endpoint": st.sampled_from(["tokens", "declaration-items", "declaration/asset/org.example.a"]),
    "TokenServiceType": st.just("com.apple.maid"),
}
TEXT = st.text(st.characters(categories=["L", "N"]), min_size=1)
VALUES: dict[str, st.SearchStrategy[PlistValue]] = {
    "boolean": st.booleans(),
    "data": st.binary(min_size=1),
    "string": TEXT,
    "dictionary": st.just({}),
}


@st.composite
def allowed_messages(draw: st.DrawFn) -> dict[str, PlistValue]:
    """Any message that Apple's schema allows a user-enrolled iPhone to send."""
    name = draw(st.sampled_from(sorted(published()["checkins"])))
    row: dict[str, PlistValue] = {}
    for key, shape in checkin_shapes(name).items():
        found = Key.of(shape, "allowed")
        if found.mode != "forbidden" and (found.is_required or draw(st.booleans())):
            row[key] = draw(SPECIAL[key] if key in SPECIAL else VALUES[found.type])
    return {**row, "MessageType": name}


@settings(deadline=None)
@given(allowed_messages())
def test_whatever_apple_lets_a_phone_send_is_read_and_written_again(
    row: dict[str, PlistValue],
) -> None:
    message = mdm.message_from_plist(plist.write_canonical(row))

    again = plist.read(message.to_plist())

    assert message.identifier == row["EnrollmentID"]
    # What is told of a person of a shared iPad has no field.
    assert {k: v for k, v in row.items() if k not in ("UserID", "UserShortName")} == {
        k: v for k, v in again.items() if k in row or k != "AwaitingConfiguration"
    }


@settings(deadline=None)
@given(allowed_messages(), st.data())
def test_what_apple_forbids_or_demands_is_demanded_here(
    row: dict[str, PlistValue], data: st.DataObject
) -> None:
    shapes = checkin_shapes(str(row["MessageType"]))
    keys = {name: Key.of(shape, "allowed") for name, shape in shapes.items()}
    broken = data.draw(
        st.sampled_from(
            sorted(n for n, k in keys.items() if k.is_required or k.mode == "forbidden")
        )
    )
    if keys[broken].mode == "forbidden":
        changed = {**row, broken: b"x" if keys[broken].type == "data" else "x"}
    else:
        changed = {name: value for name, value in row.items() if name != broken}

    with pytest.raises(InvalidModel):
        mdm.message_from_plist(plist.write_canonical(changed))


# ---------------------------------------------------------------- calls and declarative management


@pytest.mark.parametrize("message", [*CALLS, *UNDER_DEVICE_ENROLLMENT[3:]])
def test_a_call_reads_as_it_was_written_and_shows_nothing(message: mdm.CheckInCall) -> None:
    assert mdm.call_from_plist(message.to_plist()) == message
    assert mdm.message_from_plist(message.to_plist()) == message
    assert WHO not in repr(message)


@pytest.mark.parametrize("name", ["PhoneUDID", "WatchUDID", "SecurityToken"])
def test_no_token_names_the_hardware_under_user_enrollment(name: str) -> None:
    with pytest.raises(InvalidModel, match=name) as caught:
        mdm.GetToken(enrollment_id=WHO, parameters={name: "x-value"})

    assert "x-value" not in str(caught.value)


@pytest.mark.parametrize(
    ("place", "change", "why"),
    [
        (0, {"TokenServiceType": "com.apple.other"}, "TokenServiceType is unknown"),
        (0, {"TokenServiceType": "com.apple.watch.pairing"}, "User Enrollment has no token"),
        (0, {"TokenParameters": "x"}, "no dictionary"),
        (0, {"UDID": "x"}, "UDID"),
        (2, {"Endpoint": "elsewhere"}, "Endpoint is unknown"),
        (2, {"Endpoint": "declaration"}, "Endpoint is unknown"),
        (2, {"Endpoint": "status"}, "status is missing"),
        (2, {"Data": "x"}, "no data"),
        (2, {"MessageType": "CheckOut"}, "MessageType is none of"),
    ],
)
def test_a_broken_call_is_refused_and_says_where(
    place: int, change: dict[str, PlistValue], why: str
) -> None:
    row = {**plist.read(CALLS[place].to_plist()), **change}

    with pytest.raises(InvalidModel, match=why):
        mdm.call_from_plist(plist.write_canonical(row))


def test_a_call_of_nobody_is_refused() -> None:
    with pytest.raises(InvalidModel, match="exactly one"):
        mdm.GetToken()


@pytest.mark.parametrize("one", [REPORT, ITEMS, TOKENS], ids=lambda o: type(o).__name__)
def test_what_is_carried_reads_as_it_was_written(one: mdm.StatusReport) -> None:
    assert type(one).from_json(one.to_json()) == one


@pytest.mark.parametrize("one", [REPORT, ITEMS, TOKENS], ids=lambda o: type(o).__name__)
@settings(deadline=None, max_examples=50)
@given(st.data())
def test_a_broken_part_is_refused(one: mdm.StatusReport, data: st.DataObject) -> None:
    row = json.loads(one.to_json())
    inner = row.get("SyncTokens", row)
    key = data.draw(st.sampled_from(sorted(inner)))
    inner[key] = data.draw(st.integers() | st.just([1]) | st.just(""))

    with pytest.raises(InvalidModel):
        type(one).from_json(json.dumps(row).encode())


def test_a_status_item_is_found_by_its_name() -> None:
    assert REPORT.item("device.model.family") == "iPhone"
    assert REPORT.item("device.model.family.further") is None
    assert REPORT.item("passcode.is-present") is None


def test_a_token_for_the_managed_apple_account_says_what_apple_wants_once() -> None:
    key, other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    token = MaidToken(server="S-1", at=NOW, id="J-1").signed(key)

    claims = claims_of(token, key.public_key())

    assert claims == {
        "iss": "S-1",
        "iat": int(NOW.timestamp()),
        "jti": "J-1",
        "service_type": "com.apple.maid",
    }
    with pytest.raises(InvalidModel, match="does not fit"):
        claims_of(token, other.public_key())
    with pytest.raises(InvalidModel, match="three parts"):
        claims_of(mdm.TokenData(b"nothing"), key.public_key())
