"""Devices, what they report, and their commands."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ueapi.model import EnrollmentKind
from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi.testing.memory.simulator.answers import conflict, found, page, stamp
from ueapi.testing.memory.simulator.state import (
    CommandRow,
    DeviceRow,
    Held,
    Store,
)
from ueapi.testing.memory.simulator.tenancy import Route, Tenancy

KINDS: Final = {
    EnrollmentKind.ACCOUNT_DRIVEN_USER: "account_driven_user",
    EnrollmentKind.PROFILE_DRIVEN_USER: "profile_driven_user",
    EnrollmentKind.DEVICE: "device",
}


def _device(store: Store, row: DeviceRow) -> dict[str, object]:
    record = row.record
    user = store.users.get(row.user)
    return {
        "id": row.id,
        "name": record.device_name or None,
        "model": record.model or None,
        "model_identifier": record.product_name or None,
        "os_version": record.os_version or None,
        "user": None if user is None else {"id": user.id, "username": user.username},
        "enrollment": _enrollment(row),
        "last_seen": stamp(record.last_seen),
    }


def _enrollment(row: DeviceRow) -> dict[str, object]:
    record = row.record
    state = "ended" if not row.is_managed else "ending" if row.is_ending else "enrolled"
    return {
        "kind": KINDS[record.kind],
        "state": state,
        # Outside of User Enrollment a phone is known by its UDID, which this API never shows.
        "enrollment_id": record.identifier if record.kind.is_user_enrollment else None,
        "since": stamp(record.since),
        "ended": stamp(record.ended),
    }


def _command(row: CommandRow) -> dict[str, object]:
    state = "waiting" if row.completed is None else "failed" if row.problem else "done"
    return {
        "id": row.id,
        "kind": row.kind,
        "state": state,
        "sent": stamp(row.sent),
        "completed": stamp(row.completed),
        "problem": row.problem,
    }


async def list_devices(tenancy: Tenancy, request: Request) -> Response:
    """All devices, also those whose enrollment has ended."""
    rows = list(tenancy.store.devices.values())
    return page(request, rows, lambda row: _device(tenancy.store, row))


async def get_device(tenancy: Tenancy, request: Request) -> Response:
    """One device."""
    return JSONResponse(_device(tenancy.store, _found(tenancy, request)))


async def get_report(tenancy: Tenancy, request: Request) -> Response:
    """One device with the profiles and apps it was sent, and how far each has come."""
    store, row = tenancy.store, _found(tenancy, request)
    profiles = [
        {"id": i, "name": store.profiles[i].name, **_held(h)} for i, h in row.profiles.items()
    ]
    apps = [
        {
            "bundle_id": store.apps[i].bundle_id,
            "name": store.apps[i].name,
            "version": store.apps[i].version,
            **_held(held),
        }
        for i, held in row.apps.items()
    ]
    return JSONResponse({"device": _device(store, row), "profiles": profiles, "apps": apps})


def _held(held: Held) -> dict[str, object]:
    return {"state": held.progress.value, "problem": held.problem}


async def unenroll(tenancy: Tenancy, request: Request) -> Response:
    """Order the end of an enrollment; ordering it again changes nothing."""
    row = _found(tenancy, request)
    command = tenancy.delivery.unenroll(row)
    return JSONResponse({"commands": [] if command is None else [command]}, 202)


async def forget(tenancy: Tenancy, request: Request) -> Response:
    """Remove the record of an ended enrollment; removing it again changes nothing."""
    row = tenancy.store.devices.get(request.path_params["id"])
    if row is None:
        return JSONResponse({"removed": False})
    tenancy.touch(request, row.id)
    if row.is_managed:
        raise conflict("", "The device is enrolled.")
    tenancy.store.devices.pop(row.id)
    for group in tenancy.store.groups.values():
        group.members = [one for one in group.members if one != row.id]
    return JSONResponse({"removed": True})


async def refresh(tenancy: Tenancy, request: Request) -> Response:
    """Ask the phone what it is and what it has."""
    row = _found(tenancy, request)
    if not row.is_managed:
        raise conflict("", "The enrollment has ended.")
    return JSONResponse({"commands": tenancy.delivery.inquire(row)}, 202)


async def list_commands(tenancy: Tenancy, request: Request) -> Response:
    """The commands of one device, newest first."""
    return page(request, list(reversed(_found(tenancy, request).commands)), _command)


def _found(tenancy: Tenancy, request: Request) -> DeviceRow:
    row = found(tenancy.store.devices, request, "device")
    tenancy.touch(request, row.id)
    return row


TABLE: Final[tuple[Route, ...]] = (
    ("GET", "/v1/devices", list_devices, READS),
    ("GET", "/v1/devices/{id}", get_device, READS),
    ("DELETE", "/v1/devices/{id}", forget, CHANGES),
    ("GET", "/v1/devices/{id}/report", get_report, READS),
    ("POST", "/v1/devices/{id}/unenroll", unenroll, CHANGES),
    ("POST", "/v1/devices/{id}/refresh", refresh, CHANGES),
    ("GET", "/v1/devices/{id}/commands", list_commands, READS),
)
