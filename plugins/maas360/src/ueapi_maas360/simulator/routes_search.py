"""Searching devices: version 1.0, version 2.0, and by group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import READS
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import Refused, answer, milliseconds, number_in
from ueapi_maas360.simulator.device_fields import core_fields, full_fields, is_compliant
from ueapi_maas360.simulator.paging import Page, Wanted, listing
from ueapi_maas360.simulator.state import DeviceRow, UserRow

ROOT: Final = "devices"
OUT_OF_COMPLIANCE: Final = "ooc"
_COMPLIANCE: Final = ("ruleCompliance", "appCompliance")
_OTHER_IDS: Final = ("wifiMacAddress", "mailboxDeviceId", "mdmMailboxDeviceId", "mailBoxManaged")


async def search_1(account: Account, request: Request) -> Response:
    """Source: published clients, basic search 1.0. Guess: it takes the filters of 2.0 too."""
    return _found(account, request, account.store.shown_devices(), is_full=False)


async def search_2(account: Account, request: Request) -> Response:
    """Source: published clients, basic search 2.0."""
    return _found(account, request, account.store.shown_devices(), is_full=True)


async def search_by_group(account: Account, request: Request) -> Response:
    """Source: published clients, `deviceGroupId`. Guess: the fields are those of search 1.0; 404 for no such group."""
    number = number_in(request.query_params, "deviceGroupId")
    group = account.store.groups.get(number or 0)
    if group is None or group.is_of_users:
        raise Refused(assumed.NO_SUCH_STATUS)
    return _found(account, request, account.store.devices_in(group), is_full=False)


def _found(
    account: Account, request: Request, devices: list[DeviceRow], *, is_full: bool
) -> Response:
    asked = request.query_params
    show = full_fields if is_full else core_fields
    rows = _sorted(asked, [d for d in devices if _fits(account, asked, d)])
    page = Page.asked(asked)
    return answer(request, ROOT, listing(page, rows, "device", lambda d: show(account, d)))


def _fits(account: Account, asked: Mapping[str, str], device: DeviceRow) -> bool:
    wanted, owner = Wanted(asked), account.store.users.get(device.user_id)
    return (
        _fits_owner(wanted, owner)
        and _fits_hardware(wanted, device)
        and wanted.equals("maas360DeviceId", device.key)
        and wanted.begins("partialDeviceName", device.name)
        and wanted.equals("platformName", "iOS")
        and wanted.equals("deviceStatus", "Active" if device.is_active else "Inactive")
        and wanted.equals("maas360ManagedStatus", device.managed.value)
        and wanted.equals("selectiveWipe", device.wiped.value)
        and _fits_compliance(asked, device)
        and _reported_since(asked, device)
    )


def _fits_owner(wanted: Wanted, owner: UserRow | None) -> bool:
    return (
        wanted.begins("partialUsername", owner.username if owner else "")
        and wanted.equals("userDomain", owner.domain if owner else "")
        and wanted.equals("email", owner.email if owner else "")
    )


def _fits_hardware(wanted: Wanted, device: DeviceRow) -> bool:
    """Whoever asks for something a personal phone doesn't show finds none."""
    hardware = None if device.record is None else device.record.hardware
    return (
        wanted.begins("partialPhoneNumber", hardware.phone_number if hardware else "")
        and wanted.equals("udid", hardware.udid if hardware else "")
        and wanted.equals("imeiMeid", hardware.imei if hardware else "")
        and all(wanted.equals(name, "") for name in _OTHER_IDS)
    )


def _fits_compliance(asked: Mapping[str, str], device: DeviceRow) -> bool:
    """Guess: a phone here breaks no rule and has no forbidden app; only its policy can be missing."""
    if any(asked.get(name, "").casefold() == OUT_OF_COMPLIANCE for name in _COMPLIANCE):
        return False
    names = ("plcCompliance", "pswdCompliance")
    is_asked = any(asked.get(name, "").casefold() == OUT_OF_COMPLIANCE for name in names)
    return not is_asked or not is_compliant(device)


def _reported_since(asked: Mapping[str, str], device: DeviceRow) -> bool:
    since = number_in(asked, "lastReportedAfterInEpochms")
    return since is None or (milliseconds(device.last_reported) or 0) > since


def _sorted(asked: Mapping[str, str], devices: list[DeviceRow]) -> list[DeviceRow]:
    """Newest first by last report, unless told otherwise. Source: published clients, `dsc` and not `desc`."""
    by_installed = asked.get("sortAttribute", "").casefold() == "installeddate"
    rising = asked.get("sortOrder", "").casefold() == "asc"
    return sorted(
        devices,
        key=lambda d: d.enrolled if by_installed else d.last_reported,
        reverse=not rising,
    )


_DEVICES: Final = "/device-apis/devices"

TABLE: Final[tuple[Route, ...]] = (
    Route("GET", f"{_DEVICES}/1.0/search/{{billing}}", search_1, READS, ROOT),
    Route("GET", f"{_DEVICES}/2.0/search/customer/{{billing}}", search_2, READS, ROOT),
    Route("GET", f"{_DEVICES}/1.0/searchByDeviceGroup/{{billing}}", search_by_group, READS, ROOT),
)
