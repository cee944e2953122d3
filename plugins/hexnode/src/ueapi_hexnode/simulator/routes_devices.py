"""Devices: the flat listing, the nested detail, and what hangs below one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.fleet import Hardware
from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_hexnode.simulator.answers import (
    answer,
    body_of,
    encoded,
    invalid,
    long_stamp,
    not_found,
    short_stamp,
)
from ueapi_hexnode.simulator.paging import ordered, page, page_encoded
from ueapi_hexnode.simulator.portal import Portal, Route
from ueapi_hexnode.simulator.state import INSTALLED, ActionRow, DeviceRow, UserRow

HIDDEN: Final = ""
"""Guess: what a serial number or UDID reads as under User Enrollment; it could be null as well."""

CAPACITY: Final = 128.0
USED: Final = 61.2


def device_of(portal: Portal, request: Request) -> DeviceRow:
    """The device named in the path."""
    row = portal.store.devices.get(int(request.path_params["id"]))
    if row is None:
        raise not_found()
    return row


def hardware_of(row: DeviceRow) -> Hardware | None:
    """What the phone shows of itself; nothing under User Enrollment."""
    return None if row.record is None else row.record.hardware


def _is_tablet(row: DeviceRow) -> bool:
    return row.product_name.startswith("iPad")


def _item(portal: Portal, row: DeviceRow) -> dict[str, object]:
    shown = hardware_of(row)
    return {
        "id": row.id,
        "device_name": row.name,
        "model_name": row.model_name,
        "os_name": "iOS",
        "os_version": row.os_version,
        "enrolled_time": long_stamp(row.enrolled),
        "last_reported": short_stamp(row.last_reported),
        "compliant": row.compliant,
        "serial_number": shown.serial if shown else HIDDEN,
        "udid": shown.udid if shown else HIDDEN,
        "enrollment_status": row.status,
        "user": {"id": row.user_id, "name": portal.store.users[row.user_id].name},
        "imei": shown.imei if shown else None,
    }


async def list_devices(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, List all devices; fields as seen on live portals.

    Guess: `is_active` chooses by whether the enrollment stands, and devices that left stay in the list.
    """
    rows = _chosen(request, list(portal.store.devices.values()))
    rows = ordered(request, rows, lambda d: d.name)
    return page_encoded(request, rows, lambda d: _encoded_item(portal, d))


def _encoded_item(portal: Portal, row: DeviceRow) -> str:
    """Rows of phones are kept, since the same ones are asked for over and over."""
    name = portal.store.users[row.user_id].name
    if row.shown is not None and row.shown[0] == name:
        return row.shown[1]
    item = encoded(_item(portal, row))
    if row.record is not None:
        row.shown = (name, item)
    return item


def _chosen(request: Request, rows: list[DeviceRow]) -> list[DeviceRow]:
    query = request.query_params
    if query.get("platform") in ("android", "windows"):
        return []
    if query.get("is_active") in ("True", "False"):
        rows = [d for d in rows if d.is_managed == (query["is_active"] == "True")]
    if query.get("device_type") in ("smartphone", "tablet"):
        rows = [d for d in rows if _is_tablet(d) == (query["device_type"] == "tablet")]
    return rows


async def note_devices(portal: Portal, request: Request) -> Response:
    """Source: a published client writes notes this way. Guess: the answer, and 400 for an unknown device."""
    body = await body_of(request)
    entries = body.get("devicedata")
    if not isinstance(entries, list) or not entries:
        raise invalid("devicedata", "This field is required.")
    rows = [(_noted(portal, entry), entry) for entry in entries]
    portal.touch_devices(request, *(row for row, _ in rows))
    for row, entry in rows:
        row.notes = str(entry.get("device_notes", row.notes))
    return answer({})


def _noted(portal: Portal, entry: object) -> DeviceRow:
    wanted = str(entry.get("deviceID")) if isinstance(entry, Mapping) else ""
    row = portal.store.devices.get(int(wanted)) if wanted.isdecimal() else None
    if row is None:
        raise invalid("deviceID", "Device does not exist.")
    return row


