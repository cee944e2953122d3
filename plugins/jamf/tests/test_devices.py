"""Devices: paging, the enrollment kind, what is kept and what is dropped."""

from __future__ import annotations

import pytest
from plugins.jamf.tests.drive import CONTEXT, drive, json_reply, query

from ueapi.errors import NotFound, Unintelligible
from ueapi.flow import Effect
from ueapi.model import Absence, EnrollmentKind, EnrollmentState
from ueapi_jamf.facets.devices import PAGE_SIZE, JamfDevices

DEVICES = JamfDevices(CONTEXT)


def row(number=41, ownership="AccountDrivenUserEnrollment", **general):
    return {
        "mobileDeviceId": str(number),
        "deviceType": "iOS",
        "general": {
            "udid": "not-kept",
            "displayName": "Noor's iPhone",
            "osVersion": "26.1",
            "managed": True,
            "deviceOwnershipType": ownership,
            "managementId": "5a3e5d3e-8d1f-4c2b-9d55-0f2b7a9c6e10",
            "lastEnrolledDate": "2026-01-30T14:20:00Z",
            "lastContactDate": "2026-02-11T09:01:02.003Z",
            **general,
        },
        "hardware": {"serialNumber": "not-kept", "model": "iPhone 15", "modelIdentifier": ""},
        "userAndLocation": {
            "username": "noor.haddad",
            "realName": "Noor Haddad",
            "phoneNumber": "not-kept",
        },
        "applications": None,
    }


def page(*rows, total=None):
    return json_reply({"totalCount": len(rows) if total is None else total, "results": list(rows)})


def test_a_device_is_translated_and_keeps_no_identifier_apple_hides():
    found, calls = drive(DEVICES.page(None), page(row()))

    device = found.items[0]
    assert (device.id, device.name, device.model) == ("41", "Noor's iPhone", "iPhone 15")
    assert device.enrollment.kind is EnrollmentKind.ACCOUNT_DRIVEN_USER
    assert device.enrollment.state is EnrollmentState.ENROLLED
    assert device.user is not None
    assert device.user.username == "noor.haddad"
    assert device.model_identifier is None
    assert device.why_absent("model_identifier") is Absence.NOT_EXPOSED_BY_PRODUCT
    assert "not-kept" not in repr(vars(device.origin))
    assert query(calls[0], "section") == ["GENERAL", "HARDWARE", "USER_AND_LOCATION"]
    assert query(calls[0], "sort") == ["mobileDeviceId:asc"]


def test_pages_are_walked_by_number_until_the_total_is_reached():
    full = [row(number) for number in range(PAGE_SIZE)]

    first, _ = drive(DEVICES.page(None), page(*full, total=PAGE_SIZE + 1))
    last, calls = drive(DEVICES.page(first.next), page(row(9999), total=PAGE_SIZE + 1))

    assert first.next == "1"
    assert query(calls[0], "page") == ["1"]
    assert last.next is None
    assert last.total == PAGE_SIZE + 1


def test_a_page_cut_short_before_the_end_is_named_and_not_skipped_over():
    with pytest.raises(Unintelligible, match="holds 2 rows"):
        drive(DEVICES.page(None), page(row(1), row(2), total=900))


@pytest.mark.parametrize(
    ("ownership", "kind"),
    [
        ("UserEnrollment", EnrollmentKind.PROFILE_DRIVEN_USER),
        ("AccountDrivenUserEnrollment", EnrollmentKind.ACCOUNT_DRIVEN_USER),
        ("AccountDrivenDeviceEnrollment", EnrollmentKind.DEVICE),
        ("Institutional", EnrollmentKind.DEVICE),
        (None, EnrollmentKind.UNKNOWN),
    ],
)
def test_each_ownership_type_has_its_enrollment_kind(ownership, kind):
    found, _ = drive(DEVICES.page(None), page(row(ownership=ownership)))

    assert found.items[0].enrollment.kind is kind


def test_an_unknown_ownership_type_is_named_and_not_guessed():
    with pytest.raises(Unintelligible, match="'BorrowedFromAFriend'"):
        drive(DEVICES.page(None), page(row(ownership="BorrowedFromAFriend")))


def test_an_unmanaged_device_has_ended_its_enrollment():
    found, _ = drive(DEVICES.page(None), page(row(managed=False)))

    assert found.items[0].enrollment.state is EnrollmentState.ENDED


def test_a_missing_field_is_named_without_showing_any_value():
    broken = row()
    del broken["general"]["managed"]

    with pytest.raises(Unintelligible) as caught:
        drive(DEVICES.page(None), page(broken))

    assert "results.0.general.managed (missing)" in str(caught.value)
    assert "Noor" not in str(caught.value)


def test_one_device_is_read_by_filter_and_its_absence_is_an_error():
    device, calls = drive(DEVICES.get("41"), page(row()))

    assert device.id == "41"
    assert query(calls[0], "filter") == ["mobileDeviceId==41"]
    with pytest.raises(NotFound):
        drive(DEVICES.get("42"), page())


def test_a_report_leaves_out_what_the_person_installed():
    reported = row(ownership="Institutional")
    reported["applications"] = [
        {"identifier": "org.example.notes", "shortVersion": "4.2", "managementStatus": "Managed"},
        {"identifier": "org.example.diary", "managementStatus": "Unmanaged"},
        {"identifier": "org.example.game", "managementStatus": None},
        {"identifier": "org.example.late", "managementStatus": "Prompting"},
    ]
    reported["profiles"] = [{"displayName": "Wi-Fi", "identifier": "org.example.wifi"}]

    report, _ = drive(DEVICES.report("41"), page(reported))

    assert report.apps is not None
    assert [(a.bundle_id, a.is_installed) for a in report.apps] == [
        ("org.example.notes", True),
        ("org.example.late", False),
    ]
    assert report.profiles is not None
    assert [p.name for p in report.profiles] == ["Wi-Fi"]


def test_unenrolling_orders_unmanage_and_hands_out_the_command():
    answer = json_reply({"deviceId": "41", "commandUuid": "0b6f"})

    accepted, calls = drive(DEVICES.unenroll("41"), answer)

    assert accepted.command_ids == ("0b6f",)
    assert (calls[0].method, calls[0].target) == ("POST", "/api/v2/mobile-devices/41/unmanage")
    assert calls[0].effect is Effect.READABLE
