"""Snapshots without what is a product's own: ids, origins, built-in objects. What is left must be equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ueapi.apple import profiles as apple_profiles
from ueapi.model import Group, Scope, Snapshot

Facts = Mapping[str, object]


def facts(taken: Snapshot) -> Facts:
    """Every fact of a snapshot by its path, such as `devices/Mara's iPhone of Mara/model`."""
    found: dict[str, object] = {}
    for part in (_users, _devices, _groups, _profiles, _apps):
        found.update(part(taken))
    return found


def _users(taken: Snapshot) -> Iterator[tuple[str, object]]:
    for user in taken.users:
        if user.built_in:
            continue
        maid = user.managed_apple_id
        yield f"users/{user.name}/email", user.email
        yield f"users/{user.name}/username", user.username
        yield f"users/{user.name}/managed_apple_id", maid.key if maid else None


def _owners(taken: Snapshot) -> Mapping[str, str]:
    names = {}
    for device in taken.devices:
        owner = next((u for u in taken.users if device.user and device.user.means(u)), None)
        names[device.id] = f"{device.name} of {owner.name if owner else None}"
    return names


def _devices(taken: Snapshot) -> Iterator[tuple[str, object]]:
    owners = _owners(taken)
    for device in taken.devices:
        path = f"devices/{owners[device.id]}"
        yield f"{path}/model", device.model
        yield f"{path}/model_identifier", device.model_identifier
        yield f"{path}/os_version", device.os_version
        yield f"{path}/state", device.enrollment.state.value
        yield f"{path}/kind", device.enrollment.kind.value
        yield f"{path}/is_user_enrollment", device.enrollment.kind.is_user_enrollment


def _groups(taken: Snapshot) -> Iterator[tuple[str, object]]:
    people = {u.id: u.name for u in taken.users}
    phones = _owners(taken)
    for group in taken.groups:
        if group.is_built_in:
            continue
        names = people if group.of == "users" else phones
        path = f"groups/{group.of}/{group.name}"
        yield f"{path}/members", sorted(str(names.get(m)) for m in group.members or ())
        yield f"{path}/is_dynamic", group.is_dynamic
        yield f"{path}/criteria", _criteria(group)


def _criteria(group: Group) -> object:
    return group.criteria.model_dump(mode="json") if group.criteria else None


def _scope(taken: Snapshot, scope: Scope | None) -> object:
    if scope is None:
        return None
    names = {g.id: g.name for g in taken.groups}
    return sorted(str(names.get(g)) for g in (*scope.user_groups, *scope.device_groups))


def _profiles(taken: Snapshot) -> Iterator[tuple[str, object]]:
    for profile in taken.profiles:
        path = f"profiles/{profile.name}"
        yield f"{path}/scope", _scope(taken, profile.scope)
        if profile.content is None:
            continue
        for payload in apple_profiles.read(profile.content).payloads:
            secret = apple_profiles.secret_keys(payload)
            for key, value in payload.content.items():
                hidden = any(s == key or s.startswith(f"{key}.") for s in secret)
                yield f"{path}/{payload.type}:{key}", "secret" if hidden else value


def _apps(taken: Snapshot) -> Iterator[tuple[str, object]]:
    for app in taken.apps:
        path = f"apps/{app.name}"
        yield f"{path}/bundle_id", app.bundle_id
        yield f"{path}/kind", app.kind.value
        yield f"{path}/store_id", app.store_id
        yield f"{path}/version", app.version
        yield f"{path}/license_mode", app.license_mode
        yield f"{path}/installs_by_itself", app.installs_by_itself
        yield f"{path}/scope", _scope(taken, app.scope)
