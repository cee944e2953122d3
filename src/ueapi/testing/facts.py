"""What a product shows of the furnished fleet, and what is true of it, both as facts by path: what is equal is proved.

A fact's path is neutral, such as `devices/Mara's iPhone of Mara/model`: ids, origins and built-in objects are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ueapi.apple import profiles as apple_profiles
from ueapi.client import Tenant
from ueapi.contract import Capability
from ueapi.model import AppKind, EnrollmentState, Group, LicenseMode, Scope, Snapshot
from ueapi.rehearsal.fleet import Fleet

Facts = Mapping[str, object]

ABSENT: Final = "<absent>"
"""Stands for a fact that one side doesn't have."""
HIDDEN: Final = "secret"
"""Stands for a value nobody may see."""


def taken(tenant: Tenant) -> Snapshot:
    """Everything the sheet says the backend lists, each group, profile and app read by itself where it can be."""
    sheet, now = tenant.sheet, tenant.now()

    def can(capability: Capability) -> bool:
        return sheet[capability].is_callable

    def groups() -> Iterator[Group]:
        for row in tenant.groups.list():
            has_more = can(Capability.GROUPS_GET) and not row.is_built_in
            yield tenant.groups.get(row) if has_more else row

    profiles = list(tenant.profiles.list()) if can(Capability.PROFILES_LIST) else []
    apps = list(tenant.apps.list()) if can(Capability.APPS_LIST) else []
    if can(Capability.PROFILES_GET):
        profiles = [tenant.profiles.get(row.id) for row in profiles]
    if can(Capability.APPS_GET):
        apps = [tenant.apps.get(row.id) for row in apps]
    return Snapshot(
        tenant=tenant.name,
        backend=tenant.backend,
        taken_at=now,
        users=tuple(tenant.users.list()) if can(Capability.USERS_LIST) else (),
        devices=tuple(tenant.devices.list()) if can(Capability.DEVICES_LIST) else (),
        groups=tuple(groups()) if can(Capability.GROUPS_LIST) else (),
        profiles=tuple(profiles),
        apps=tuple(apps),
    )


# ---------------------------------------------------------------- what a product shows


def facts(snapshot: Snapshot) -> Facts:
    """Every fact of a snapshot by its path."""
    found: dict[str, object] = {}
    for part in (_users, _devices, _groups, _profiles, _apps):
        found.update(part(snapshot))
    return found


def _users(snapshot: Snapshot) -> Iterator[tuple[str, object]]:
    for user in snapshot.users:
        if user.built_in:
            continue
        account = user.managed_apple_id
        yield f"users/{user.name}/email", user.email
        yield f"users/{user.name}/username", user.username
        yield f"users/{user.name}/managed_apple_id", account.key if account else None


def _phones(snapshot: Snapshot) -> Mapping[str, str]:
    names = {}
    for device in snapshot.devices:
        owner = next((u for u in snapshot.users if device.user and device.user.means(u)), None)
        names[device.id] = f"{device.name} of {owner.name if owner else None}"
    return names


def _devices(snapshot: Snapshot) -> Iterator[tuple[str, object]]:
    names = _phones(snapshot)
    for device in snapshot.devices:
        path = f"devices/{names[device.id]}"
        yield f"{path}/model", device.model
        yield f"{path}/model_identifier", device.model_identifier
        yield f"{path}/os_version", device.os_version
        yield f"{path}/state", device.enrollment.state.value
        yield f"{path}/kind", device.enrollment.kind.value
        yield f"{path}/is_user_enrollment", device.enrollment.kind.is_user_enrollment


def _groups(snapshot: Snapshot) -> Iterator[tuple[str, object]]:
    people = {u.id: u.name for u in snapshot.users}
    phones = _phones(snapshot)
    for group in snapshot.groups:
        if group.is_built_in:
            continue
        names = people if group.of == "users" else phones
        path = f"groups/{group.of}/{group.name}"
        yield f"{path}/members", sorted(str(names.get(m)) for m in group.members or ())
        yield f"{path}/is_dynamic", group.is_dynamic
        criteria = group.criteria
        yield f"{path}/criteria", criteria.model_dump(mode="json") if criteria else None


