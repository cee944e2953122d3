"""Mobile device inventory. Source: Jamf Pro API 11.30 schema, `/v2/mobile-devices/detail`.

Rows are typed dictionaries and not models: a listing of a whole fleet is validated in one go, and a dictionary is the
cheapest thing the validator can build. Serial number, UDID, IMEI, telephone numbers and addresses are not named here,
so they are dropped while reading.
"""

from __future__ import annotations

from typing import Final, NotRequired

from pydantic import AwareDatetime, TypeAdapter
from typing_extensions import TypedDict


class GeneralWire(TypedDict):
    """Section GENERAL."""

    managed: bool
    displayName: NotRequired[str | None]
    osVersion: NotRequired[str | None]
    deviceOwnershipType: NotRequired[str | None]
    managementId: NotRequired[str | None]
    lastEnrolledDate: NotRequired[AwareDatetime | None]
    lastContactDate: NotRequired[AwareDatetime | None]


class HardwareWire(TypedDict):
    """Section HARDWARE."""

    model: NotRequired[str | None]
    modelIdentifier: NotRequired[str | None]


class OwnerWire(TypedDict):
    """Section USER_AND_LOCATION."""

    username: NotRequired[str | None]
    realName: NotRequired[str | None]


class AppWire(TypedDict):
    """One row of section APPLICATIONS."""

    identifier: NotRequired[str | None]
    name: NotRequired[str | None]
    version: NotRequired[str | None]
    shortVersion: NotRequired[str | None]
    managementStatus: NotRequired[str | None]


class InstalledProfileWire(TypedDict):
    """One row of section PROFILES."""

    displayName: NotRequired[str | None]
    identifier: NotRequired[str | None]


class DeviceWire(TypedDict):
    """One device; a section that wasn't asked for is null or missing."""

    mobileDeviceId: str
    general: GeneralWire
    hardware: NotRequired[HardwareWire | None]
    userAndLocation: NotRequired[OwnerWire | None]
    applications: NotRequired[list[AppWire] | None]
    profiles: NotRequired[list[InstalledProfileWire] | None]


class DevicePageWire(TypedDict):
    """One page of devices."""

    totalCount: int
    results: list[DeviceWire]


class UnmanageWire(TypedDict):
    """The answer to `/v2/mobile-devices/{id}/unmanage`."""

    commandUuid: str


DEVICE_PAGE: Final = TypeAdapter(DevicePageWire)
UNMANAGED: Final = TypeAdapter(UnmanageWire)
