"""Devices in the Jamf Pro API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from attrs import define
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator import rsql
from ueapi_jamf.simulator.answers import (
    Json,
    Row,
    answer_json,
    encoded,
    json_object,
    names,
    not_found,
    problem,
    refuse,
)
from ueapi_jamf.simulator.device_fields import FILTERS, SORTS, field_of
from ueapi_jamf.simulator.device_pages import GROUPS, SECTIONS, details, inventory, light
from ueapi_jamf.simulator.paging import Order, in_order, order, page_of, page_of_encoded, window
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import DeviceRow, Shown, changes_of

Touch = Callable[..., None]

READ: Final = "Read Mobile Devices"
UPDATE: Final = "Update Mobile Devices"
UNMANAGE: Final = "Unmanage Mobile Devices"
WIPE: Final = "Send Mobile Device Remote Wipe Command"
_STABLE: Final = frozenset({"displayName", "mobileDeviceId"})
_LOCATION: Final = names(
    """
    username realName emailAddress position phoneNumber departmentId buildingId room
    """
)
_LIGHT_SORTS: Final = {
    "id": "mobileDeviceId",
    "name": "displayName",
    "serialNumber": "serialNumber",
    "udid": "udid",
    "model": "model",
    "modelIdentifier": "modelIdentifier",
    "username": "username",
    "phoneNumber": "devicePhoneNumber",
    "managementId": "managementId",
}


@define
class DeviceRoutes:
    """Lists, single records, and the two ways a record changes."""

    server: Server
    touch: Touch

    def rows(self) -> list[Row]:
        """The routes; the inventory list comes before single records, whose path would match it."""
        base = "/api/v2/mobile-devices"
        return [
            Row("GET", base, self.listing, READS, READ),
            Row("GET", f"{base}/detail", self.inventory, READS, READ),
            Row("GET", f"{base}/{{id}}", self.one, READS, READ),
            Row("PATCH", f"{base}/{{id}}", self.update, CHANGES, UPDATE),
            Row("GET", f"{base}/{{id}}/detail", self.detail, READS, READ),
            Row("POST", f"{base}/{{id}}/unmanage", self.unmanage, CHANGES, UNMANAGE),
            Row("POST", f"{base}/{{id}}/erase", self.erase, CHANGES, WIPE),
            Row(
                "POST",
                "/api/v1/mobile-devices/{id}/recalculate-smart-groups",
                self.recalculate,
                READS,
                READ,
            ),
        ]

    async def listing(self, request: Request) -> Response:
        """The light list; it takes no filter. Source: Jamf Pro API 11.30 schema, `/v2/mobile-devices`."""
        asked = window(request)
        wanted = order(request, "id:asc", _LIGHT_SORTS)
        rows = self._sorted(tuple((_LIGHT_SORTS[name], down) for name, down in wanted))
        return page_of(len(rows), [light(row) for row in asked.cut(rows)])

    async def inventory(self, request: Request) -> Response:
        """The inventory list. Source: Jamf Pro API 11.30 schema, `/v2/mobile-devices/detail`.

        Sections may also come joined by commas, as public clients send them.
        """
        sections = _sections(request)
        asked = window(request)
        wanted = order(request, "displayName:asc", SORTS)
        expression = rsql.parse(request.query_params.get("filter", ""), FILTERS)
        rows: Sequence[DeviceRow]
        rows = self._sorted(wanted) if expression is None else self._matching(expression, wanted)
        users = self.server.users.version
        shown = [self._inventory(row, sections, users) for row in asked.cut(rows)]
        return page_of_encoded(len(rows), shown)

    async def one(self, request: Request) -> Response:
        """One light record. Source: Jamf Pro API 11.30 schema, `/v2/mobile-devices/{id}`."""
        return answer_json(light(self._row(request)))

    async def detail(self, request: Request) -> Response:
        """One full record. Source: Jamf Pro API 11.30 schema, `/v2/mobile-devices/{id}/detail`."""
        return self._details(self._row(request))

    async def update(self, request: Request) -> Response:
        """Change a record. Source: Jamf Pro API 11.30 schema, `UpdateMobileDeviceV2`.

        Guess: a new name is ignored without supervision, which no phone here has.
        """
        device, body = self._row(request), await json_object(request)
        location = body.get("location")
        if location is not None and not isinstance(location, dict):
            refuse(400, "INVALID_FIELD", "An object was expected", field="location")
        self.touch(request, str(device.id))
        if isinstance(body.get("assetTag"), str):
            device.asset_tag = str(body["assetTag"])
        if isinstance(body.get("timeZone"), str):
            device.time_zone = str(body["timeZone"])
        if location:
            _relocate(device, location)
        self.server.devices.changed()
        self.server.settle()
        return self._details(device)

    async def unmanage(self, request: Request) -> Response:
        """Remove the management profile from the phone.

        Source: Jamf Pro API 11.30 schema, `/v2/mobile-devices/{id}/unmanage`.

        Guess: an unknown device is a 404, which isn't documented; one that isn't managed is a 500, as when a command
        can't be queued.
        """
        device = self._row(request)
        self.touch(request, str(device.id))
        uuid = self.server.leave(device)
        if uuid is None:
            return problem(500, "UNABLE_TO_QUEUE", "Unable to queue the command")
        return answer_json({"deviceId": str(device.id), "commandUuid": uuid})

    async def erase(self, request: Request) -> Response:
        """Erase a phone. Source: Jamf Pro API 11.30 schema, `/v2/mobile-devices/{id}/erase`.

        Apple forbids it under User Enrollment. Guess: the server refuses right away.
        """
        device = self._row(request)
        self.touch(request, str(device.id))
        return problem(400, "INVALID_DEVICE", "The device does not support this command")

    async def recalculate(self, request: Request) -> Response:
        """Work out a device's smart groups. Source: Jamf Pro API 11.30 schema."""
        groups = self.server.device_groups.of(self._row(request))
        return answer_json({"count": sum(1 for group in groups if group.is_smart)})

    def _inventory(self, device: DeviceRow, sections: tuple[str, ...], users: int) -> bytes:
        """One row of the inventory list. Rows of phones are kept, since the same ones are asked for over and over.

        `users` is the version of the users, which says whether an owner must be looked up again.
        """
        kept = device.shown.get(sections)
        if kept is not None and kept.is_of(users):
            return kept.row
        owner = self.server.owner_of(device)
        if kept is not None and kept.owner is owner and kept.changes == changes_of(owner):
            kept.users = users
            return kept.row
        row = encoded(inventory(device, owner, sections, self._groups_of))
        if device.record is not None and GROUPS not in sections:
            device.shown[sections] = Shown(owner, changes_of(owner), users, row)
        return row

    def _details(self, device: DeviceRow) -> Response:
        owner = self.server.owner_of(device)
        return answer_json(details(device, owner, self._groups_of(device)))

    def _row(self, request: Request) -> DeviceRow:
        text = request.path_params["id"]
        row = self.server.devices.rows.get(int(text)) if text.isdecimal() else None
        if row is None:
            not_found()
        return row

    def _groups_of(self, device: DeviceRow) -> list[Json]:
        return [
            {
                "groupId": str(g.id),
                "groupName": g.name,
                "groupDescription": g.description,
                "smart": g.is_smart,
            }
            for g in self.server.device_groups.of(device)
        ]

    def _sorted(self, wanted: Order) -> Sequence[DeviceRow]:
        devices = self.server.devices
        is_stable = all(name in _STABLE for name, _ in wanted)
        version = devices.names if is_stable else devices.version + self.server.users.version
        return devices.orders.get(
            wanted, version, lambda: self._in_order(devices.rows.values(), wanted)
        )

    def _in_order(self, rows: Iterable[DeviceRow], wanted: Order) -> list[DeviceRow]:
        owner_of = self.server.owner_of
        return in_order(rows, wanted, lambda r, name: field_of(r, owner_of(r), name), _id_of)

    def _matching(self, expression: rsql.Expression, wanted: Order) -> list[DeviceRow]:
        test = rsql.compiled(expression)
        candidates = self._candidates(expression)
        return self._in_order((r for r in candidates if test(self._getter(r))), wanted)

    def _candidates(self, expression: rsql.Expression) -> Iterable[DeviceRow]:
        """Rows the filter can match at all; ids are looked up instead of tried one by one."""
        devices = self.server.devices
        if (ids := rsql.wanted(expression, "mobileDeviceId")) is not None:
            found = {int(i): devices.rows.get(int(i)) for i in ids if i.isdecimal()}
        elif (names := rsql.wanted(expression, "managementId")) is not None:
            rows = (devices.managed_as(name) for name in names)
            found = {row.id: row for row in rows if row is not None}
        else:
            return devices.rows.values()
        return [row for row in found.values() if row is not None]

    def _getter(self, device: DeviceRow) -> rsql.Getter:
        return lambda name: self._value(device, name)

    def _value(self, device: DeviceRow, name: str) -> object:
        if name in {"groupId", "groupName"}:
            groups = self.server.device_groups.of(device)
            return rsql.Several(str(g.id) if name == "groupId" else g.name for g in groups)
        return field_of(device, self.server.owner_of(device), name)


def _id_of(row: DeviceRow) -> int:
    return row.id


def _sections(request: Request) -> tuple[str, ...]:
    texts = [s for v in request.query_params.getlist("section") for s in v.split(",") if s]
    for text in texts:
        if text not in SECTIONS:
            refuse(400, "INVALID_FIELD", "There is no such section", field="section")
    return tuple(dict.fromkeys(texts)) or ("GENERAL",)


def _relocate(device: DeviceRow, location: dict[str, object]) -> None:
    given = {k: str(v) for k, v in location.items() if k in _LOCATION and v is not None}
    if "username" in given:
        device.username = given.pop("username")
        device.location = None
    if given:
        device.location = {**(device.location or {}), **given}
