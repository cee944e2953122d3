"""Searching devices: version 1.0, version 2.0, and by group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.fleet import Hardware
from ueapi.rehearsal.simulator import READS
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import Refused, answer, milliseconds, number_in
from ueapi_maas360.simulator.device_fields import (
    core_fields,
    full_fields,
    hardware_of,
    is_compliant,
    row,
)
from ueapi_maas360.simulator.paging import Page, Wanted, listing
from ueapi_maas360.simulator.state import DeviceRow, UserRow

ROOT: Final = "devices"
OUT_OF_COMPLIANCE: Final = "ooc"
_NO_RULE_BROKEN: Final = ("ruleCompliance", "appCompliance")
_OF_POLICY: Final = ("plcCompliance", "pswdCompliance")
_OTHER_IDS: Final = ("wifiMacAddress", "mailboxDeviceId", "mdmMailboxDeviceId", "mailBoxManaged")


@frozen
class _Found:
    """A device with what its filters look at; nothing of the hardware for a personal phone."""

    device: DeviceRow
    owner: UserRow | None
    hardware: Hardware | None


Test = Callable[[_Found], bool]

_FIXED: Final[Mapping[str, str]] = {"platformName": "iOS", **dict.fromkeys(_OTHER_IDS, "")}
"""Values every device here has. Whoever asks for something a personal phone doesn't show finds none."""
_BY_BEGINNING: Final[Mapping[str, Callable[[_Found], str]]] = {
    "partialDeviceName": lambda f: f.device.name,
    "partialUsername": lambda f: f.owner.username if f.owner else "",
    "partialPhoneNumber": lambda f: f.hardware.phone_number if f.hardware else "",
}
_AS_A_WHOLE: Final[Mapping[str, Callable[[_Found], str]]] = {
    "maas360DeviceId": lambda f: f.device.key,
    "deviceStatus": lambda f: "Active" if f.device.is_active else "Inactive",
    "maas360ManagedStatus": lambda f: f.device.managed.value,
    "selectiveWipe": lambda f: f.device.wiped.value,
    "userDomain": lambda f: f.owner.domain if f.owner else "",
    "email": lambda f: f.owner.email if f.owner else "",
    "udid": lambda f: f.hardware.udid if f.hardware else "",
    "imeiMeid": lambda f: f.hardware.imei if f.hardware else "",
}


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
    asked = dict(request.query_params)
    fields = full_fields if is_full else core_fields
    rows = _sorted(asked, _fitting(account, asked, devices))
    page = Page.asked(asked)
    return answer(request, ROOT, listing(page, rows, "device", lambda d: row(account, d, fields)))


def _fitting(
    account: Account, asked: Mapping[str, str], devices: list[DeviceRow]
) -> list[DeviceRow]:
    """The devices that fit every filter; only filters that were asked for look at them."""
    wanted = Wanted(asked)
    if _wants_a_broken_rule(asked) or not all(wanted.equals(k, v) for k, v in _FIXED.items()):
        return []
    tests = list(_tests(wanted, asked))
    if not tests:
        return devices
    users = account.store.users
    found = (_Found(d, users.get(d.user_id), hardware_of(d)) for d in devices)
    return [f.device for f in found if all(test(f) for test in tests)]


def _tests(wanted: Wanted, asked: Mapping[str, str]) -> Iterator[Test]:
    for name, value in _BY_BEGINNING.items():
        if wanted.asks(name):
            yield partial(_begins, wanted, name, value)
    for name, value in _AS_A_WHOLE.items():
        if wanted.asks(name):
            yield partial(_equals, wanted, name, value)
    if any(asked.get(name, "").casefold() == OUT_OF_COMPLIANCE for name in _OF_POLICY):
        yield lambda f: not is_compliant(f.device)
    since = number_in(asked, "lastReportedAfterInEpochms")
    if since is not None:
        yield lambda f: (milliseconds(f.device.last_reported) or 0) > since


def _begins(wanted: Wanted, name: str, value: Callable[[_Found], str], found: _Found) -> bool:
    return wanted.begins(name, value(found))


def _equals(wanted: Wanted, name: str, value: Callable[[_Found], str], found: _Found) -> bool:
    return wanted.equals(name, value(found))


def _wants_a_broken_rule(asked: Mapping[str, str]) -> bool:
    """Guess: a phone here breaks no rule and has no forbidden app; only its policy can be missing."""
    return any(asked.get(name, "").casefold() == OUT_OF_COMPLIANCE for name in _NO_RULE_BROKEN)


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
