"""What the kit does with a backend while there is trouble: what it reads, and what it changes.

Each deed is about another object every time, told apart by a number, so that one harness serves many tries.
"""

from __future__ import annotations

import plistlib
from collections.abc import Callable, Iterator
from typing import Final

from attrs import frozen

from ueapi.apple import profiles as apple_profiles
from ueapi.client import Tenant
from ueapi.contract import Capability
from ueapi.model import (
    AppDraft,
    AppKind,
    EnrollmentState,
    GroupDraft,
    ManagedAppleID,
    ProfileDraft,
    Scope,
    UserDraft,
)
from ueapi.rehearsal.apps_and_books import StoreApp
from ueapi.testing.harness import Harness

Deed = Callable[[Tenant], object]
NOT_THERE: Final = "1"
"""An id for operations that are refused anyway."""
_FIRST_STORE_ID: Final = 6_490_000_001


@frozen(kw_only=True)
class Reading:
    """Something that changes nothing. `prepare` looks for what to read, and returns the deed."""

    capability: Capability
    prepare: Callable[[Harness], Deed]


@frozen(kw_only=True)
class Change:
    """Something that changes the product.

    `prepare` returns the deed for the object of that number; `there` counts how often the object is there, by the
    backend's own listing `shown_by`. `is_felt` is set where a person notices a repetition.
    """

    capability: Capability
    prepare: Callable[[Harness, int], Deed]
    shown_by: Capability | None = None
    there: Callable[[Tenant, int], int] | None = None
    is_felt: bool = False


# ---------------------------------------------------------------- what there is to act on


def _ids(
    harness: Harness, capability: Capability, found: Callable[[Tenant], list[str]]
) -> list[str]:
    if not harness.tenant.sheet[capability].is_callable:
        return [NOT_THERE]
    return found(harness.tenant) or [NOT_THERE]


def people_ids(harness: Harness) -> list[str]:
    """Ids of users to act on."""
    return _ids(
        harness,
        Capability.USERS_LIST,
        lambda t: [u.id for u in t.users.list() if u.email and not u.built_in],
    )


def phone_ids(harness: Harness) -> list[str]:
    """Ids of phones under User Enrollment."""
    return _ids(
        harness,
        Capability.DEVICES_LIST,
        lambda t: [
            d.id
            for d in t.devices.list()
            if d.enrollment.state is EnrollmentState.ENROLLED
            and d.enrollment.kind.is_user_enrollment
        ],
    )


def _profiles(harness: Harness) -> list[str]:
    return _ids(harness, Capability.PROFILES_LIST, lambda t: [p.id for p in t.profiles.list()])


def catalog(harness: Harness) -> list[str]:
    """Ids of apps to act on."""
    return _ids(
        harness,
        Capability.APPS_LIST,
        lambda t: [a.id for a in t.apps.list() if a.kind is AppKind.STORE],
    )


def nth(ids: list[str], number: int) -> str:
    """One of the ids for each number, over and over."""
    return ids[number % len(ids)]


# ---------------------------------------------------------------- reading


def _listing(capability: Capability, rows: Callable[[Tenant], Iterator[object]]) -> Reading:
    return Reading(capability=capability, prepare=lambda _: lambda tenant: list(rows(tenant)))


LISTINGS: Final = (
    _listing(Capability.USERS_LIST, lambda t: t.users.list()),
    _listing(Capability.GROUPS_LIST, lambda t: t.groups.list()),
    _listing(Capability.DEVICES_LIST, lambda t: t.devices.list()),
    _listing(Capability.PROFILES_LIST, lambda t: t.profiles.list()),
    _listing(Capability.APPS_LIST, lambda t: t.apps.list()),
    _listing(Capability.LICENSES_LIST, lambda t: t.licenses.list()),
)


def _one_group(harness: Harness) -> Deed:
    if not harness.tenant.sheet[Capability.GROUPS_LIST].is_callable:
        return lambda tenant: list(tenant.groups.list())
    group = next(iter(harness.tenant.groups.list()))
    return lambda tenant: tenant.groups.get(group)


def _one_user(harness: Harness) -> Deed:
    user_id = people_ids(harness)[0]
    return lambda tenant: tenant.users.get(user_id)


def _one_device(harness: Harness) -> Deed:
    device_id = phone_ids(harness)[0]
    return lambda tenant: tenant.devices.get(device_id)


