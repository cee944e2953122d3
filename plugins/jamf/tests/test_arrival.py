"""What is written reaches the virtual phones, and reads back as it was meant."""

from __future__ import annotations

import plistlib

import pytest

from ueapi.apple import profiles as apple
from ueapi.contract import Change
from ueapi.errors import Conflict, Rejected
from ueapi.model import AppDraft, AppKind, EnrollmentState, GroupDraft, ProfileDraft, Scope
from ueapi.rehearsal.apps_and_books import StoreApp
from ueapi.testing import Harness
from ueapi_jamf.simulator import JamfSimulator

SSID = ' Tom & Söhne <guests> &amp; "friends" '
MINUTE = 60.0


@pytest.fixture
def harness():
    return Harness.build("jamf", users=6)


def server(harness):
    assert isinstance(harness.simulator, JamfSimulator)
    return harness.simulator.server


def draft(ssid=SSID, name="Guests & more"):
    payload = {
        "PayloadType": "com.apple.wifi.managed",
        "PayloadVersion": 1,
        "PayloadIdentifier": "org.example.guests.wifi",
        "PayloadUUID": "0c5ce3a4-4cbd-4c57-a1ad-3a44cbd4c57b",
        "SSID_STR": ssid,
        "AutoJoin": True,
    }
    content = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": "org.example.guests",
        "PayloadUUID": "6f1f2f64-8d0d-4a5c-9a36-1f2f648d0d4b",
        "PayloadDisplayName": "An older name",
        "PayloadContent": [payload],
    }
    return ProfileDraft(name=name, content=plistlib.dumps(content))


def ssid_of(profile):
    return apple.read(profile.content).payloads[0].content["SSID_STR"]


def changes(harness):
    return len(harness.simulator.log.changing())


def somebody(harness):
    """A user with a personal phone, the phone's record, and the phone."""
    tenant = harness.tenant
    users = {u.username: u for u in tenant.users.list()}
    for device in tenant.devices.list():
        is_usable = device.enrollment.kind.is_user_enrollment
        if is_usable and device.enrollment.state is EnrollmentState.ENROLLED and device.user:
            phone = next(p for p in harness.world.phones.values() if p.seed.name == device.name)
            if not phone.owned:
                return users[device.user.username], device, phone
    raise AssertionError("nobody has a personal phone")


def names_on(phone):
    return {p.display_name for p in phone.enrollment.contents.profiles.values()}


# -- profiles ----------------------------------------------------------------------------------------


def test_special_characters_read_back_as_they_were_meant_and_blank_ends_are_no_change(harness):
    made = harness.tenant.profiles.ensure(draft())
    before = changes(harness)

    again = harness.tenant.profiles.ensure(draft())

    assert made.change is Change.CREATED
    assert ssid_of(harness.tenant.profiles.get(made.value.id)) == SSID.strip()
    assert again.change is Change.UNCHANGED
    assert changes(harness) == before


def test_a_changed_profile_is_updated_in_place_and_keeps_its_scope(harness):
    user, _, _ = somebody(harness)
    made = harness.tenant.profiles.ensure(draft())
    harness.tenant.profiles.assign(made.value.id, Scope(users=(user.id,)))

    updated = harness.tenant.profiles.ensure(draft("Staff & guests"))

    found = harness.tenant.profiles.get(made.value.id)
    assert updated.change is Change.UPDATED
    assert updated.value.id == made.value.id
    assert ssid_of(found) == "Staff & guests"
    assert found.scope.users == (user.id,)


def test_assigning_a_profile_brings_it_to_the_phone_under_its_name_and_leaves_its_content(harness):
    user, _, phone = somebody(harness)
    made = harness.tenant.profiles.ensure(draft())

    harness.tenant.profiles.assign(made.value.id, Scope(users=(user.id,)))
    harness.pass_time(hours=1)

    assert "Guests & more" in names_on(phone)
    assert ssid_of(harness.tenant.profiles.get(made.value.id)) == SSID.strip()


def test_assigning_to_more_keeps_who_was_there_and_sends_the_profile_to_nobody_twice(harness):
    seeded = next(
        p for p in map(harness.tenant.profiles.get, ids(harness)) if p.scope.device_groups
    )
    user, _, _ = somebody(harness)
    sent = sum(c.kind == "INSTALL_PROFILE" for c in commands(harness))

    harness.tenant.profiles.assign(seeded.id, Scope(users=(user.id,)))
    harness.pass_time(hours=1)

    found = harness.tenant.profiles.get(seeded.id)
    assert found.scope.device_groups == seeded.scope.device_groups
    assert found.scope.users == (user.id,)
    assert found.digest == seeded.digest
    assert sum(c.kind == "INSTALL_PROFILE" for c in commands(harness)) == sent


def test_unassigning_takes_the_profile_off_the_phone(harness):
    user, _, phone = somebody(harness)
    made = harness.tenant.profiles.ensure(draft())
    to = Scope(users=(user.id,))
    harness.tenant.profiles.assign(made.value.id, to)
    harness.pass_time(hours=1)

    harness.tenant.profiles.unassign(made.value.id, to)
    harness.pass_time(hours=1)

    assert "Guests & more" not in names_on(phone)


def test_a_server_that_stores_payloads_as_they_came_is_caught_by_reading_back(harness):
    server(harness).switches.stores_payloads_verbatim = True

    with pytest.raises(Rejected, match="stored something else") as caught:
        harness.tenant.profiles.ensure(draft())

    assert any("SSID_STR" in problem for problem in caught.value.problems)
    assert "Tom" not in str(caught.value)


def ids(harness):
    return [p.id for p in harness.tenant.profiles.list()]


def commands(harness):
    return list(server(harness).commands.rows.values())


