"""Reading a tenant's state: list calls, and one call for each group, profile and app."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from ueapi.apple import profiles as apple_profiles
from ueapi.client import Tenant
from ueapi.contract import Capability
from ueapi.errors import UnreadableInput
from ueapi.model import App, Group, LicensePool, Location, Profile, Snapshot

T = TypeVar("T")

LARGEST_FILE: Final = 512 * 1024 * 1024


def snapshot(tenant: Tenant) -> Snapshot:
    """Read everything a move needs from a tenant, changing nothing.

    Read-only credentials suffice. Secrets inside profiles are replaced by references before this returns.
    What the product doesn't show is named in `missing`, with the reason from the backend's sheet.
    """
    calls_before = tenant.meter.calls
    missing: dict[str, str] = {}

    def part(capability: Capability, read: Callable[[], Iterable[T]]) -> tuple[T, ...]:
        support = tenant.sheet[capability]
        if not support.is_callable:
            missing[capability.value] = support.why or "; ".join(support.steps)
            return ()
        return tuple(read())

    taken_at = tenant.now()
    users = part(Capability.USERS_LIST, tenant.users.list)
    devices = part(Capability.DEVICES_LIST, tenant.devices.list)
    groups = part(Capability.GROUPS_LIST, lambda: _groups(tenant))
    profiles = part(Capability.PROFILES_LIST, lambda: _profiles(tenant))
    apps = part(Capability.APPS_LIST, lambda: _apps(tenant))
    locations = part(Capability.LICENSES_LIST, tenant.licenses.list)
    return Snapshot(
        tenant=tenant.name,
        backend=tenant.backend,
        taken_at=taken_at,
        users=users,
        devices=devices,
        groups=groups,
        profiles=profiles,
        apps=apps,
        locations=locations,
        pools=tuple(_pools(tenant, locations)),
        missing=missing,
        calls=tenant.meter.calls - calls_before,
    )


def _groups(tenant: Tenant) -> Iterable[Group]:
    can_get = tenant.sheet[Capability.GROUPS_GET].is_callable
    for row in tenant.groups.list():
        yield tenant.groups.get(row) if can_get and not row.is_built_in else row


def _profiles(tenant: Tenant) -> Iterable[Profile]:
    can_get = tenant.sheet[Capability.PROFILES_GET].is_callable
    for row in tenant.profiles.list():
        yield without_secrets(tenant.profiles.get(row.id)) if can_get else row


def _apps(tenant: Tenant) -> Iterable[App]:
    can_get = tenant.sheet[Capability.APPS_GET].is_callable
    for row in tenant.apps.list():
        yield tenant.apps.get(row.id) if can_get else row


def _pools(tenant: Tenant, locations: Iterable[Location]) -> Iterable[LicensePool]:
    for location in locations:
        yield from tenant.licenses.pools(location.id)


def without_secrets(profile: Profile) -> Profile:
    """The same profile with every secret replaced by a reference, and the digest of that."""
    if profile.content is None:
        return profile
    safe = apple_profiles.redacted(apple_profiles.read(profile.content))
    return profile.model_copy(
        update={
            "content": apple_profiles.write(safe),
            "digest": apple_profiles.semantic_digest(safe),
        }
    )


def write_snapshot(taken: Snapshot, path: Path) -> None:
    """Write a snapshot, readable by its owner only: it names people."""
    write_private(path, taken.model_dump_json(indent=1))


def read_snapshot(path: Path) -> Snapshot:
    """Read a snapshot back.

    Raises:
        UnreadableInput: the file is missing, too large, or no snapshot; nothing was changed.
    """
    try:
        return Snapshot.model_validate_json(read_bounded(path))
    except ValidationError as problem:
        raise UnreadableInput(
            f"{path.name} is no snapshot ({problem.error_count()} problems, the first at "
            f"{'.'.join(map(str, problem.errors()[0]['loc'])) or 'the top'}).",
            remedy="Make one with `ueapi migrate snapshot TENANT`.",
        ) from None


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    draft.replace(path)


def read_bounded(path: Path) -> bytes:
    """Read a file the user named.

    Raises:
        UnreadableInput: it is missing, a folder, unreadable or too large.
    """
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise UnreadableInput(f"{path} is a folder.", remedy="Name the file inside it.")
        if size > LARGEST_FILE:
            raise UnreadableInput(
                f"{path} has {size:,} bytes; the limit is {LARGEST_FILE:,}.",
                remedy="Check that it is the right file.",
            )
        return path.read_bytes()
    except OSError as problem:
        raise UnreadableInput(
            f"{path} can't be read: {problem.strerror}.", remedy="Check the path and its rights."
        ) from None