async def show_device(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Device details; fields from integrations and a field catalogue.

    Neither ownership, enrollment type, enrollment id nor Managed Apple ID is in it.
    """
    row = device_of(portal, request)
    owner = portal.store.users[row.user_id]
    return answer(
        {
            "id": row.id,
            "agent_active": False,
            "compliant": row.compliant,
            "platform": "ios",
            "enrollment_status": row.status,
            **_times(row),
            **_whereabouts(),
            "lostmode": False,
            "remarks": "",
            "user": _owner(owner),
            "device": _hardware(row),
            "policies": policies_on(portal, row),
            "applications": apps_on(portal, row),
        }
    )


def _times(row: DeviceRow) -> dict[str, object]:
    return {
        "enrolled_time": long_stamp(row.enrolled),
        "disenrolled_time": long_stamp(row.disenrolled),
        "lastreported": short_stamp(row.last_reported),
        "lastnotified": short_stamp(row.last_reported),
        "lastscanned": short_stamp(row.last_reported),
    }


def _whereabouts() -> dict[str, object]:
    """Blank: no agent app is installed, and Apple forbids the query under User Enrollment."""
    return {
        "last_location": None,
        "last_location_time": None,
        "latitude": None,
        "longitude": None,
        "location_tracking_disabled": True,
        "location_tracking_interval": 0,
    }


def _owner(user: UserRow) -> dict[str, object]:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "alternate_email": None,
        "phoneno": user.phoneno,
    }


def _hardware(row: DeviceRow) -> dict[str, object]:
    """The nested part, misspelled as the vendor does. Guess: a note is read back as `description`."""
    shown = hardware_of(row)
    return {
        "device_name": row.name,
        "model": row.model,
        "model_name": row.model_name,
        "product_name": row.product_name,
        "manufacture": "Apple",
        "os_name": "iOS",
        "os_version": row.os_version,
        "build_version": row.build_version,
        "device_type": "tablet" if _is_tablet(row) else "smartphone",
        "description": row.notes,
        "serial_number": shown.serial if shown else HIDDEN,
        "imei_1": shown.imei if shown else None,
        "imei_2": None,
        "phoeno_1": shown.phone_number if shown else None,
        "phoeno_2": None,
        "modem_firmware_version": None,
        "battery_level": row.battery,
        "device_capacity": CAPACITY,
        "used_device_capacity": USED,
        "available_device_capacity": round(CAPACITY - USED, 1),
        "is_supervised": False,
        "is_kiosk": False,
    }


def policies_on(portal: Portal, row: DeviceRow) -> list[dict[str, object]]:
    """Policies the phone confirmed. Guess: one still under way, or refused, shows in action status only."""
    return [
        {"id": policy.id, "name": policy.name, "version": held.version}
        for number, held in sorted(row.policies.items())
        if held.status == INSTALLED and (policy := portal.store.policies.get(number)) is not None
    ]


def apps_on(portal: Portal, row: DeviceRow) -> list[dict[str, object]]:
    """Managed apps with their state; Apple gives no list of personal ones under User Enrollment."""
    return [
        {
            "id": app.id,
            "name": app.name,
            "version": app.version if held.status == INSTALLED else "",
            "bundle_size": app.details.get("bundle_size", 0),
            "managed": True,
            "status": held.status,
            "black_listed": False,
        }
        for number, held in sorted(row.apps.items())
        if (app := portal.store.apps.get(number)) is not None
    ]


async def list_policies(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Device policies; path from published clients."""
    return page(request, policies_on(portal, device_of(portal, request)), _same)


async def list_applications(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Device applications; fields from published clients."""
    return page(request, apps_on(portal, device_of(portal, request)), _same)


async def list_locations(portal: Portal, request: Request) -> Response:
    """Source: path from published clients. Always empty: it needs the vendor's agent app."""
    device_of(portal, request)
    return page(request, [], _same)


async def list_action_status(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Action status. Guess: every field; newest first."""
    rows = device_of(portal, request).actions
    return page(request, rows[::-1], _action)


def _action(row: ActionRow) -> dict[str, object]:
    return {
        "id": row.id,
        "action": row.action,
        "status": row.status,
        "initiated_time": long_stamp(row.at),
        "completed_time": long_stamp(row.completed),
        "remarks": row.remarks,
    }


def _same(row: dict[str, object]) -> dict[str, object]:
    return row


TABLE: Final[tuple[Route, ...]] = (
    ("GET", "/devices/", list_devices, READS),
    ("POST", "/devices/", note_devices, CHANGES),
    ("GET", "/devices/{id:int}/", show_device, READS),
    ("GET", "/devices/{id:int}/policies/", list_policies, READS),
    ("GET", "/devices/{id:int}/applications/", list_applications, READS),
    ("GET", "/devices/{id:int}/locations/", list_locations, READS),
    ("GET", "/devices/{id:int}/action_status/", list_action_status, READS),
)
