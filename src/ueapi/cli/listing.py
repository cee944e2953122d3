"""`ueapi list`: the same rows whatever the product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli.opening import open_tenant
from ueapi.cli.printing import Format, Row, print_rows

if TYPE_CHECKING:
    from ueapi.client import Tenant
    from ueapi.model import App, Device, Group, Profile, User


class Things(StrEnum):
    """What can be listed."""

    DEVICES = "devices"
    USERS = "users"
    GROUPS = "groups"
    PROFILES = "profiles"
    APPS = "apps"
    LICENSES = "licenses"


COLUMNS = {
    Things.DEVICES: ("id", "name", "model", "os_version", "enrollment", "state", "user"),
    Things.USERS: ("id", "name", "username", "email", "managed_apple_id"),
    Things.GROUPS: ("id", "name", "of", "dynamic"),
    Things.PROFILES: ("id", "name"),
    Things.APPS: ("id", "name", "kind", "bundle_id", "store_id", "version"),
    Things.LICENSES: ("location", "store_id", "name", "total", "in_use", "free"),
}


def list_things(
    things: Annotated[Things, typer.Argument(help="What to list.")],
    tenant: Annotated[str, typer.Argument(help="A tenant of the settings file.")],
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """List devices, users, groups, profiles, apps or licenses of a tenant."""
    with open_tenant(tenant) as opened:
        print_rows(COLUMNS[things], rows_of(opened, things), form)


def rows_of(tenant: Tenant, things: Things) -> Iterable[Row]:
    """The rows, read page by page."""
    match things:
        case Things.DEVICES:
            return map(_device, tenant.devices.list())
        case Things.USERS:
            return map(_user, tenant.users.list())
        case Things.GROUPS:
            return map(_group, tenant.groups.list())
        case Things.PROFILES:
            return map(_profile, tenant.profiles.list())
        case Things.APPS:
            return map(_app, tenant.apps.list())
        case Things.LICENSES:
            return _licenses(tenant)


def _device(device: Device) -> Row:
    return {
        "id": device.id,
        "name": device.name,
        "model": device.model,
        "os_version": device.os_version,
        "enrollment": device.enrollment.kind.value,
        "state": device.enrollment.state.value,
        "user": str(device.user) if device.user else None,
    }


def _user(user: User) -> Row:
    maid = user.managed_apple_id
    return {
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "email": user.email,
        "managed_apple_id": maid.root if maid else None,
    }


def _group(group: Group) -> Row:
    return {"id": group.id, "name": group.name, "of": group.of, "dynamic": group.is_dynamic}


def _profile(profile: Profile) -> Row:
    return {"id": profile.id, "name": profile.name}


def _app(app: App) -> Row:
    return {
        "id": app.id,
        "name": app.name,
        "kind": app.kind.value,
        "bundle_id": app.bundle_id,
        "store_id": app.store_id,
        "version": app.version,
    }


def _licenses(tenant: Tenant) -> Iterator[Row]:
    for location in tenant.licenses.list():
        for pool in tenant.licenses.pools(location.id):
            yield {
                "location": location.name,
                "store_id": pool.store_id,
                "name": pool.name,
                "total": pool.total,
                "in_use": pool.in_use,
                "free": pool.free,
            }
