from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugins.maas360.tests.documents import (
    NASTY,
    TEXTS,
    as_json,
    as_xml,
    kept_if_same,
    kept_literally,
)
from plugins.maas360.tests.portal import FORMS, Portal, backend, listing
from plugins.maas360.tests.rows import IMEI, KEY, SEARCH, SERIAL, UDID, full

from ueapi.errors import UeapiError, Unintelligible
from ueapi.model import Absence, EnrollmentKind, EnrollmentState


def rows(*found, count=None):
    return listing("devices", "device", *found, count=count)


def one(row, form=as_xml, **settings):
    (found,) = Portal({SEARCH: rows(row)}, form).run(backend(**settings).devices.page(None)).items
    return found


# -- listing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_row_becomes_a_device(form):
    found = one(full(), form)

    assert (found.id, found.name, found.model) == (KEY, "Zoë's <iPhone>", "iPhone 16")
    assert (found.model_identifier, found.os_version) == ("iPhone17,3", "26.10")
    assert found.user is not None
    assert (found.user.id, found.user.username) == (None, "zoe")
    assert found.enrollment.state is EnrollmentState.ENROLLED
    assert found.enrollment.since == datetime(2026, 2, 3, 8, 15, 25, tzinfo=UTC)
    assert found.last_seen == datetime(2026, 2, 5, 6, 40, 2, tzinfo=UTC)


VALUES = st.dictionaries(
    st.sampled_from(sorted(set(full()) - {"maas360ManagedStatus"})), NASTY | TEXTS, max_size=6
)


@given(st.lists(VALUES, max_size=3), st.sampled_from([kept_literally, kept_if_same]))
def test_both_forms_of_one_page_are_the_same_devices(changes, coercion):
    page = rows(
        *[full(maas360DeviceID=f"Appl{i}", **c) for i, c in enumerate(_without_key(changes))]
    )

    def read(form):
        try:
            return Portal({SEARCH: page}, form).run(backend().devices.page(None))
        except UeapiError as error:
            return str(error)

    assert read(as_xml) == read(lambda root, content: as_json(root, content, coercion))


def _without_key(changes):
    return [{k: v for k, v in c.items() if k != "maas360DeviceID"} for c in changes]


def test_the_listing_asks_for_apples_phones_in_an_order_that_stays():
    portal = Portal({SEARCH: rows()})

    portal.run(backend().devices.page(None))

    assert dict(portal.calls[0].query) == {
        "platformName": "iOS",
        "sortAttribute": "installedDate",
        "sortOrder": "asc",
        "pageSize": "250",
        "pageNumber": "1",
    }
    assert portal.calls[0].accept == "application/xml"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("size", "fleet", "calls"), [(250, 10_000, 40), (25, 26, 2), (50, 0, 1)])
def test_pages_are_read_to_the_end(form, size, fleet, calls):
    def page(call):
        number, asked = (int(dict(call.query)[n]) for n in ("pageNumber", "pageSize"))
        ids = range((number - 1) * asked, min(number * asked, fleet))
        return rows(*(full(maas360DeviceID=str(i)) for i in ids), count=fleet)

    portal, devices = Portal({SEARCH: page}, form), backend(page_rows=size).devices
    seen, cursor = [], None
    while True:
        found = portal.run(devices.page(cursor))
        seen += [d.id for d in found.items]
        cursor = found.next
        if cursor is None:
            break

    assert seen == [str(i) for i in range(fleet)]
    assert (found.total, len(portal.calls)) == (fleet, calls)


def test_a_product_that_gives_smaller_pages_is_read_to_its_end():
    def page(call):
        number = int(dict(call.query)["pageNumber"])
        return rows(full(maas360DeviceID=str(number)), count=3)

    portal, devices = Portal({SEARCH: page}), backend().devices
    first = portal.run(devices.page(None))
    second = portal.run(devices.page(first.next))
    third = portal.run(devices.page(second.next))

    assert [p.items[0].id for p in (first, second, third)] == ["1", "2", "3"]
    assert third.next is None


def test_an_empty_page_before_the_announced_end_ends_the_listing():
    portal = Portal({SEARCH: rows(count=612)})

    page = portal.run(backend().devices.page("2:250"))

    assert (page.items, page.next, page.total) == ((), None, 612)


def test_another_page_than_asked_for_is_refused():
    root, content = rows(full(), count=500)

    with pytest.raises(Unintelligible, match="pageNumber"):
        Portal({SEARCH: (root, {**content, "pageNumber": "1"})}).run(
            backend().devices.page("2:250")
        )


@pytest.mark.parametrize("cursor", ["", "x", "2:", "-1:0", "2"])
def test_a_foreign_cursor_is_refused_before_any_call(cursor):
    portal = Portal({})

    with pytest.raises(Unintelligible, match="cursor"):
        portal.run(backend().devices.page(cursor or ":"))

    assert portal.calls == []


