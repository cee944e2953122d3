from __future__ import annotations

import pytest
from plugins.hexnode.tests.portal import Portal, backend, listing
from plugins.hexnode.tests.rows import IMEI, SERIAL, UDID, app, detail, device

from ueapi.errors import NotFound, Unintelligible
from ueapi.flow import Effect
from ueapi.model import Absence, Device, EnrollmentKind, EnrollmentState


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (device(), EnrollmentKind.USER),
        (device(os_name="iPadOS"), EnrollmentKind.USER),
        (device(serial_number=SERIAL), EnrollmentKind.DEVICE),
        (device(udid=UDID), EnrollmentKind.DEVICE),
        (device(os_name="macOS", serial_number=SERIAL), EnrollmentKind.DEVICE),
        (device(os_name="macOS"), EnrollmentKind.UNKNOWN),
        (device(os_name="Android", serial_number=SERIAL), EnrollmentKind.UNKNOWN),
        (device(os_name=None), EnrollmentKind.UNKNOWN),
    ],
)
def test_the_enrollment_kind_is_concluded_from_hidden_identifiers(row, kind):
    portal = Portal({"GET /devices/": listing(row)})

    (found,) = portal.run(backend().devices.page(None)).items

    assert found.enrollment.kind is kind
    assert "enrollment.kind" in found.origin.inferred


def test_a_row_without_any_identifier_field_tells_nothing():
    row = {k: v for k, v in device().items() if k not in ("serial_number", "udid", "imei")}
    portal = Portal({"GET /devices/": listing(row)})

    (found,) = portal.run(backend().devices.page(None)).items

    assert found.enrollment.kind is EnrollmentKind.UNKNOWN


def test_hardware_identifiers_are_forgotten_on_reading():
    row = device(serial_number=SERIAL, udid=UDID, imei=IMEI)
    portal = Portal({"GET /devices/": listing(row)})

    (found,) = portal.run(backend().devices.page(None)).items

    kept = str(found.raw) + found.model_dump_json()
    assert not any(hidden in kept for hidden in (SERIAL, UDID, IMEI))


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("enrolled", EnrollmentState.ENROLLED),
        ("Disenroll Pending", EnrollmentState.ENDING),
        ("disenrolled", EnrollmentState.ENDED),
    ],
)
def test_enrollment_states_come_from_a_table(word, state):
    portal = Portal({"GET /devices/": listing(device(enrollment_status=word))})

    (found,) = portal.run(backend().devices.page(None)).items

    assert found.enrollment.state is state


def test_an_unknown_enrollment_state_is_named_not_guessed():
    portal = Portal({"GET /devices/": listing(device(enrollment_status="hovering"))})

    with pytest.raises(Unintelligible, match="'hovering'"):
        portal.run(backend().devices.page(None))


def test_both_date_forms_are_read():
    portal = Portal({"GET /devices/": listing(device())})

    (found,) = portal.run(backend().devices.page(None)).items

    assert found.enrollment.since is not None
    assert found.last_seen is not None
    assert (found.enrollment.since.microsecond, found.last_seen.microsecond) == (114207, 330000)


def test_a_listing_says_which_fields_take_another_call():
    portal = Portal({"GET /devices/": listing(device())})

    (found,) = portal.run(backend().devices.page(None)).items

    assert found.why_absent("model_identifier") is Absence.NOT_FETCHED


def test_detail_adds_the_model_identifier():
    portal = Portal({"GET /devices/41/": detail()})

    found = portal.run(backend().devices.get("41"))

    assert found.model_identifier == "iPhone17,3"
    assert found.enrollment.kind is EnrollmentKind.USER
    assert found.user is not None
    assert found.user.id == "12"


def test_a_report_names_managed_apps_only():
    portal = Portal(
        {
            "GET /devices/41/": detail(),
            "GET /applications/": listing(app(), app(154, identifier="org.example.chat")),
        }
    )

    report = portal.run(backend().devices.report("41"))

    assert report.apps is not None
    assert [(a.bundle_id, a.is_installed, a.problem) for a in report.apps] == [
        ("org.example.mail", True, None),
        ("org.example.chat", False, None),
    ]
    assert "Private Diary" not in report.model_dump_json() + str(report.device.raw)


def test_the_catalog_is_read_once_for_many_reports():
    portal = Portal({"GET /devices/41/": detail(), "GET /applications/": listing(app())})
    devices = backend().devices

    first = portal.run(devices.report("41"))
    again = portal.run(devices.report("41"))

    assert [c.target for c in portal.calls].count("/api/v1/applications/") == 1
    assert first.apps == again.apps


def test_a_report_names_policies_with_their_ids():
    portal = Portal({"GET /devices/41/": detail(applications=[])})

    report = portal.run(backend().devices.report("41"))

    assert report.profiles is not None
    assert [(p.name, p.profile_id) for p in report.profiles] == [("BYOD baseline", "7")]
    assert len(portal.calls) == 1


def test_unenrolling_orders_one_device_and_can_be_read_back():
    portal = Portal({"POST /actions/disenroll_devices/": {}})

    accepted = portal.run(backend().devices.unenroll("41"))

    assert accepted.command_ids == ()
    assert portal.body() == {"devices": [41]}
    assert portal.calls[0].effect is Effect.READABLE


def test_an_id_of_another_product_is_refused_before_any_call():
    portal = Portal({})

    with pytest.raises(NotFound, match="is a number"):
        portal.run(backend().devices.unenroll("C39-X"))

    assert portal.calls == []


def test_what_is_kept_of_a_row_has_every_field_and_no_blank_text():
    row = device(device_name=" ", os_name="", user={"id": 7, "name": ""}, serial_number=SERIAL)
    bare = {"id": 8, "enrollment_status": "enrolled"}
    portal = Portal({"GET /devices/": listing(row, bare)})

    found, least = portal.run(backend().devices.page(None)).items

    assert found.raw == {
        "shows_hardware": True,
        "id": row["id"],
        "device_name": None,
        "model_name": row["model_name"],
        "os_name": None,
        "os_version": row["os_version"],
        "enrolled_time": found.enrollment.since,
        "last_reported": found.last_seen,
        "enrollment_status": row["enrollment_status"],
        "user": {"id": 7, "name": None},
    }
    assert least.raw == dict.fromkeys(found.raw) | bare
    assert [Device.model_validate(d.model_dump()) for d in (found, least)]
