"""Devices in the Classic API: the only place where a record can be deleted. Source: Classic API, `/mobiledevices`."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator.answers import Row, moment
from ueapi_jamf.simulator.classic import Fields, Rows, deleted, id_in_path, no_such, respond
from ueapi_jamf.simulator.device_fields import user_and_location
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import DeviceRow

Touch = Callable[..., None]
_ROOT = "mobile_device"


@define
class ClassicDeviceRoutes:
    """Devices by list and id."""

    server: Server
    touch: Touch

    def rows(self) -> list[Row]:
        """The routes."""
        base = "/JSSResource/mobiledevices"
        return [
            Row("GET", base, self.listing, READS, "Read Mobile Devices"),
            Row("GET", f"{base}/id/{{id}}", self.one, READS, "Read Mobile Devices"),
            Row("DELETE", f"{base}/id/{{id}}", self.delete, CHANGES, "Delete Mobile Devices"),
        ]

    async def listing(self, request: Request) -> Response:
        """Every device, never in pages. Source: Classic API; `modelDisplay` and `model_display` are both there."""
        items = tuple(_row(d) for d in self.server.devices.rows.values())
        return respond(request, "mobile_devices", Rows(_ROOT, items))

    async def one(self, request: Request) -> Response:
        """One device. Source: Classic API. Guess: the spelling of `device_ownership_level`."""
        return respond(request, _ROOT, self._shown(self._stored(request)))

    async def delete(self, request: Request) -> Response:
        """Delete a record. Source: Classic API. Guess: a phone still managed keeps its profile until it next calls."""
        row = self._stored(request)
        self.touch(request, str(row.id))
        if row.record is not None and row.is_managed:
            self.server.side.forget(row.record)
        self.server.devices.remove(row)
        self.server.device_groups.forget(row.id)
        self.server.settle()
        return deleted(_ROOT, row.id)

    def _stored(self, request: Request) -> DeviceRow:
        row = self.server.devices.rows.get(id_in_path(request))
        if row is None:
            no_such()
        return row

    def _shown(self, row: DeviceRow) -> Fields:
        located = user_and_location(row, self.server.owner_of(row))
        groups = self.server.device_groups.of(row)
        return {
            "general": {
                **_row(row),
                "os_version": row.os_version,
                "device_ownership_level": row.ownership,
                "enrollment_method": "User-initiated - no invitation",
                "last_inventory_update_utc": moment(row.last_inventory),
            },
            "location": {
                "username": located["username"],
                "realname": located["realName"],
                "real_name": located["realName"],
                "email_address": located["emailAddress"],
                "position": located["position"],
                "phone": located["phoneNumber"],
                "phone_number": located["phoneNumber"],
            },
            "applications": Rows(
                "application",
                tuple(
                    {
                        "application_name": a.name,
                        "application_version": a.version,
                        "identifier": a.bundle_id,
                    }
                    for a in row.apps
                ),
                is_sized=True,
            ),
            "configuration_profiles": Rows(
                "configuration_profile",
                tuple(
                    {"display_name": p.name, "identifier": p.identifier, "uuid": p.identifier}
                    for p in row.profiles
                ),
                is_sized=True,
            ),
            "mobile_device_groups": Rows(
                "mobile_device_group",
                tuple({"id": g.id, "name": g.name} for g in groups),
                is_sized=True,
            ),
        }


def _row(device: DeviceRow) -> Fields:
    return {
        "id": device.id,
        "name": device.name,
        "device_name": device.name,
        "udid": device.udid,
        "serial_number": device.serial,
        "phone_number": device.phone_number,
        "wifi_mac_address": "",
        "managed": device.is_managed,
        "supervised": False,
        "model": device.model,
        "model_identifier": device.model_identifier,
        "modelDisplay": device.model,
        "model_display": device.model,
        "username": device.username,
    }