def _one_report(harness: Harness) -> Deed:
    device_id = phone_ids(harness)[0]
    return lambda tenant: tenant.devices.report(device_id)


def _one_profile(harness: Harness) -> Deed:
    profile_id = _profiles(harness)[0]
    return lambda tenant: tenant.profiles.get(profile_id)


def _one_app(harness: Harness) -> Deed:
    app_id = catalog(harness)[0]
    return lambda tenant: tenant.apps.get(app_id)


def _commands(harness: Harness) -> Deed:
    device_id = phone_ids(harness)[0]
    return lambda tenant: tenant.commands.of_device(device_id)


ONES: Final = (
    Reading(capability=Capability.USERS_GET, prepare=_one_user),
    Reading(capability=Capability.GROUPS_GET, prepare=_one_group),
    Reading(capability=Capability.DEVICES_GET, prepare=_one_device),
    Reading(capability=Capability.DEVICES_REPORT, prepare=_one_report),
    Reading(capability=Capability.PROFILES_GET, prepare=_one_profile),
    Reading(capability=Capability.APPS_GET, prepare=_one_app),
    Reading(capability=Capability.COMMANDS_STATUS, prepare=_commands),
)

READINGS: Final = (*LISTINGS, *ONES)


# ---------------------------------------------------------------- changing


def _account(number: int) -> ManagedAppleID:
    return ManagedAppleID(f"kit.{number}@example.org")


def new_user(_: Harness, number: int) -> Deed:
    """Make a user, another one for each number."""
    draft = UserDraft(
        managed_apple_id=_account(number),
        name=f"Kit {number} & Söhne",
        email=f"kit.{number}@example.org",
        username=f"kit.{number}",
    )
    return lambda tenant: tenant.users.ensure(draft)


def _users_there(tenant: Tenant, number: int) -> int:
    return sum(
        u.managed_apple_id is not None and u.managed_apple_id.key == _account(number).key
        for u in tenant.users.list()
    )


def _new_group(harness: Harness, number: int) -> Deed:
    member = nth(people_ids(harness), number)
    draft = GroupDraft(name=f"Kit group {number}", of="users", members=(member,))
    return lambda tenant: tenant.groups.ensure(draft)


def _new_profile(_: Harness, number: int) -> Deed:
    name = f"Kit profile {number}"
    content = apple_profiles.write(apple_profiles.read(_passcode(name, number)))
    draft = ProfileDraft(name=name, content=content)
    return lambda tenant: tenant.profiles.ensure(draft)


def _passcode(name: str, number: int) -> bytes:
    payload = {
        "PayloadType": "com.apple.mobiledevice.passwordpolicy",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"org.example.kit.{number}.passcode",
        "PayloadUUID": f"0c5ce3a4-4cbd-4c57-a1ad-{number:012d}",
        "minLength": 6,
        "allowSimple": False,
    }
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": f"org.example.kit.{number}",
            "PayloadUUID": f"6f1f2f64-8d0d-4a5c-9a36-{number:012d}",
            "PayloadDisplayName": name,
            "PayloadContent": [payload],
        }
    )


def _new_app(harness: Harness, number: int) -> Deed:
    app = StoreApp(
        store_id=str(_FIRST_STORE_ID + number),
        bundle_id=f"org.example.kit{number}",
        name=f"Kit app {number}",
        version="1.0",
    )
    harness.apple.publish(app)
    draft = AppDraft(
        name=app.name, kind=AppKind.STORE, bundle_id=app.bundle_id, store_id=app.store_id
    )
    return lambda tenant: tenant.apps.ensure(draft)


def to_somebody(harness: Harness, capability: Capability, number: int) -> Scope:
    """Somebody of the first kind the sheet says the product assigns to."""
    row = harness.tenant.sheet[capability]
    if row.to is None or "users" in row.to:
        return Scope(users=(nth(people_ids(harness), number),))
    if "devices" in row.to:
        return Scope(devices=(nth(phone_ids(harness), number),))
    groups = list(harness.tenant.groups.list()) if row.is_callable else []
    of_users = [group.id for group in groups if group.of == "users" and not group.is_built_in]
    of_devices = [group.id for group in groups if group.of == "devices" and not group.is_built_in]
    if "user_groups" in row.to:
        return Scope(user_groups=(nth(of_users or [NOT_THERE], number),))
    return Scope(device_groups=(nth(of_devices or [NOT_THERE], number),))


