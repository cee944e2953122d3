"""Devices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from ueapi.errors import Unintelligible
from ueapi.model import (
    Absence,
    Device,
    DeviceReport,
    Enrollment,
    EnrollmentKind,
    EnrollmentState,
    InstalledApp,
    InstalledProfile,
    Origin,
    Ref,
    UserLink,
)
from ueapi.model.base import builder
from ueapi_jamf.assumed import UNMANAGED_APP
from ueapi_jamf.mapping.text import filled
from ueapi_jamf.wire.devices import AppWire, DeviceWire, HardwareWire, OwnerWire

_KINDS: Final[Mapping[str | None, EnrollmentKind]] = {
    "AccountDrivenUserEnrollment": EnrollmentKind.ACCOUNT_DRIVEN_USER,
    "UserEnrollment": EnrollmentKind.PROFILE_DRIVEN_USER,
    "AccountDrivenDeviceEnrollment": EnrollmentKind.DEVICE,
    "Institutional": EnrollmentKind.DEVICE,
    # Jamf's own way before User Enrollment, gone since 11.25: neither of Apple's kinds.
    "PersonalDeviceProfile": EnrollmentKind.LEGACY_PERSONAL,
    None: EnrollmentKind.UNKNOWN,
}

_ABSENT: Final[Mapping[str, Absence]] = dict.fromkeys(
    ("name", "model", "model_identifier", "os_version", "user", "last_seen"),
    Absence.NOT_EXPOSED_BY_PRODUCT,
)
_STATES: Final = {True: EnrollmentState.ENROLLED, False: EnrollmentState.ENDED}
_NOTHING_INFERRED: Final[frozenset[str]] = frozenset()
_NO_HARDWARE: Final[HardwareWire] = {}

_DEVICE: Final = builder(Device)
_REF: Final = builder(Ref)
_ORIGIN: Final = builder(Origin)
_ENROLLMENT: Final = builder(Enrollment)
_USER: Final = builder(UserLink)


def enrollment_kind(ownership: str | None) -> EnrollmentKind:
    """How a device came in, from `general.deviceOwnershipType`. Source: Jamf Pro API 11.30 schema.

    Raises:
        Unintelligible: a value the schema doesn't have.
    """
    try:
        return _KINDS[ownership]
    except KeyError:
        known = ", ".join(name for name in _KINDS if name)
        raise Unintelligible(
            f"deviceOwnershipType is {ownership!r}; known are {known}.",
            remedy="Update the plugin: this Jamf Pro knows an enrollment kind it doesn't.",
        ) from None


def devices_from_wire(
    rows: Iterable[DeviceWire], *, tenant: str, read_at: datetime
) -> tuple[Device, ...]:
    """Translate a page. Whole fleets pass here, so what the wire validated isn't validated again."""
    return tuple([_device(row, tenant, read_at) for row in rows])


def device_from_wire(row: DeviceWire, *, tenant: str, read_at: datetime) -> Device:
    """Translate one row."""
    return _device(row, tenant, read_at)


def _device(row: DeviceWire, tenant: str, read_at: datetime) -> Device:
    # The parts are built right here, since a call for each takes as long as building it.
    general = row["general"]
    hardware = row.get("hardware") or _NO_HARDWARE
    origin: dict[str, object] = {
        "backend": "jamf",
        "read_at": read_at,
        "inferred": _NOTHING_INFERRED,
        "absent": _ABSENT,
        "raw": row,
    }
    enrollment: dict[str, object] = {
        "kind": enrollment_kind(general.get("deviceOwnershipType")),
        "state": _STATES[general["managed"]],
        "enrollment_id": None,
        "since": general.get("lastEnrolledDate"),
        "ended": None,
    }
    return _DEVICE(
        {
            "ref": _REF({"tenant": tenant, "id": row["mobileDeviceId"]}),
            "origin": _ORIGIN(origin),
            "name": general.get("displayName") or None,
            "model": hardware.get("model") or None,
            "model_identifier": hardware.get("modelIdentifier") or None,
            "os_version": general.get("osVersion") or None,
            "enrollment": _ENROLLMENT(enrollment),
            "user": _user(row.get("userAndLocation")),
            "last_seen": general.get("lastContactDate"),
        }
    )


def _user(owner: OwnerWire | None) -> UserLink | None:
    """Jamf Pro links a device to its user by username only, and a device without one belongs to nobody."""
    if owner is None or not (username := owner.get("username")):
        return None
    return _USER({"id": None, "username": username, "name": owner.get("realName") or None})


def report_from_wire(row: DeviceWire, *, tenant: str, read_at: datetime) -> DeviceReport:
    """Translate what the phone last reported."""
    device = device_from_wire(row, tenant=tenant, read_at=read_at)
    apps, profiles = row.get("applications"), row.get("profiles")
    only_work = device.enrollment.kind.is_user_enrollment
    return DeviceReport(
        device=device,
        profiles=None
        if profiles is None
        else tuple(
            InstalledProfile(name=filled(p.get("displayName")) or p.get("identifier") or "")
            for p in profiles
        ),
        apps=None
        if apps is None
        else tuple(_app(app) for app in apps if _is_work(app, only_work=only_work)),
    )


def _is_work(app: AppWire, *, only_work: bool) -> bool:
    """Whether the organization brought the app; under User Enrollment iOS reports no other ones."""
    status = filled(app.get("managementStatus"))
    if status is None:
        return only_work
    return status.casefold() != UNMANAGED_APP


def _app(app: AppWire) -> InstalledApp:
    status = filled(app.get("managementStatus"))
    is_installed = status is None or status.casefold() == "managed"
    return InstalledApp(
        bundle_id=filled(app.get("identifier")),
        name=filled(app.get("name")),
        version=filled(app.get("shortVersion")) or filled(app.get("version")),
        is_installed=is_installed,
        problem=None if is_installed else status,
    )
