"""Devices, what they report, and how they leave."""

from __future__ import annotations

from functools import partial

from attrs import field, frozen

from ueapi.contract import Accepted, Devices
from ueapi.flow import Effect, Flow, Page, ask
from ueapi.model import Device, DeviceReport
from ueapi_hexnode import assumed
from ueapi_hexnode.facets.calls import action, number, reading, taken
from ueapi_hexnode.facets.catalog import Catalog
from ueapi_hexnode.facets.listing import Listing
from ueapi_hexnode.mapping.devices import device_from_detail, devices_from_rows, report_from_detail
from ueapi_hexnode.mapping.origin import Source
from ueapi_hexnode.wire.base import read
from ueapi_hexnode.wire.devices import DeviceDetailRow, read_devices


@frozen
class HexnodeDevices(Devices):
    """The portal's devices."""

    _source: Source
    _catalog: Catalog
    _per_page: int = field(kw_only=True)

    def page(self, cursor: str | None) -> Flow[Page[Device]]:
        """List devices of all makers and kinds: one call for each page."""
        listing = Listing(operation="devices.list", path="/devices/", per_page=self._per_page)
        page = yield from listing.page_by(partial(read_devices, of=listing.operation), cursor)
        return Page(devices_from_rows(self._source, page.items), page.next, page.total)

    def get(self, device_id: str) -> Flow[Device]:
        """Read one device: one call."""
        row = yield from self._detail("devices.get", device_id)
        return device_from_detail(self._source, row)

    def report(self, device_id: str) -> Flow[DeviceReport]:
        """Read policies and managed apps: one call, and a read of the app catalog when an app is new to us."""
        row = yield from self._detail("devices.report", device_id)
        apps = {a.id for a in row.applications or () if a.id is not None}
        bundle_ids = yield from self._catalog.bundle_ids(apps)
        return report_from_detail(self._source, row, bundle_ids)

    def unenroll(self, device_id: str) -> Flow[Accepted]:
        """Order the end of the enrollment: one call; follow `enrollment.state`."""
        body = {"devices": [number(device_id)]}
        yield from taken(
            action("devices.unenroll", assumed.DISENROLL, body, effect=Effect.READABLE)
        )
        return Accepted()

    def _detail(self, operation: str, device_id: str) -> Flow[DeviceDetailRow]:
        reply = yield from ask(reading(operation, "/devices/{id}/", device_id))
        return read(DeviceDetailRow, reply, of="a device")
