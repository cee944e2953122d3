"""Promises of building devices without a second validation: nobody can tell."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime

import pytest

from ueapi.model import Device, Ref
from ueapi.model.base import builder
from ueapi_jamf.mapping.devices import devices_from_wire
from ueapi_jamf.wire.devices import DEVICE_PAGE

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
FULL = {
    "mobileDeviceId": "1",
    "general": {
        "managed": True,
        "displayName": "Phone 1",
        "osVersion": "26.1",
        "deviceOwnershipType": "AccountDrivenUserEnrollment",
        "lastEnrolledDate": "2026-10-01T08:00:00.000Z",
        "lastContactDate": "2026-11-01T08:00:00.000Z",
    },
    "hardware": {"model": "iPhone 15", "modelIdentifier": "iPhone15,4"},
    "userAndLocation": {"username": "person1", "realName": "Person 1"},
}
SPARSE = {"mobileDeviceId": "2", "general": {"managed": False}, "hardware": None}


def built() -> tuple[Device, ...]:
    page = DEVICE_PAGE.validate_json(json.dumps({"totalCount": 2, "results": [FULL, SPARSE]}))
    return devices_from_wire(page["results"], tenant="old", read_at=AT)


@pytest.mark.parametrize("index", [0, 1])
def test_a_built_device_equals_a_validated_one(index: int) -> None:
    device = built()[index]
    parts = device.model_dump()
    parts["origin"]["raw"] = device.raw

    validated = Device.model_validate(parts, strict=True)

    assert validated == device
    assert hash(validated.ref) == hash(device.ref)
    assert validated.model_dump_json() == device.model_dump_json()


def test_a_built_device_stays_frozen_copies_and_travels() -> None:
    device = built()[0]

    renamed = device.model_copy(update={"name": "Other"})
    back = pickle.loads(pickle.dumps(device))

    assert (renamed.name, device.name) == ("Other", "Phone 1")
    assert back == device
    with pytest.raises(ValueError, match="frozen"):
        device.name = "Other"  # type: ignore[misc]  # is to fail


def test_parts_must_name_every_field() -> None:
    build = builder(Ref)

    with pytest.raises(TypeError, match="a Ref is built of"):
        build({"tenant": "old"})
    with pytest.raises(TypeError, match="a Ref is built of"):
        build({"tenant": "old", "id": "1", "name": "x"})