def assign_profile(harness: Harness, number: int) -> Deed:
    """Assign a profile to another one for each number."""
    to = to_somebody(harness, Capability.PROFILES_ASSIGN, number)
    profile_id = _profiles(harness)[0]
    return lambda tenant: tenant.profiles.assign(profile_id, to)


def _unassign_profile(harness: Harness, number: int) -> Deed:
    to = to_somebody(harness, Capability.PROFILES_UNASSIGN, number)
    profile_id = _profiles(harness)[0]
    return lambda tenant: tenant.profiles.unassign(profile_id, to)


def assign_app(harness: Harness, number: int) -> Deed:
    """Assign an app to another one for each number."""
    to = to_somebody(harness, Capability.APPS_ASSIGN, number)
    app_ids = catalog(harness)[:1]
    return lambda tenant: tenant.apps.assign(app_ids, to)


def _unassign_app(harness: Harness, number: int) -> Deed:
    to = to_somebody(harness, Capability.APPS_UNASSIGN, number)
    app_ids = catalog(harness)[:1]
    return lambda tenant: tenant.apps.unassign(app_ids, to)


def _unenroll(harness: Harness, number: int) -> Deed:
    device_id = nth(phone_ids(harness), number)
    return lambda tenant: tenant.devices.unenroll(device_id)


def _invite(harness: Harness, number: int) -> Deed:
    user_id = nth(people_ids(harness), number)
    return lambda tenant: tenant.enrollments.invite(user_id)


def _take_licenses(harness: Harness, number: int) -> Deed:
    user_id = nth(people_ids(harness), number)
    return lambda tenant: tenant.licenses.unassign([user_id])


def give_license(harness: Harness, number: int) -> Deed:
    """Give a license of one app to another person for each number."""
    store_id = next(app.store_id for app in harness.fleet.apps if app.store_id)
    user_id = nth(people_ids(harness), number)
    return lambda tenant: tenant.licenses.assign(store_id, [user_id])


def _refresh(harness: Harness, number: int) -> Deed:
    device_id = nth(phone_ids(harness), number)
    return lambda tenant: tenant.commands.refresh(device_id)


ENSURES: Final = (
    Change(
        capability=Capability.USERS_ENSURE,
        prepare=new_user,
        shown_by=Capability.USERS_LIST,
        there=_users_there,
    ),
    Change(
        capability=Capability.GROUPS_ENSURE,
        prepare=_new_group,
        shown_by=Capability.GROUPS_LIST,
        there=lambda t, n: sum(g.name == f"Kit group {n}" for g in t.groups.list()),
    ),
    Change(
        capability=Capability.PROFILES_ENSURE,
        prepare=_new_profile,
        shown_by=Capability.PROFILES_LIST,
        there=lambda t, n: sum(p.name == f"Kit profile {n}" for p in t.profiles.list()),
    ),
    Change(
        capability=Capability.APPS_ENSURE,
        prepare=_new_app,
        shown_by=Capability.APPS_LIST,
        there=lambda t, n: sum(a.bundle_id == f"org.example.kit{n}" for a in t.apps.list()),
    ),
)

ORDERS: Final = (
    Change(
        capability=Capability.PROFILES_ASSIGN,
        prepare=assign_profile,
        shown_by=Capability.PROFILES_GET,
    ),
    Change(
        capability=Capability.PROFILES_UNASSIGN,
        prepare=_unassign_profile,
        shown_by=Capability.PROFILES_GET,
    ),
    Change(capability=Capability.APPS_ASSIGN, prepare=assign_app, shown_by=Capability.APPS_GET),
    Change(
        capability=Capability.APPS_UNASSIGN, prepare=_unassign_app, shown_by=Capability.APPS_GET
    ),
    Change(
        capability=Capability.DEVICES_UNENROLL,
        prepare=_unenroll,
        shown_by=Capability.DEVICES_GET,
    ),
    Change(
        capability=Capability.LICENSES_ASSIGN,
        prepare=give_license,
        shown_by=Capability.LICENSES_LIST,
    ),
    Change(
        capability=Capability.LICENSES_UNASSIGN,
        prepare=_take_licenses,
        shown_by=Capability.LICENSES_LIST,
    ),
    Change(
        capability=Capability.COMMANDS_SEND, prepare=_refresh, shown_by=Capability.COMMANDS_STATUS
    ),
    Change(capability=Capability.ENROLLMENTS_INVITE, prepare=_invite, is_felt=True),
)

CHANGES: Final = (*ENSURES, *ORDERS)
