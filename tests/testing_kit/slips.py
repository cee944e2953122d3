"""Small mistakes of an adapter, each planted by replacing one piece; `bugs` has those that only trouble shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve

import ueapi_hexnode.facets.apps
import ueapi_hexnode.facets.devices
import ueapi_hexnode.facets.groups
import ueapi_hexnode.facets.users
import ueapi_hexnode.sheet
from ueapi.contract import Capability, CapabilitySheet, Change, Ensured, Groups, native, needs
from ueapi.errors import Rejected, Unavailable
from ueapi.flow import Page
from ueapi.model import App, Device, EnrollmentID

Plant = Callable[[pytest.MonkeyPatch], None]

HEXNODE_USERS = ueapi_hexnode.facets.users.HexnodeUsers
HEXNODE_GROUPS = ueapi_hexnode.facets.groups.HexnodeGroups
HEXNODE_DEVICES = ueapi_hexnode.facets.devices.HexnodeDevices
HEXNODE_APPS = ueapi_hexnode.facets.apps.HexnodeApps


def forgets_the_last_row(patch: pytest.MonkeyPatch) -> None:
    """Each page lacks its last row, and its total hides that."""
    original = HEXNODE_USERS.page

    def page(self, cursor):
        found = yield from original(self, cursor)
        return Page(found.items[:-1], next=found.next)

    patch.setattr(HEXNODE_USERS, "page", page)


def compares_cases(patch: pytest.MonkeyPatch) -> None:
    """A person is found only by the very letters."""
    original = HEXNODE_USERS.find

    def find(self, managed_apple_id):
        found = yield from original(self, managed_apple_id)
        is_same = found is not None and str(found.managed_apple_id) == str(managed_apple_id)
        return found if is_same else None

    patch.setattr(HEXNODE_USERS, "find", find)


def reads_otherwise_alone(patch: pytest.MonkeyPatch) -> None:
    """A device read alone goes through another mapping than its row."""
    original = HEXNODE_DEVICES.get

    def get(self, device_id):
        found = yield from original(self, device_id)
        return found.model_copy(update={"name": f"{found.name} "})

    patch.setattr(HEXNODE_DEVICES, "get", get)


def always_says_created(patch: pytest.MonkeyPatch) -> None:
    """Nothing tells a new app from one that was there."""
    original = HEXNODE_APPS.ensure

    def ensure(self, draft):
        found = yield from original(self, draft)
        return Ensured(found.value, Change.CREATED)

    patch.setattr(HEXNODE_APPS, "ensure", ensure)


def invents_enrollment_ids(patch: pytest.MonkeyPatch) -> None:
    """A field the sheet refuses is filled with something at hand."""
    original = HEXNODE_DEVICES.page

    def invented(device: Device) -> Device:
        made = device.enrollment.model_copy(update={"enrollment_id": EnrollmentID(device.id)})
        return device.model_copy(update={"enrollment": made})

    def page(self, cursor):
        found = yield from original(self, cursor)
        return evolve(found, items=tuple(map(invented, found.items)))

    patch.setattr(HEXNODE_DEVICES, "page", page)


def has_another_parameter(patch: pytest.MonkeyPatch) -> None:
    """A method asks for more than the contract gives it."""
    original = HEXNODE_GROUPS.get

    def get(self, group, depth=1):
        return original(self, group)

    patch.setattr(HEXNODE_GROUPS, "get", get)


def carries_another_capability(patch: pytest.MonkeyPatch) -> None:
    """A method is marked with the ability of its neighbor."""
    original = HEXNODE_GROUPS.get

    def get(self, group):
        return original(self, group)

    get.__annotations__ = Groups.get.__annotations__
    patch.setattr(HEXNODE_GROUPS, "get", needs(Capability.GROUPS_LIST)(get))


def claims_what_it_lacks(patch: pytest.MonkeyPatch) -> None:
    """A row says native, and there is no code."""
    rows = {**ueapi_hexnode.sheet.SHEET.rows, Capability.LICENSES_ASSIGN: native("a brochure")}
    patch.setattr(ueapi_hexnode.sheet, "SHEET", CapabilitySheet.of(rows))


def repeats_what_the_product_says(patch: pytest.MonkeyPatch) -> None:
    """The answer's body is put into the error."""

    def fault(call, reply):
        if reply.status >= 500:
            return Unavailable("a fault", remedy="Repeat.")
        return Rejected(f"refused: {reply.body.decode()}", remedy="Change it.")

    patch.setattr("ueapi_hexnode.backend.fault", fault)


def asks_twice(patch: pytest.MonkeyPatch) -> None:
    """A device is read twice for one answer."""
    original = HEXNODE_DEVICES.get

    def get(self, device_id):
        yield from original(self, device_id)
        return (yield from original(self, device_id))

    patch.setattr(HEXNODE_DEVICES, "get", get)


def loses_versions(patch: pytest.MonkeyPatch) -> None:
    """A fact the product has isn't read, in rows and alone alike."""
    pages, ones = HEXNODE_APPS.page, HEXNODE_APPS.get

    def without(app: App) -> App:
        return app.model_copy(update={"version": None})

    def page(self, cursor):
        found = yield from pages(self, cursor)
        return evolve(found, items=tuple(map(without, found.items)))

    def get(self, app_id):
        return without((yield from ones(self, app_id)))

    patch.setattr(HEXNODE_APPS, "page", page)
    patch.setattr(HEXNODE_APPS, "get", get)