# -- what a device shows -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (full(), EnrollmentKind.USER),
        (full(ownership="employee owned "), EnrollmentKind.USER),
        (full(udid="N/A", platformSerialNumber="Not Available"), EnrollmentKind.USER),
        (full(udid=UDID), EnrollmentKind.DEVICE),
        (full(platformSerialNumber=SERIAL), EnrollmentKind.DEVICE),
        (full(imeiEsn=IMEI), EnrollmentKind.DEVICE),
        (full(isSupervisedDevice="true"), EnrollmentKind.DEVICE),
        (full(ownership="Corporate Owned"), EnrollmentKind.UNKNOWN),
        (full(ownership="Not Defined"), EnrollmentKind.UNKNOWN),
        (full(isSupervisedDevice=""), EnrollmentKind.UNKNOWN),
        (full(ownership="Shared", udid=UDID), EnrollmentKind.UNKNOWN),
        (full(ownership=""), EnrollmentKind.UNKNOWN),
        (full(platformName="Mac"), EnrollmentKind.UNKNOWN),
        (full(platformName="Android", udid=UDID), EnrollmentKind.UNKNOWN),
        (full(enrollmentMode="ENROLLMENT"), EnrollmentKind.USER),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_the_kind_is_concluded_from_what_a_row_lacks(form, row, kind):
    found = one(row, form)

    assert found.enrollment.kind is kind
    assert "enrollment.kind" in found.origin.inferred


def test_a_row_without_any_identifier_field_tells_nothing():
    row = {k: v for k, v in full().items() if k not in ("udid", "platformSerialNumber", "imeiEsn")}

    assert one(row).enrollment.kind is EnrollmentKind.UNKNOWN


@pytest.mark.parametrize(
    ("mode", "kind", "inferred"),
    [
        ("user_enrollment", EnrollmentKind.USER, False),
        ("ENROLLMENT", EnrollmentKind.DEVICE, True),
        ("", EnrollmentKind.DEVICE, True),
    ],
)
def test_a_configured_mode_comes_before_the_conclusion(mode, kind, inferred):
    row = full(enrollmentMode=mode, udid=UDID)

    found = one(row, user_enrollment_mode="USER_ENROLLMENT")

    assert found.enrollment.kind is kind
    assert ("enrollment.kind" in found.origin.inferred) is inferred


@pytest.mark.parametrize("form", FORMS)
def test_hardware_identifiers_are_forgotten_on_reading(form):
    hidden = {
        "udid": UDID,
        "platformSerialNumber": SERIAL,
        "imeiEsn": IMEI,
        "phoneNumber": "15550100",
        "wifiMacAddress": "00:11:22:33:44:55",
    }

    found = one(full(**hidden), form)

    kept = str(found.raw) + found.model_dump_json()
    assert not any(value in kept for value in hidden.values())


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Enrolled", EnrollmentState.ENROLLED),
        ("activated", EnrollmentState.ENROLLED),
        ("Pending Control Removed", EnrollmentState.ENDING),
        ("Control Removed", EnrollmentState.ENDED),
        ("User Removed Control", EnrollmentState.ENDED),
        ("Inactive", EnrollmentState.ENDED),
        ("Not Enrolled", EnrollmentState.ENDED),
    ],
)
def test_enrollment_states_come_from_a_table(word, state):
    assert one(full(maas360ManagedStatus=word)).enrollment.state is state


def test_a_device_without_a_state_was_never_under_control():
    found = one(full(maas360ManagedStatus=""))

    assert found.enrollment.state is EnrollmentState.ENDED
    assert "enrollment.state" in found.origin.inferred


@pytest.mark.parametrize("form", FORMS)
def test_a_row_without_a_field_for_the_state_is_refused(form):
    row = {k: v for k, v in full().items() if k != "maas360ManagedStatus"}

    with pytest.raises(Unintelligible, match="maas360ManagedStatus"):
        one(row, form)


def test_an_unknown_state_is_named_and_not_guessed():
    with pytest.raises(Unintelligible, match="'Hovering'"):
        one(full(maas360ManagedStatus="Hovering"))


def test_a_row_without_a_key_is_refused():
    with pytest.raises(Unintelligible, match="maas360DeviceID"):
        one(full(maas360DeviceID=""))


def test_what_is_blank_is_absent_with_a_reason():
    found = one(dict.fromkeys(full(), "") | {"maas360DeviceID": KEY})

    for name in ("name", "model", "model_identifier", "os_version", "user", "last_seen"):
        assert found.why_absent(name) is Absence.NOT_EXPOSED_BY_PRODUCT


def test_a_time_without_a_zone_stands_in_and_is_said_to():
    found = one(full(lastReportedInEpochms=""))

    assert found.last_seen == datetime(2026, 2, 5, 6, 40, 2, tzinfo=UTC)
    assert "last_seen" in found.origin.inferred
    assert "last_seen" not in one(full()).origin.inferred


def test_a_model_that_is_not_apples_identifier_is_no_identifier():
    assert one(full(modelId="MTP03ZD/A")).model_identifier is None
