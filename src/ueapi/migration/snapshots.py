"""Reading a tenant's state: list calls, and one call for each group, profile and app."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import define, field
from pydantic import ValidationError

from ueapi.apple import profiles as apple_profiles
from ueapi.client import Tenant
from ueapi.contract import Capability
from ueapi.errors import UnreadableInput
from ueapi.migration.bounded import read_bounded
from ueapi.migration.inventory import DeclaredLimits, TakenSnapshot
from ueapi.migration.streamed import (
    Footer,
    Header,
    StoredSnapshot,
    Writer,
    is_streamed,
    open_stored,
    private_file,
)
from ueapi.model import App, Group, LicensePool, Location, Profile, Snapshot, Value
from ueapi.wording import counted


def snapshot(tenant: Tenant) -> Snapshot:
    """Read everything a move needs from a tenant, changing nothing, and keep it in memory.

    Read-only credentials suffice. Secrets inside profiles are replaced by references before this returns.
    What the product doesn't show is named in `missing`, with the reason from the backend's sheet. For many thousand
    people use `snapshot_to`.
    """
    reading = _Reading(tenant)
    taken_at = tenant.now()
    parts = {kind: tuple(rows) for kind, rows in reading.parts()}
    return TakenSnapshot.model_validate(
        {
            "tenant": tenant.name,
            "backend": tenant.backend,
            "taken_at": taken_at,
            **{_PLURALS[kind]: rows for kind, rows in parts.items()},
            "missing": reading.missing,
            "calls": reading.calls,
            "limits": DeclaredLimits.of(tenant.limits),
            "spent": reading.spent,
        }
    )


def snapshot_to(tenant: Tenant, path: Path) -> StoredSnapshot:
    """Read a tenant into a file of lines, row by row: as `snapshot`, but with flat memory.

    Only its owner can read the file. It appears whole at the end, or not at all.
    """
    reading = _Reading(tenant)
    header = Header(
        tenant=tenant.name,
        backend=tenant.backend,
        taken_at=tenant.now(),
        limits=DeclaredLimits.of(tenant.limits),
    )
    with private_file(path) as out:
        writer = Writer(out, header)
        for kind, rows in reading.parts():
            writer.write(kind, rows)
        writer.close(
            Footer(
                rows=writer.rows,
                missing=reading.missing,
                spent=reading.spent,
                calls=reading.calls,
            )
        )
    return open_stored(path)


_PLURALS: Final = {
    "user": "users",
    "device": "devices",
    "group": "groups",
    "profile": "profiles",
    "app": "apps",
    "location": "locations",
    "pool": "pools",
}


@define
class _Reading:
    """The parts of a tenant, in the order they are read; counts what that costs."""

    tenant: Tenant
    missing: dict[str, str] = field(factory=dict)
    _before: Mapping[str, int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._before = dict(self.tenant.meter.by_operation)

    def parts(self) -> Iterator[tuple[str, Iterable[Value]]]:
        """Kind and rows; go through the rows of one part before asking for the next."""
        tenant, locations = self.tenant, list[Location]()
        yield "user", self._part(Capability.USERS_LIST, tenant.users.list)
        yield "device", self._part(Capability.DEVICES_LIST, tenant.devices.list)
        yield "group", self._part(Capability.GROUPS_LIST, lambda: _groups(tenant))
        yield "profile", self._part(Capability.PROFILES_LIST, lambda: _profiles(tenant))
        yield "app", self._part(Capability.APPS_LIST, lambda: _apps(tenant))
        for location in self._part(Capability.LICENSES_LIST, tenant.licenses.list):
            if isinstance(location, Location):
                locations.append(location)
        yield "location", locations
        yield "pool", _pools(tenant, locations)

    def _part(self, capability: Capability, read: Callable[[], Iterable[Value]]) -> Iterable[Value]:
        support = self.tenant.sheet[capability]
        if not support.is_callable:
            self.missing[capability.value] = support.why or "; ".join(support.steps)
            return ()
        return read()

    @property
    def spent(self) -> dict[str, int]:
        """Requests by operation so far."""
        now = self.tenant.meter.by_operation
        return {
            op: n - self._before.get(op, 0) for op, n in now.items() if n > self._before.get(op, 0)
        }

    @property
    def calls(self) -> int:
        """Requests so far."""
        return sum(self.spent.values())


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
    """Write a snapshot as one JSON document, readable by its owner only: it names people."""
    write_private(path, taken.model_dump_json(indent=1))


def open_snapshot(path: Path) -> Snapshot | StoredSnapshot:
    """Open a snapshot for planning: one of lines stays on disk, one document is read into memory.

    Raises:
        UnreadableInput: the file is missing, too large, cut off, or no snapshot; nothing was changed.
    """
    with suppress(OSError):  # `read_bounded` says what is wrong with the file
        if is_streamed(path):
            return open_stored(path)
    try:
        return TakenSnapshot.model_validate_json(read_bounded(path))
    except ValidationError as problem:
        raise UnreadableInput(
            f"{path.name} is no snapshot ({counted(problem.error_count(), 'problem')}, the first at "
            f"{'.'.join(map(str, problem.errors()[0]['loc'])) or 'the top'}).",
            remedy="Make one with `ueapi migrate snapshot TENANT`.",
        ) from None


def read_snapshot(path: Path) -> Snapshot:
    """Read a snapshot of either form into memory.

    Raises:
        UnreadableInput: the file is missing, too large, cut off, or no snapshot; nothing was changed.
    """
    found = open_snapshot(path)
    if isinstance(found, Snapshot):
        return found
    return TakenSnapshot(
        tenant=found.tenant,
        backend=found.backend,
        taken_at=found.taken_at,
        users=tuple(found.users),
        devices=tuple(found.devices),
        groups=tuple(found.groups),
        profiles=tuple(found.profiles),
        apps=tuple(found.apps),
        locations=tuple(found.locations),
        pools=tuple(found.pools),
        missing=found.missing,
        calls=found.calls,
        limits=found.limits,
        spent=found.spent,
    )


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read, whole or not at all."""
    with private_file(path) as out:
        out.write(text.encode("utf-8"))
