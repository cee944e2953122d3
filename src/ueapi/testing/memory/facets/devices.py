"""Devices, what they report, and how they leave."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ueapi.contract import Accepted, Devices
from ueapi.flow import Effect, Flow, Page, ask
from ueapi.model import Device, DeviceReport
from ueapi.testing.memory.calls import Listing, reading, writing
from ueapi.testing.memory.mapping import Source, device, report
from ueapi.testing.memory.wire import (
    CommandsRow,
    DeviceRow,
    PageRow,
    RemovedRow,
    ReportRow,
    read,
)

PATH: Final = "/v1/devices"
ONE: Final = "/v1/devices/{id}"


@frozen
class MemoryDevices(Devices):
    """The tenant's devices."""

    _source: Source
    _rows: int

    def page(self, cursor: str | None) -> Flow[Page[Device]]:
        """List devices of every kind, ended enrollments too: one call for each page."""
        listing = Listing(operation="devices.list", path=PATH, rows=self._rows)
        return (yield from listing.page(PageRow[DeviceRow], cursor, translate=self._device))

    def get(self, device_id: str) -> Flow[Device]:
        """Read one device: one call."""
        reply = yield from ask(reading("devices.get", ONE, device_id))
        return self._device(read(DeviceRow, reply, of="a device"))

    def report(self, device_id: str) -> Flow[DeviceReport]:
        """Read what the phone has: one call."""
        reply = yield from ask(reading("devices.report", f"{ONE}/report", device_id))
        return report(self._source, read(ReportRow, reply, of="a report"))

    def unenroll(self, device_id: str) -> Flow[Accepted]:
        """Order the end of the enrollment: one call. The phone obeys at its next contact; follow its state."""
        call = writing(
            "devices.unenroll",
            "POST",
            f"{ONE}/unenroll",
            effect=Effect.IDEMPOTENT,
            native=device_id,
        )
        row = read(CommandsRow, (yield from ask(call)), of="the order")
        return Accepted(row.commands)

    def forget(self, device_id: str) -> Flow[Accepted]:
        """Remove the record of an ended enrollment: one call.

        Raises:
            Conflict: the enrollment has not ended; nothing was changed.
        """
        call = writing("devices.forget", "DELETE", ONE, effect=Effect.IDEMPOTENT, native=device_id)
        read(RemovedRow, (yield from ask(call)), of="the removal")
        return Accepted()

    def _device(self, row: DeviceRow) -> Device:
        return device(self._source, row)
