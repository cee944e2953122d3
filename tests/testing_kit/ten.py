"""Ten mistakes adapters are known for, each planted in any of the vendors' backends by replacing one piece."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import wraps
from importlib import import_module
from typing import TypeVar

import pytest
from attrs import evolve

import ueapi_hexnode.facets.apps
import ueapi_hexnode.facets.devices
import ueapi_hexnode.facets.profiles
import ueapi_hexnode.facets.users
import ueapi_jamf.auth
import ueapi_jamf.facets.apps
import ueapi_jamf.facets.devices
import ueapi_jamf.facets.users
import ueapi_maas360.auth
import ueapi_maas360.facets.apps
import ueapi_maas360.facets.calls
import ueapi_maas360.facets.devices
import ueapi_maas360.facets.lately
import ueapi_maas360.facets.users
from ueapi.contract import (
    Accepted,
    Apps,
    Auth,
    Capability,
    CapabilitySheet,
    Devices,
    Level,
    Users,
    native,
    unsupported,
)
from ueapi.errors import Conflict, NotFound, Rejected, UeapiError
from ueapi.flow import Ask, Flow, Page, Reply, done
from ueapi.model import AppKind, LicenseMode, Ref
from ueapi.plugins import Registry
from ueapi.testing.sheet import FACETS, facet_methods

T = TypeVar("T")

Plant = Callable[[pytest.MonkeyPatch, str], None]

USERS: Mapping[str, type[Users]] = {
    "jamf": ueapi_jamf.facets.users.JamfUsers,
    "hexnode": ueapi_hexnode.facets.users.HexnodeUsers,
    "maas360": ueapi_maas360.facets.users.Maas360Users,
}
DEVICES: Mapping[str, type[Devices]] = {
    "jamf": ueapi_jamf.facets.devices.JamfDevices,
    "hexnode": ueapi_hexnode.facets.devices.HexnodeDevices,
    "maas360": ueapi_maas360.facets.devices.Maas360Devices,
}
APPS: Mapping[str, type[Apps]] = {
    "jamf": ueapi_jamf.facets.apps.JamfApps,
    "hexnode": ueapi_hexnode.facets.apps.HexnodeApps,
    "maas360": ueapi_maas360.facets.apps.Maas360Apps,
}
WAYS_IN: Mapping[str, type[Auth]] = {
    "jamf": ueapi_jamf.auth.ClientCredentials,
    "maas360": ueapi_maas360.auth.TokenAccess,
}
AN_OFFSET = timedelta(hours=2)


def reads_the_first_page_only(patch: pytest.MonkeyPatch, backend: str) -> None:
    """A listing ends with its first page, and the total that would tell is left out."""
    page = DEVICES[backend].page

    @wraps(page)
    def first(self, cursor):
        return Page((yield from page(self, cursor)).items)

    patch.setattr(DEVICES[backend], "page", first)


def takes_serial_numbers_for_ids(patch: pytest.MonkeyPatch, backend: str) -> None:
    """Where a row shows a serial number, the device is known by it."""
    page = DEVICES[backend].page

    @wraps(page)
    def by_serial(self, cursor):
        replies: list[Reply] = []
        found = yield from _overheard(page(self, cursor), replies)
        serials = _SERIALS[backend](replies)
        return evolve(found, items=tuple(_renamed(each, serials) for each in found.items))

    patch.setattr(DEVICES[backend], "page", by_serial)


def puts_ids_into_paths(patch: pytest.MonkeyPatch, backend: str) -> None:
    """A value is put into the path as it is."""
    get = USERS[backend].get

    @wraps(get)
    def raw(self, user_id):
        flow = get(self, user_id)
        replies = yield _unencoded(next(flow))
        return (yield from _rest(flow, replies))

    patch.setattr(USERS[backend], "get", raw)


def joins_forms_without_encoding(patch: pytest.MonkeyPatch, backend: str) -> None:
    """A form's values are joined as they are, so an ampersand ends one."""
    module = ueapi_maas360.facets.calls
    assert backend == "maas360"
    patch.setattr(
        module, "urlencode", lambda fields: "&".join(f"{k}={v}" for k, v in fields.items())
    )


def takes_a_limit_for_nothing(patch: pytest.MonkeyPatch, backend: str) -> None:
    """A 429 is one of many refusals, and a refused page is an empty one."""
    module = import_module(f"ueapi_{backend}.backend")
    fault = module.fault

    def refused(call, reply):
        if reply.status == 429:
            return Rejected("refused.", remedy="Change it.")
        return fault(call, reply)

    patch.setattr(module, "fault", refused)
    for facet in (USERS, DEVICES, APPS):
        patch.setattr(facet[backend], "page", _empty_when_refused(facet[backend].page))


def takes_licenses_for_those_of_devices(patch: pytest.MonkeyPatch, backend: str) -> None:
    """An app of the store is said to be licensed to devices, whatever the product shows."""
    page = APPS[backend].page

    def licensed(app):
        if app.kind is not AppKind.STORE:
            return app
        return app.model_copy(update={"license_mode": LicenseMode.DEVICE})

    @wraps(page)
    def wrong(self, cursor):
        found = yield from page(self, cursor)
        return evolve(found, items=tuple(map(licensed, found.items)))

    patch.setattr(APPS[backend], "page", wrong)


def keeps_its_first_token(patch: pytest.MonkeyPatch, backend: str) -> None:
    """Signing in again gives the token of the first time, which is said to have no end."""
    sign_in = WAYS_IN[backend].sign_in
    kept = {}

    @wraps(sign_in)
    def once(self):
        if id(self) not in kept:
            first = yield from sign_in(self)
            kept[id(self)] = self, evolve(first, lifetime=None)
        return kept[id(self)][1]

    patch.setattr(WAYS_IN[backend], "sign_in", once)


