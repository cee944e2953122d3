"""One walk over everything a backend can read; a recording is made of it, and a replay repeats it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from typing import Final, Protocol, TypeVar

from attrs import frozen

from ueapi.client import doors
from ueapi.contract import Capability, CapabilitySheet
from ueapi.errors import NotFound, PermissionMissing
from ueapi.model import Thing, Value

A = TypeVar("A")
V = TypeVar("V", bound=Value)

ROWS: Final = 200
"""Rows taken of each listing; whole pages are recorded, so a small page setting keeps recordings small."""
SAMPLES: Final = 2
"""Objects of each kind that are read one by one."""


class Readable(Protocol):
    """What is walked over: an open tenant, or a replay."""

    users: doors.UsersDoor
    groups: doors.GroupsDoor
    devices: doors.DevicesDoor
    profiles: doors.ProfilesDoor
    apps: doors.AppsDoor
    licenses: doors.LicensesDoor
    commands: doors.CommandsDoor


@frozen
class Seen:
    """What one operation brought: its name, and the objects or the kind of refusal."""

    operation: str
    values: tuple[Value, ...] = ()
    refusal: str = ""


def walkthrough(
    tenant: Readable, sheet: CapabilitySheet, *, rows: int = ROWS, samples: int = SAMPLES
) -> tuple[Seen, ...]:
    """List every kind of object the sheet says can be listed, and read some of each one by one.

    Raises:
        UeapiError: the product could not be read; what it refuses to these credentials, or no longer has, is noted.
    """
    walk = _Walk(sheet, rows, samples)
    walk.kind("users", tenant.users.list, tenant.users.get)
    walk.groups(tenant.groups)
    for device in walk.kind("devices", tenant.devices.list, tenant.devices.get):
        walk.take(Capability.DEVICES_REPORT, partial(_one, tenant.devices.report, device))
        walk.take(Capability.COMMANDS_STATUS, partial(tenant.commands.of_device, device))
    walk.kind("profiles", tenant.profiles.list, tenant.profiles.get)
    walk.kind("apps", tenant.apps.list, tenant.apps.get)
    for location in walk.take(Capability.LICENSES_LIST, tenant.licenses.list)[:samples]:
        walk.take(Capability.LICENSES_LIST, partial(tenant.licenses.pools, location.id))
    return tuple(walk.seen)


class _Walk:
    def __init__(self, sheet: CapabilitySheet, rows: int, samples: int) -> None:
        self._sheet = sheet
        self._rows = rows
        self._samples = samples
        self.seen: list[Seen] = []

    def kind(
        self, facet: str, listing: Callable[[], Iterable[Thing]], get: Callable[[str], Thing]
    ) -> list[str]:
        """List one kind and read some of it; the ids of those."""
        listed = self.take(Capability(f"{facet}.list"), listing)
        ids = [thing.id for thing in listed][: self._samples]
        for one in ids:
            self.take(Capability(f"{facet}.get"), partial(_one, get, one))
        return ids

    def groups(self, door: doors.GroupsDoor) -> None:
        """Groups differ: one is read by what the listing said about it, and each sort is worth a sample."""
        taken: Counter[tuple[object, bool]] = Counter()
        for group in self.take(Capability.GROUPS_LIST, door.list):
            sort = (group.of, group.is_dynamic)
            taken[sort] += 1
            if taken[sort] <= self._samples:
                self.take(Capability.GROUPS_GET, partial(_one, door.get, group))

    def take(self, capability: Capability, read: Callable[[], Iterable[V]]) -> tuple[V, ...]:
        """Read what one operation brings, and note it."""
        if not self._sheet[capability].is_callable:
            return ()
        try:
            values = tuple(islice(read(), self._rows))
        except (NotFound, PermissionMissing) as refusal:
            self.seen.append(Seen(capability.value, refusal=type(refusal).__name__))
            return ()
        self.seen.append(Seen(capability.value, values))
        return values


def _one(read: Callable[[A], V], argument: A) -> tuple[V, ...]:
    return (read(argument),)