def _scope(snapshot: Snapshot, scope: Scope | None) -> object:
    if scope is None:
        return None
    names = {(g.of, g.id): g.name for g in snapshot.groups}
    found = [names.get(("users", each)) for each in scope.user_groups]
    found += [names.get(("devices", each)) for each in scope.device_groups]
    return sorted(map(str, found))


def _profiles(snapshot: Snapshot) -> Iterator[tuple[str, object]]:
    for profile in snapshot.profiles:
        path = f"profiles/{profile.name}"
        yield f"{path}/scope", _scope(snapshot, profile.scope)
        if profile.content is not None:
            yield from _settings(path, profile.content)


def _settings(path: str, content: bytes) -> Iterator[tuple[str, object]]:
    for payload in apple_profiles.read(content).payloads:
        secret = apple_profiles.secret_keys(payload)
        for key, value in payload.content.items():
            is_hidden = any(s == key or s.startswith(f"{key}.") for s in secret)
            yield f"{path}/{payload.type}:{key}", HIDDEN if is_hidden else value


def _apps(snapshot: Snapshot) -> Iterator[tuple[str, object]]:
    for app in snapshot.apps:
        path = f"apps/{app.name}"
        yield f"{path}/bundle_id", app.bundle_id
        yield f"{path}/kind", app.kind.value
        yield f"{path}/store_id", app.store_id
        yield f"{path}/version", app.version
        yield f"{path}/license_mode", app.license_mode
        yield f"{path}/installs_by_itself", app.installs_by_itself
        yield f"{path}/scope", _scope(snapshot, app.scope)


# ---------------------------------------------------------------- what is true


def truth(fleet: Fleet) -> Facts:
    """Every fact of the fleet a product was furnished with, by the same paths."""
    found: dict[str, object] = {}
    for part in (_true_users, _true_devices, _true_groups, _true_profiles, _true_apps):
        found.update(part(fleet))
    return found


def _true_users(fleet: Fleet) -> Iterator[tuple[str, object]]:
    for person in fleet.people:
        account = person.managed_apple_id
        yield f"users/{person.name}/email", person.email
        yield f"users/{person.name}/username", person.username
        yield f"users/{person.name}/managed_apple_id", account.casefold() if account else None


def _true_devices(fleet: Fleet) -> Iterator[tuple[str, object]]:
    for person in fleet.people:
        for phone in person.phones:
            path = f"devices/{phone.name} of {person.name}"
            yield f"{path}/model", phone.model
            yield f"{path}/model_identifier", phone.model_identifier
            yield f"{path}/os_version", phone.os_version
            yield f"{path}/state", EnrollmentState.ENROLLED.value
            yield f"{path}/kind", phone.enrollment.value
            yield f"{path}/is_user_enrollment", phone.enrollment.is_user_enrollment


def _true_groups(fleet: Fleet) -> Iterator[tuple[str, object]]:
    names = {person.key: person.name for person in fleet.people}
    for person in fleet.people:
        names |= {phone.key: f"{phone.name} of {person.name}" for phone in person.phones}
    for group in fleet.groups:
        path = f"groups/{group.of}/{group.name}"
        yield f"{path}/members", sorted(names[key] for key in group.members)
        yield f"{path}/is_dynamic", group.criteria is not None
        criteria = group.criteria
        yield f"{path}/criteria", criteria.model_dump(mode="json") if criteria else None


def _named(fleet: Fleet, keys: Iterable[str]) -> list[str]:
    names = {group.key: group.name for group in fleet.groups}
    return sorted(names[key] for key in keys)


def _true_profiles(fleet: Fleet) -> Iterator[tuple[str, object]]:
    for profile in fleet.profiles:
        path = f"profiles/{profile.name}"
        yield f"{path}/scope", _named(fleet, profile.groups)
        yield from _settings(path, profile.content)


def _true_apps(fleet: Fleet) -> Iterator[tuple[str, object]]:
    for app in fleet.apps:
        path = f"apps/{app.name}"
        yield f"{path}/bundle_id", app.bundle_id
        yield f"{path}/kind", app.kind.value
        yield f"{path}/store_id", app.store_id
        yield f"{path}/version", app.version
        licensed = app.kind in (AppKind.STORE, AppKind.CUSTOM)
        yield f"{path}/license_mode", LicenseMode.USER if licensed else None
        yield f"{path}/installs_by_itself", True
        yield f"{path}/scope", _named(fleet, app.groups)