# -- groups ------------------------------------------------------------------------------------------


def test_a_group_of_devices_keeps_its_members_when_one_is_added(harness):
    tenant = harness.tenant
    phones = [d.id for d in tenant.devices.list() if d.enrollment.state is EnrollmentState.ENROLLED]
    made = tenant.groups.ensure(GroupDraft(name="Kit", of="devices", members=tuple(phones[:2])))
    before = changes(harness)

    same = tenant.groups.ensure(GroupDraft(name="kit", of="devices", members=(phones[0],)))
    unchanged = changes(harness) - before
    more = tenant.groups.ensure(GroupDraft(name="Kit", of="devices", members=(phones[2],)))

    assert made.change is Change.CREATED
    assert (same.change, unchanged) == (Change.UNCHANGED, 0)
    assert more.change is Change.UPDATED
    assert sorted(tenant.groups.get(more.value).members) == sorted(phones[:3])


def test_a_smart_group_is_never_filled_by_hand(harness):
    with pytest.raises(Conflict, match="smart group"):
        harness.tenant.groups.ensure(GroupDraft(name="Managed Apple IDs", of="users"))


# -- apps and licenses -------------------------------------------------------------------------------


def published(harness):
    app = StoreApp(
        store_id="6490000001", bundle_id="org.example.kit", name="Kit & Co", version="2.0"
    )
    harness.apple.publish(app)
    harness.apple.set_seats(harness.location, app.store_id, 2)
    return AppDraft(
        name=app.name, kind=AppKind.STORE, bundle_id=app.bundle_id, store_id=app.store_id
    )


def test_an_app_with_a_license_for_its_user_arrives_on_the_phone(harness):
    tenant, wanted = harness.tenant, published(harness)
    user, device, phone = somebody(harness)
    made = tenant.apps.ensure(wanted)

    tenant.licenses.assign(wanted.store_id, [user.id])
    tenant.apps.assign([made.value.id], Scope(devices=(device.id,)))
    harness.pass_time(hours=12)

    report = tenant.devices.report(device.id)
    assert made.change is Change.CREATED
    assert tenant.apps.ensure(wanted).change is Change.UNCHANGED
    assert harness.apple.in_use(harness.location, wanted.store_id) == 1
    assert any(a.bundle_id == wanted.bundle_id and a.is_installed for a in report.apps)
    assert phone.enrollment.contents.apps[wanted.bundle_id] == "Managed"


def test_an_app_without_a_license_does_not_arrive(harness):
    tenant, wanted = harness.tenant, published(harness)
    _, device, phone = somebody(harness)
    made = tenant.apps.ensure(wanted)

    tenant.apps.assign([made.value.id], Scope(devices=(device.id,)))
    harness.pass_time(hours=1)

    assert phone.enrollment.contents.apps[wanted.bundle_id] == "Failed"


def test_taking_an_app_back_removes_it_from_the_phone(harness):
    tenant, wanted = harness.tenant, published(harness)
    user, device, phone = somebody(harness)
    made, to = tenant.apps.ensure(wanted), Scope(devices=(device.id,))
    tenant.licenses.assign(wanted.store_id, [user.id])
    tenant.apps.assign([made.value.id], to)
    harness.pass_time(hours=12)

    tenant.apps.unassign([made.value.id], to)
    harness.pass_time(hours=1)

    assert wanted.bundle_id not in phone.enrollment.contents.apps


def test_a_license_taken_back_can_be_given_again(harness):
    tenant, wanted = harness.tenant, published(harness)
    user, _, _ = somebody(harness)
    tenant.licenses.assign(wanted.store_id, [user.id])
    tenant.licenses.unassign([user.id])
    harness.pass_time(hours=1)
    without = harness.apple.in_use(harness.location, wanted.store_id)

    tenant.licenses.assign(wanted.store_id, [user.id])
    harness.pass_time(hours=1)

    assert (without, harness.apple.in_use(harness.location, wanted.store_id)) == (0, 1)


def test_giving_a_license_twice_sends_one_change(harness):
    tenant, wanted = harness.tenant, published(harness)
    user, _, _ = somebody(harness)
    tenant.licenses.assign(wanted.store_id, [user.id])
    before = changes(harness)

    tenant.licenses.assign(wanted.store_id, [user.id])

    assert changes(harness) == before


def test_apps_that_come_with_a_location_are_installed_once_they_are_assigned(harness):
    """The console offers what a linked location brought, and installs none of it."""
    place = harness.world.open_installed(harness.registry, "jamf", "target")
    tenant = harness.world.tenant(harness.registry, place, "target")
    place.simulator.console.link_location()
    listed = {a.bundle_id: a.id for a in tenant.apps.list()}
    offered = tenant.apps.get(next(iter(listed.values())))
    group = tenant.groups.ensure(GroupDraft(name="Everybody", of="users")).value

    tenant.apps.assign([offered.id], Scope(user_groups=(group.id,)))

    found = tenant.apps.get(offered.id)
    assert (offered.installs_by_itself, found.installs_by_itself) == (False, True)
    assert found.scope.user_groups == (group.id,)


# -- records of ended enrollments --------------------------------------------------------------------


def test_the_record_of_an_active_enrollment_is_never_removed(harness):
    _, device, phone = somebody(harness)
    before = changes(harness)

    with pytest.raises(Conflict, match="still enrolled"):
        harness.tenant.devices.forget(device.id)

    assert changes(harness) == before
    assert phone.is_enrolled


def test_the_record_of_an_ended_enrollment_is_removed(harness):
    _, device, phone = somebody(harness)
    phone.leave()
    harness.world.clock.sleep(10 * MINUTE)

    harness.tenant.devices.forget(device.id)

    assert device.id not in {d.id for d in harness.tenant.devices.list()}
