"""Promises about what a phone tells of itself: all that Apple allows and a model can know, in Apple's shape."""

from __future__ import annotations

import pytest

from tests.apple.shapes import faults, published
from tests.rehearsal.scene import ANNE, BYOD, Scene, scene
from ueapi.apple import mdm
from ueapi.model import EnrollmentKind

ALLOWED = (
    *("AppAnalyticsEnabled", "AvailableDeviceCapacity", "BatteryLevel", "BuildVersion"),
    *("CellularTechnology", "DeviceCapacity", "DeviceName", "DiagnosticSubmissionEnabled"),
    *("EASDeviceIdentifier", "IsDeviceLocatorServiceEnabled", "IsMultiUser", "IsNetworkTethered"),
    *("IsSupervised", "ModelName", "OSVersion", "OrganizationInfo", "ProductName"),
)
SINCE_16_1 = ("SupplementalBuildVersion",)
FORBIDDEN = ("IMEI", "PhoneNumber", "SerialNumber", "UDID")
ORGANIZATION = {"OrganizationName": "Example"}


def enrolled(os_version: str, kind: EnrollmentKind = BYOD) -> Scene:
    here = scene(os_version)
    here.enroll(ANNE, kind)
    here.settle()
    return here


def told(here: Scene) -> dict:
    found: list[mdm.CommandResult] = []
    vars(here.product)["answered"] = lambda record, command, result: found.append(result)
    item = {"Item": "OrganizationInfo", "OrganizationInfo": ORGANIZATION}
    queries = [*ALLOWED, *SINCE_16_1, *FORBIDDEN, "Unheard"]
    for command, content in (
        ("Settings", {"Settings": [item]}),
        ("DeviceInformation", {"Queries": queries}),
    ):
        asked = mdm.Command(uuid=command, request_type=command, content=content)
        here.product.device_side.queue(here.record, asked)
        here.settle()
    return dict(found[-1].response)


@pytest.mark.parametrize(
    ("os_version", "more"),
    [
        ("15.0", ()),
        ("16.0", ()),
        ("16.1", SINCE_16_1),
        ("18.2", SINCE_16_1),
        ("27.0", SINCE_16_1),
    ],
)
def test_all_that_is_allowed_is_told_and_nothing_else(
    os_version: str, more: tuple[str, ...]
) -> None:
    here = enrolled(os_version)

    answer = told(here)

    assert set(answer["QueryResponses"]) == {*ALLOWED, *more}
    assert answer["QueryResponses"]["OrganizationInfo"] == ORGANIZATION
    assert list(faults(answer, published()["commands"]["DeviceInformation"]["answer"])) == []


def test_on_a_phone_of_the_organization_hardware_is_told_too() -> None:
    answer = told(enrolled("26.1", EnrollmentKind.DEVICE))

    assert set(FORBIDDEN) <= set(answer["QueryResponses"])


def test_the_identifier_for_exchange_is_another_one_for_each_enrollment() -> None:
    here = enrolled("26.1")
    first = told(here)["QueryResponses"]["EASDeviceIdentifier"]
    here.phone.leave()
    here.enroll(ANNE, BYOD)
    here.settle()

    second = told(here)["QueryResponses"]["EASDeviceIdentifier"]

    assert first != second
