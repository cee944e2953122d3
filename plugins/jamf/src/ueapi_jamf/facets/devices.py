"""Devices: one listing endpoint serves all reads, since it alone names the enrollment kind exactly."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ueapi.contract import Accepted, Capability, Devices, needs
from ueapi.errors import Conflict, NotFound
from ueapi.flow import Call, Flow, Page, ask
from ueapi.model import Device, DeviceReport
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.mapping.devices import device_from_wire, devices_from_wire, report_from_wire
from ueapi_jamf.paging import next_cursor, page_number
from ueapi_jamf.paths import DEVICE, DEVICES, UNMANAGE
from ueapi_jamf.wire.calls import classic_delete, pro_get, pro_post
from ueapi_jamf.wire.devices import DEVICE_PAGE, UNMANAGED, DeviceWire
from ueapi_jamf.wire.reading import read
from ueapi_jamf.wire.rsql import equals

PAGE_SIZE: Final = 500
"""Rows in one page: about a megabyte, so that a listing stays flat in memory. Jamf Pro's own cap is 2000."""

_LISTED: Final = ("GENERAL", "HARDWARE", "USER_AND_LOCATION")
_REPORTED: Final = (*_LISTED, "APPLICATIONS", "PROFILES")


@frozen
class JamfDevices(Facet, Devices):
    """Devices of a Jamf Pro server."""

    page_rows: int | None = None

    @needs(Capability.DEVICES_LIST)
    def page(self, cursor: str | None) -> Flow[Page[Device]]:
        page = page_number(cursor)
        size = min(self.page_rows or PAGE_SIZE, PAGE_SIZE)
        reply = yield from ask(pro_get("devices.list", DEVICES, query=_page_query(page, size)))
        found = read(DEVICE_PAGE, reply, what="the device listing")
        rows, total = found["results"], found["totalCount"]
        tenant, read_at = self.context.tenant, self.context.now()
        return Page(
            items=devices_from_wire(rows, tenant=tenant, read_at=read_at),
            next=next_cursor(page=page, size=size, rows=len(rows), total=total),
            total=total,
        )

    @needs(Capability.DEVICES_GET)
    def get(self, device_id: str) -> Flow[Device]:
        row = yield from one_device("devices.get", device_id, sections=_LISTED)
        return device_from_wire(row, tenant=self.context.tenant, read_at=self.context.now())

    @needs(Capability.DEVICES_REPORT)
    def report(self, device_id: str) -> Flow[DeviceReport]:
        row = yield from one_device("devices.report", device_id, sections=_REPORTED)
        return report_from_wire(row, tenant=self.context.tenant, read_at=self.context.now())

    @needs(Capability.DEVICES_UNENROLL)
    def unenroll(self, device_id: str) -> Flow[Accepted]:
        reply = yield from ask(pro_post("devices.unenroll", UNMANAGE, at={"id": device_id}))
        order = read(UNMANAGED, reply, what="the answer to the order to unmanage")
        return Accepted((order["commandUuid"],))

    @needs(Capability.DEVICES_FORGET)
    def forget(self, device_id: str) -> Flow[Accepted]:
        """Delete the record of a device that is no longer managed: one call to read it and one to delete it.

        Only the Classic API can delete one. It would delete the record of a managed phone as well, and nobody would
        manage that phone any more, so it is read first.
        """
        row = yield from one_device("devices.forget", device_id, sections=("GENERAL",))
        if row["general"]["managed"]:
            raise Conflict(
                f"device {device_id} is still enrolled, and nobody would manage it without its record.",
                remedy="Unenroll it, wait until the phone has left, then repeat; nothing was changed.",
            )
        yield from ask(classic_delete("devices.forget", DEVICE, at={"id": device_id}))
        return Accepted()


def one_device(operation: str, device_id: str, *, sections: tuple[str, ...]) -> Flow[DeviceWire]:
    """Read one row of the inventory with the wanted sections.

    Raises:
        NotFound: the server has no device with that id.
    """
    reply = yield from ask(_one(operation, device_id, sections=sections))
    rows = read(DEVICE_PAGE, reply, what="a device")["results"]
    for row in rows:
        if row["mobileDeviceId"] == device_id:
            return row
    raise NotFound(
        f"no mobile device has the id {device_id}.",
        remedy="List devices again; it may have been deleted.",
    )


def _one(operation: str, device_id: str, *, sections: tuple[str, ...]) -> Call:
    query = (*_sections(sections), ("filter", equals("mobileDeviceId", device_id)))
    return pro_get(operation, DEVICES, query=query)


def _page_query(page: int, size: int) -> tuple[tuple[str, str], ...]:
    return (
        *_sections(_LISTED),
        ("page", str(page)),
        ("page-size", str(size)),
        # Ids never change, so a device renamed meanwhile neither repeats nor vanishes between pages.
        ("sort", "mobileDeviceId:asc"),
    )


def _sections(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(("section", name) for name in names)
