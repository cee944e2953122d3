"""Devices, what they report, how they leave, and how their record goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import field, frozen

from ueapi.contract import Accepted, Devices
from ueapi.errors import Conflict, NotFound
from ueapi.flow import Call, Effect, Flow, Page, Reply, ask, ask_all
from ueapi.model import Device, DeviceReport, EnrollmentState
from ueapi_maas360.facets.calls import Account, taken
from ueapi_maas360.facets.listing import MATCH_EXACTLY, Listing
from ueapi_maas360.mapping.devices import (
    KEY,
    PLATFORM,
    device_from_row,
    devices_from_rows,
    joined,
    report_from_rows,
)
from ueapi_maas360.mapping.origin import Source
from ueapi_maas360.wire.reading import Record, read

SEARCH: Final = "/device-apis/devices/2.0/search/customer/{billing}"
_VIEW: Final = "/device-apis/devices/1.0/{view}/{billing}"

_OLDEST_FIRST: Final = {"sortAttribute": "installedDate", "sortOrder": "asc"}
"""By default a device moves to the front when it reports, and would be missed by a listing that is past the front."""


def listed_phones(account: Account, operation: str, rows: int) -> Listing:
    """The account's iPhones and iPads with their newest values, `rows` on a page, for an operation of this name."""
    return Listing(
        account=account,
        operation=operation,
        path=SEARCH,
        root="devices",
        row="device",
        rows=rows,
        where={"platformName": PLATFORM, **_OLDEST_FIRST},
    )


@frozen(kw_only=True)
class Maas360Devices(Devices):
    """The account's iPhones and iPads, whatever their kind of enrollment; other platforms are not listed."""

    _account: Account
    _source: Source
    _page_rows: int
    _user_enrollment_mode: str | None = field(default=None)

    def page(self, cursor: str | None) -> Flow[Page[Device]]:
        """List devices, also those whose enrollment has ended: one call for each page."""
        listing = listed_phones(self._account, "devices.list", self._page_rows)
        page = yield from listing.page(cursor)
        devices = devices_from_rows(
            self._source, page.items, user_enrollment_mode=self._user_enrollment_mode
        )
        return Page(devices, page.next, page.total)

    def get(self, device_id: str) -> Flow[Device]:
        """Read one device: two calls, since neither view shows all of it."""
        operation = "devices.get"
        core, searched = yield from ask_all(self._views(operation, device_id))
        return self._device(_row(device_id, core, searched))

    def report(self, device_id: str) -> Flow[DeviceReport]:
        """Read the policy and the managed apps: three calls."""
        operation = "devices.report"
        software = self._view(operation, "softwareInstalled", device_id)
        core, searched, installed = yield from ask_all(
            [*self._views(operation, device_id), software]
        )
        row = _row(device_id, core, searched)
        apps = read(installed, "deviceSoftwares", of="installed apps")
        return report_from_rows(self._device(row), row, apps)

    def unenroll(self, device_id: str) -> Flow[Accepted]:
        """Order that control of the device is removed: one call; follow `enrollment.state`.

        Raises:
            Rejected: the product doesn't let the device go now.
        """
        return (yield from self._order("devices.unenroll", "removeDevice", device_id))

    def forget(self, device_id: str) -> Flow[Accepted]:
        """Hide the record of an ended enrollment: two calls to see that it has ended, and one to hide it.

        The product has no call that deletes a record.

        Raises:
            Conflict: the enrollment is active, or not yet at its end. Nothing was changed.
        """
        device = yield from self.get(device_id)
        if device.enrollment.state is not EnrollmentState.ENDED:
            raise Conflict(
                "the enrollment of this device has not ended.",
                remedy="Unenroll the device first, and wait until it has left. Nothing was changed.",
            )
        return (yield from self._order("devices.forget", "hideDevice", device_id))

    def _order(self, operation: str, action: str, device_id: str) -> Flow[Accepted]:
        call = self._account.form(
            operation,
            f"/device-apis/devices/1.0/{action}/{{billing}}",
            {"deviceId": device_id},
            effect=Effect.READABLE,
        )
        return taken((yield from ask(call)))

    def _views(self, operation: str, device_id: str) -> Sequence[Call]:
        search = {"maas360DeviceId": device_id, **MATCH_EXACTLY}
        return (
            self._view(operation, "core", device_id),
            self._account.reading(operation, SEARCH, query=search),
        )

    def _view(self, operation: str, view: str, device_id: str) -> Call:
        return self._account.reading(
            operation, _VIEW, at={"view": view}, query={"deviceId": device_id}
        )

    def _device(self, row: Record) -> Device:
        return device_from_row(self._source, row, user_enrollment_mode=self._user_enrollment_mode)


def _row(device_id: str, core: Reply, searched: Reply) -> Record:
    """The device's row of both views.

    Raises:
        NotFound: the core view shows no device.
        Unintelligible: it shows another one.
    """
    row = read(core, "device", of="a device")
    shown = row.text(KEY)
    if shown is None:
        raise NotFound(
            "the product has no such device.",
            remedy="It may have been hidden in the meantime; list again. Nothing was changed.",
        )
    if shown != device_id:
        raise row.misfit(KEY, "the one asked for")
    rows = read(searched, "devices", of="a device").records("device")
    return joined(next((r for r in rows if r.text(KEY) == device_id), None), row)
