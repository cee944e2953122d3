"""The product's own actions, ordered through a tenant against the simulator."""

from __future__ import annotations

import pytest

from ueapi.contract import Change
from ueapi.errors import CapabilityUnsupported, Rejected
from ueapi.model import AppDraft, AppKind, CommandState, EnrollmentState, Scope
from ueapi.testing import Harness
from ueapi_maas360.native import FORBIDDEN, Maas360Api


@pytest.fixture(scope="module")
def harness():
    return Harness.build("maas360", users=12)


@pytest.fixture
def tenant(harness):
    return harness.tenant


@pytest.fixture
def api(tenant):
    return tenant.native_as(Maas360Api)


def phones(tenant):
    listed = [d for d in tenant.devices.list() if d.enrollment.state is EnrollmentState.ENROLLED]
    return [d for d in listed if d.enrollment.kind.is_user_enrollment]


def test_no_request_to_wipe_reaches_any_personal_phone(harness, tenant, api):
    for method in (Maas360Api.wipe, Maas360Api.reset_passcode):
        for phone in phones(tenant):
            with pytest.raises(CapabilityUnsupported):
                tenant.run(api, method, phone.id)

    assert phones(tenant)
    assert not [e for e in harness.simulator.log.entries if any(a in e.path for a in FORBIDDEN)]


def test_a_refused_wipe_says_which_of_apples_commands_it_is(tenant, api):
    with pytest.raises(CapabilityUnsupported, match="EraseDevice"):
        tenant.run(api, Maas360Api.wipe, phones(tenant)[0].id)


def test_a_lock_is_permitted_ordered_and_followed(harness, tenant, api):
    phone = phones(tenant)[0]

    names = {action.name for action in tenant.run(api, Maas360Api.actions, phone.id)}
    (number,) = tenant.run(api, Maas360Api.lock, phone.id).command_ids
    harness.pass_time(hours=6)

    assert "Lock" in names
    assert "Wipe" not in names
    assert tenant.run(api, Maas360Api.state, phone.id, number) is CommandState.ACKNOWLEDGED


def test_a_selective_wipe_is_revoked(harness, tenant, api):
    phone = phones(tenant)[1]

    tenant.run(api, Maas360Api.selective_wipe, phone.id)
    harness.pass_time(hours=6)
    tenant.run(api, Maas360Api.revoke_selective_wipe, phone.id)

    assert tenant.devices.get(phone.id).enrollment.state is EnrollmentState.ENROLLED


def test_a_message_needs_a_text(tenant, api):
    with pytest.raises(Rejected):
        tenant.run(api, Maas360Api.message, phones(tenant)[0].id, title="Hello", text="")


def test_control_is_removed_and_then_the_record_is_hidden(harness, tenant, api):
    phone = phones(tenant)[-1]

    with pytest.raises(Rejected):
        tenant.run(api, Maas360Api.hide, phone.id)
    tenant.run(api, Maas360Api.remove_control, phone.id)
    harness.pass_time(hours=24)
    tenant.run(api, Maas360Api.hide, phone.id)

    assert phone.id not in {device.id for device in tenant.devices.list()}


def test_a_policy_reaches_a_phone_and_shows_in_its_report(harness, tenant):
    phone, policy = phones(tenant)[0], list(tenant.profiles.list())[-1]

    tenant.profiles.assign(policy.id, Scope(devices=(phone.id,)))
    harness.pass_time(hours=6)

    held = tenant.devices.report(phone.id).profiles
    assert [profile.profile_id for profile in held or ()] == [policy.id]


def test_an_app_in_the_catalog_is_found_and_not_added_again(tenant):
    app = next(app for app in tenant.apps.list() if app.kind is AppKind.STORE)
    draft = AppDraft(name=app.name, kind=app.kind, bundle_id=app.bundle_id or "")

    assert tenant.apps.ensure(draft).change is Change.UNCHANGED


def test_any_path_can_be_read(tenant, api):
    phone = phones(tenant)[0]

    found = tenant.run(
        api,
        Maas360Api.read,
        "/device-apis/devices/1.0/core/{billing}",
        query={"deviceId": phone.id},
    )

    assert found["device"]["maas360DeviceID"] == phone.id
