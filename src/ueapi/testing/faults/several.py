"""Operations about more than one object: orders about two apps, and the same for one person after another."""

from __future__ import annotations

from typing import Final

from ueapi.contract import Capability
from ueapi.model import GroupDraft
from ueapi.testing.faults.acts import (
    Change,
    Deed,
    assign_app,
    assign_profile,
    catalog,
    give_license,
    new_user,
    nth,
    people_ids,
    phone_ids,
    to_somebody,
)
from ueapi.testing.harness import Harness

MANY: Final = 2
"""Apps of one order."""


def _assign_apps(harness: Harness, number: int) -> Deed:
    to = to_somebody(harness, Capability.APPS_ASSIGN, number)
    app_ids = catalog(harness)[:MANY]
    return lambda tenant: tenant.apps.assign(app_ids, to)


def _unassign_apps(harness: Harness, number: int) -> Deed:
    to = to_somebody(harness, Capability.APPS_UNASSIGN, number)
    app_ids = catalog(harness)[:MANY]
    return lambda tenant: tenant.apps.unassign(app_ids, to)


def _fill_group(harness: Harness, number: int) -> Deed:
    member = nth(people_ids(harness), number)
    draft = GroupDraft(name="Kit group that grows", of="users", members=(member,))
    return lambda tenant: tenant.groups.ensure(draft)


def _report(harness: Harness, number: int) -> Deed:
    device_id = nth(phone_ids(harness), number)
    return lambda tenant: tenant.devices.report(device_id)


OF_TWO_APPS: Final = (
    Change(capability=Capability.APPS_ASSIGN, prepare=_assign_apps),
    Change(capability=Capability.APPS_UNASSIGN, prepare=_unassign_apps),
)

PERSON_BY_PERSON: Final = (
    Change(capability=Capability.USERS_ENSURE, prepare=new_user),
    Change(capability=Capability.GROUPS_ENSURE, prepare=_fill_group),
    Change(capability=Capability.DEVICES_REPORT, prepare=_report),
    Change(capability=Capability.PROFILES_ASSIGN, prepare=assign_profile),
    Change(capability=Capability.APPS_ASSIGN, prepare=assign_app),
    Change(capability=Capability.LICENSES_ASSIGN, prepare=give_license),
)
"""Each number is another person; what they are given is the same."""
