from __future__ import annotations

import pytest
from plugins.maas360.tests.documents import as_xml
from plugins.maas360.tests.portal import FORMS, Portal, backend, fields, listing
from plugins.maas360.tests.rows import CORE, KEY, SEARCH, SOFTWARE, UDID, core, full

from ueapi.errors import Conflict, NotFound, Rejected, Unintelligible
from ueapi.flow import Effect, Reply
from ueapi.model import EnrollmentState

REMOVE = "POST /device-apis/devices/1.0/removeDevice/3009999"
HIDE = "POST /device-apis/devices/1.0/hideDevice/3009999"
DONE = ("actionResponse", {"actionStatus": "0", "actionID": "128400001", "description": "Done."})


def rows(*found):
    return listing("devices", "device", *found)


def got(row):
    return {CORE: ("device", {k: v for k, v in row.items() if k in core()}), SEARCH: rows(row)}


@pytest.mark.parametrize("form", FORMS)
def test_one_device_is_read_from_both_views_at_once(form):
    portal = Portal(got(full()), form)

    found = portal.run(backend().devices.get(KEY))

    assert (found.id, found.os_version, found.model_identifier) == (KEY, "26.10", "iPhone17,3")
    assert found.enrollment.state is EnrollmentState.ENROLLED
    assert found.enrollment.since is not None
    assert [dict(c.query) for c in portal.calls] == [
        {"deviceId": KEY},
        {"maas360DeviceId": KEY, "match": "1"},
    ]


def test_the_core_view_counts_where_the_views_differ():
    answers = got(full()) | {CORE: ("device", core(maas360ManagedStatus="Control Removed"))}

    found = Portal(answers).run(backend().devices.get(KEY))

    assert found.enrollment.state is EnrollmentState.ENDED
    assert found.os_version == "26.10"


@pytest.mark.parametrize("searched", [rows(), rows(full(maas360DeviceID="ApplOther"))])
def test_a_device_the_search_does_not_show_is_read_from_the_core_view(searched):
    answers = {CORE: ("device", core()), SEARCH: searched}

    found = Portal(answers).run(backend().devices.get(KEY))

    assert (found.id, found.os_version) == (KEY, None)


@pytest.mark.parametrize("missing", [Reply(404, {}, b""), ("device", "")])
def test_a_device_that_is_gone_is_not_found(missing):
    with pytest.raises(NotFound):
        Portal({CORE: missing, SEARCH: rows()}).run(backend().devices.get(KEY))


def test_another_device_than_asked_for_is_refused():
    answers = got(full()) | {CORE: ("device", core(maas360DeviceID="ApplOther"))}

    with pytest.raises(Unintelligible, match="not the one asked for"):
        Portal(answers).run(backend().devices.get(KEY))


@pytest.mark.parametrize("native", ["a/../b?x=1&y", "Zoë #1", "{billing}", "a+b c"])
def test_odd_keys_stay_values(native):
    portal = Portal(
        {
            **got(full(maas360DeviceID=native)),
            REMOVE: DONE,
        }
    )

    portal.run(backend().devices.get(native))
    portal.run(backend().devices.unenroll(native))

    assert dict(portal.calls[0].query) == {"deviceId": native}
    assert fields(portal.calls[-1]) == {"deviceId": native}


# -- reports -----------------------------------------------------------------------------------------


def app(name, identifier, version, managed=None):
    labels = [
        {"key": "Application ID", "type": "string", "value": identifier},
        {"key": "Version", "type": "string", "value": version},
    ]
    if managed is not None:
        labels.append({"key": "Installed by MDM", "type": "string", "value": managed})
    return {"swName": name, "swAttrs": labels}


def reported(row, *apps, form=as_xml):
    software = ("deviceSoftwares", {"maas360DeviceID": KEY, "deviceSw": list(apps)})
    return Portal({**got(row), SOFTWARE: software}, form).run(backend().devices.report(KEY))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_report_shows_policy_and_managed_apps(form, count):
    apps = [app(f"Mail {i}", f"org.example.m{i}", "4.20") for i in range(count)]

    report = reported(full(), *apps, form=form)

    assert report.device.id == KEY
    assert [(p.name, p.profile_id) for p in report.profiles or ()] == [
        ("BYOD baseline", "BYOD baseline")
    ]
    assert report.apps is not None
    assert [(a.bundle_id, a.name, a.version, a.is_installed) for a in report.apps] == [
        (f"org.example.m{i}", f"Mail {i}", "4.20", True) for i in range(count)
    ]


def test_a_device_without_a_policy_reports_none():
    assert reported(full(mdmPolicy="")).profiles == ()


@pytest.mark.parametrize(
    ("row", "shown"),
    [(full(), ["Told", "Silent"]), (full(udid=UDID), ["Told"])],
)
def test_what_an_owner_installed_is_nobodys_business(row, shown):
    apps = [
        app("Told", "org.example.told", "1", managed="Yes"),
        app("Silent", "org.example.silent", "1"),
        app("Private Diary", "org.example.diary", "1", managed="No"),
    ]

    report = reported(row, *apps)

    assert [a.name for a in report.apps or ()] == shown
    assert "Diary" not in str(report.device.raw)


# -- leaving -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_unenrolling_removes_control_and_can_be_read_back(form):
    portal = Portal({REMOVE: DONE}, form)

    accepted = portal.run(backend().devices.unenroll(KEY))

    assert accepted.command_ids == ("128400001",)
    (call,) = portal.calls
    assert (call.effect, fields(call)) == (Effect.READABLE, {"deviceId": KEY})


@pytest.mark.parametrize("form", FORMS)
def test_a_refused_removal_is_an_error(form):
    refused = ("actionResponse", {"actionStatus": "1", "description": "Not now."})

    with pytest.raises(Rejected, match="Not now"):
        Portal({REMOVE: refused}, form).run(backend().devices.unenroll(KEY))


def test_a_page_in_place_of_an_answer_is_no_acceptance():
    page = Reply(200, {"content-type": "text/html"}, b"<html><body>Sign in</body></html>")

    with pytest.raises(Unintelligible):
        Portal({REMOVE: page}).run(backend().devices.unenroll(KEY))


def test_the_record_of_an_ended_enrollment_is_hidden():
    row = full(maas360ManagedStatus="Control Removed")
    portal = Portal({**got(row), HIDE: DONE})

    portal.run(backend().devices.forget(KEY))

    assert [fields(call) for call in portal.writes()] == [{"deviceId": KEY}]


@pytest.mark.parametrize("word", ["Enrolled", "Pending Control Removed"])
def test_the_record_of_a_living_enrollment_stays(word):
    portal = Portal(got(full(maas360ManagedStatus=word)))

    with pytest.raises(Conflict, match="not ended"):
        portal.run(backend().devices.forget(KEY))

    assert portal.writes() == []