def takes_refusals_for_done(patch: pytest.MonkeyPatch, backend: str) -> None:
    """An order that the product refuses counts as accepted."""
    unenroll = DEVICES[backend].unenroll

    @wraps(unenroll)
    def accepted(self, device_id):
        try:
            return (yield from unenroll(self, device_id))
        except (NotFound, Rejected, Conflict):
            return Accepted()

    patch.setattr(DEVICES[backend], "unenroll", accepted)


def looks_at_the_status_only(patch: pytest.MonkeyPatch, backend: str) -> None:
    """A failure behind status 200 is none."""
    patch.setattr(f"ueapi_{backend}.backend.disguised", lambda *_: None)


def reads_times_in_another_zone(patch: pytest.MonkeyPatch, backend: str) -> None:
    """A time is taken for that of a clock two hours ahead."""
    page = DEVICES[backend].page

    def slipped(device):
        enrollment = device.enrollment
        since = enrollment.since and enrollment.since - AN_OFFSET
        seen = device.last_seen and device.last_seen - AN_OFFSET
        moved = enrollment.model_copy(update={"since": since})
        return device.model_copy(update={"last_seen": seen, "enrollment": moved})

    @wraps(page)
    def elsewhere(self, cursor):
        found = yield from page(self, cursor)
        return evolve(found, items=tuple(map(slipped, found.items)))

    patch.setattr(DEVICES[backend], "page", elsewhere)


def makes_objects_without_looking(patch: pytest.MonkeyPatch, backend: str) -> None:
    """Making sure of an object is making one, since nothing is found that is there already."""
    if backend == "jamf":
        patch.setattr(USERS[backend], "_stored", lambda *_: done(None))
    if backend == "hexnode":
        patch.setattr(ueapi_hexnode.facets.profiles, "_only", lambda _: None)
        patch.setattr(ueapi_hexnode.facets.profiles.LatelyMade, "id_of", lambda *_, **__: None)
    if backend == "maas360":
        patch.setattr(ueapi_maas360.facets.apps, "is_listed", lambda _: False)
        patch.setattr(ueapi_maas360.facets.lately.LatelyAdded, "find", lambda *_, **__: None)


def refuses_what_it_has(patch: pytest.MonkeyPatch, backend: str) -> None:
    """The sheet still says unsupported, and the code has come since."""
    _with_row(patch, backend, Capability.DEVICES_REPORT, unsupported("no such call", "a guide"))


def claims_what_it_has_not(patch: pytest.MonkeyPatch, backend: str) -> None:
    """The sheet says native, and there is no code."""
    _with_row(patch, backend, _without_code(backend), native("a brochure"))


# -- pieces ------------------------------------------------------------------------------------------


def _with_row(patch: pytest.MonkeyPatch, backend: str, capability: Capability, row) -> None:
    module = import_module(f"ueapi_{backend}.sheet")
    patch.setattr(module, "SHEET", CapabilitySheet.of({**module.SHEET.rows, capability: row}))


def _without_code(backend: str) -> Capability:
    """A capability with a method that this backend doesn't have."""
    sheet = Registry.installed().sheet(backend)
    for _, method, capability in facet_methods():
        if method != "translate" and sheet[capability].level in (Level.MANUAL, Level.UNSUPPORTED):
            return capability
    raise AssertionError(f"{backend} does everything of {', '.join(FACETS)}")


def _empty_when_refused(page):
    @wraps(page)
    def empty(self, cursor):
        try:
            return (yield from page(self, cursor))
        except Rejected:
            return Page(())

    return empty


def _overheard(flow: Flow[T], replies: list[Reply]) -> Flow[T]:
    """The same flow; keeps the answers it gets."""
    try:
        asked = next(flow)
        while True:
            try:
                got = yield asked
            except UeapiError as problem:
                asked = flow.throw(problem)
                continue
            replies += got
            asked = flow.send(got)
    except StopIteration as end:
        return end.value


def _rest(flow: Flow[T], replies: Iterable[Reply]) -> Flow[T]:
    try:
        flow.send(list(replies))
    except StopIteration as end:
        return end.value
    return (yield from flow)


def _unencoded(asked: Ask) -> Ask:
    return Ask(tuple(evolve(c, path=c.path.format_map(c.at), at={}) for c in asked.calls))


def _renamed(device, serials: Mapping[str, str]):
    number = serials.get(device.id)
    ref = Ref(tenant=device.ref.tenant, id=number) if number else device.ref
    return device.model_copy(update={"ref": ref})


def _serials_of_jamf(replies: Iterable[Reply]) -> dict[str, str]:
    rows = [row for reply in replies for row in json.loads(reply.body)["results"]]
    return {r["mobileDeviceId"]: r["hardware"].get("serialNumber") or "" for r in rows}


def _serials_of_hexnode(replies: Iterable[Reply]) -> dict[str, str]:
    rows = [row for reply in replies for row in json.loads(reply.body)["results"]]
    return {str(row["id"]): row.get("serial_number") or "" for row in rows}


def _serials_of_maas360(replies: Iterable[Reply]) -> dict[str, str]:
    rows = [
        row
        for reply in replies
        for row in reply.body.decode().split("<device>")
        if "DeviceID" in row
    ]
    return {_text("maas360DeviceID", row): _text("platformSerialNumber", row) for row in rows}


def _text(name: str, row: str) -> str:
    found = re.search(f"<{name}>([^<]*)</{name}>", row)
    return found[1] if found else ""


_SERIALS: Mapping[str, Callable[[Iterable[Reply]], dict[str, str]]] = {
    "jamf": _serials_of_jamf,
    "hexnode": _serials_of_hexnode,
    "maas360": _serials_of_maas360,
}
