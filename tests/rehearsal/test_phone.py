from __future__ import annotations

import pytest

from tests.rehearsal.changed import changing
from tests.rehearsal.scene import ANNE, BYOD, HARDWARE, STORE_ID, TASKS, scene
from ueapi.apple import mdm
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.phone import CannotEnroll

ASSIGNED = "anne.long@appleid.example.org"
ERASE = mdm.Command(uuid="E", request_type="EraseDevice")


def test_a_phone_enrolls_and_takes_what_is_allowed():
    here = scene()

    here.enroll(ANNE, BYOD)
    here.settle()
    here.ask()

    assert here.record.is_active
    assert here.record.profiles == {"org.example.passcode": "passcode"}
    assert here.record.apps == {TASKS: "Managed"}
    assert here.record.device_name == "Anne's iPhone"
    assert not here.record.queue


def test_a_forbidden_payload_makes_the_phone_refuse_the_whole_profile():
    here = scene()

    here.enroll(ANNE, BYOD)
    here.settle()

    assert ("InstallProfile", mdm.Status.ERROR) in here.product.results
    assert "org.example.vpn" not in here.phone.enrollment.contents.profiles


def test_under_device_enrollment_the_same_profile_is_taken_and_the_hardware_shown():
    here = scene()

    here.enroll(ANNE, EnrollmentKind.DEVICE)
    here.settle()

    assert "org.example.vpn" in here.phone.enrollment.contents.profiles
    shown = here.record.hardware
    assert (shown.serial, shown.imei) == (HARDWARE.serial, HARDWARE.imei)
    assert here.record.identifier == HARDWARE.udid


def test_without_an_assigned_license_no_app_comes():
    here = scene()
    here.product.assigns = False

    here.enroll(ANNE, BYOD)
    here.settle()
    here.ask()

    assert here.record.apps[TASKS] != "Managed"
    assert ("InstallApplication", mdm.Status.ERROR) in here.product.results


def test_a_private_copy_is_never_taken_over():
    here = scene(owned=frozenset({TASKS}))

    here.enroll(ANNE, BYOD)
    here.settle()
    here.ask()

    assert here.record.apps[TASKS] == "UserInstalledApp"


def test_signing_out_takes_everything_managed_and_leaves_what_is_private():
    here = scene(owned=frozenset({"org.example.private"}))
    here.enroll(ANNE, BYOD)
    here.settle()

    here.phone.leave()

    assert here.product.gone == [here.record]
    assert here.record.ended is not None
    assert here.phone.enrollment is None
    assert here.phone.owned == {"org.example.private"}


def test_each_enrollment_has_its_own_identifier():
    here = scene()

    here.enroll(ANNE, BYOD)
    here.phone.leave()
    here.enroll(ANNE, BYOD)

    first, second = here.product.enrollments
    assert first.identifier != second.identifier
    assert here.product.device_side.active_of("ANNE@example.org") == (second,)


def test_the_product_can_end_an_enrollment():
    here = scene()
    here.enroll(ANNE, BYOD)
    here.settle()

    here.product.device_side.end(here.record)
    here.settle()

    assert here.phone.enrollment is None
    assert here.product.gone == [here.record]


def test_a_phone_the_product_forgot_leaves_at_its_next_contact():
    here = scene()
    here.enroll(ANNE, BYOD)
    here.settle()

    here.product.device_side.forget(here.record)
    here.phone.push()
    here.settle()

    assert here.phone.enrollment is None


def test_what_apple_forbids_is_refused_by_the_phone_too():
    here = scene()
    here.enroll(ANNE, BYOD)
    here.settle()

    here.product.device_side.queue(here.record, ERASE)
    here.settle()

    assert here.product.results[-1] == ("EraseDevice", mdm.Status.ERROR)
    assert here.phone.is_enrolled


def test_hardware_is_not_told_under_user_enrollment_even_when_asked():
    here = scene()
    asked = mdm.Command(
        uuid="Q",
        request_type="DeviceInformation",
        content={"Queries": ["SerialNumber", "IMEI", "PhoneNumber", "UDID"]},
    )
    here.enroll(ANNE, BYOD)
    here.settle()

    here.product.device_side.queue(here.record, asked)
    here.settle()

    assert here.product.results[-1] == ("DeviceInformation", mdm.Status.ACKNOWLEDGED)
    assert here.record.hardware is None


@pytest.mark.parametrize(
    ("os_version", "kind"),
    [
        ("14.8", EnrollmentKind.ACCOUNT_DRIVEN_USER),
        ("18.7", EnrollmentKind.PROFILE_DRIVEN_USER),
        ("26.1", EnrollmentKind.PROFILE_DRIVEN_USER),
    ],
)
def test_a_way_in_that_this_ios_lacks_is_refused(os_version, kind):
    here = scene(os_version)

    with pytest.raises(CannotEnroll):
        here.enroll(ANNE, kind)

    assert not here.product.enrollments


def test_a_refused_sign_in_leaves_the_phone_as_it_was():
    here = scene()
    here.product.refused = "unknown account"

    with pytest.raises(CannotEnroll, match="unknown account"):
        here.enroll(ANNE, BYOD)

    assert not here.phone.is_enrolled


def test_representations_show_nothing_personal():
    here = scene()
    here.enroll(ANNE, BYOD)

    shown = repr((here.phone, here.record, here.product.device_side, here.server))

    for secret in (ANNE, "Anne", HARDWARE.udid, HARDWARE.serial, here.record.token):
        assert secret not in shown


@pytest.mark.parametrize(("holder", "state"), [(ANNE, "Failed"), (ASSIGNED, "Managed")])
def test_licenses_are_those_of_the_managed_account_whatever_was_typed(holder, state):
    here = scene()
    here.product.assigns = False
    here.apple.take("Main", STORE_ID, holder)
    hosts = here.phone.network.hosts

    def change(path, status, headers, body):
        is_profile = any(b"aspen-config" in value for _, value in headers)
        return headers, body.replace(ANNE.encode(), ASSIGNED.encode()) if is_profile else body

    hosts["tiny.example.org"] = changing(hosts["tiny.example.org"], change)

    here.enroll(ANNE, BYOD)
    here.settle()
    here.product.way_in.expire(here.record)
    here.ask()
    here.phone.sign_in_again()
    here.settle()

    assert here.phone.enrollment.contents.apps[TASKS] == state
    assert len(here.product.device_side.records()) == 1
