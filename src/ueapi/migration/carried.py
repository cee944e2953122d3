"""What hangs on a phone's record in a product, and not on its owner: it has to be given to the new record."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum

from ueapi.migration.base import Document
from ueapi.migration.inventory import Inventory
from ueapi.model import Scope


class CarriedKind(StrEnum):
    """What can hang on a record."""

    GROUP = "group"
    """Membership of a static group of devices."""
    PROFILE = "profile"
    """A profile assigned to the device itself."""
    APP = "app"
    """An app assigned to the device itself."""


class Carried(Document):
    """One object, and the ids of the old records it hangs on."""

    kind: CarriedKind
    id: str
    name: str
    devices: tuple[str, ...]


def carried(taken: Inventory, moving: Collection[str]) -> Iterator[Carried]:
    """What hangs on the records with these ids; dynamic groups find their members by themselves."""
    for group in taken.groups:
        if group.of == "devices" and not group.is_dynamic and not group.is_built_in:
            yield from _one(CarriedKind.GROUP, group.id, group.name, group.members or (), moving)
    for profile in taken.profiles:
        direct = (profile.scope or Scope()).devices
        yield from _one(CarriedKind.PROFILE, profile.id, profile.name, direct, moving)
    for app in taken.apps:
        direct = (app.scope or Scope()).devices
        yield from _one(CarriedKind.APP, app.id, app.name, direct, moving)


def _one(
    kind: CarriedKind, key: str, name: str, devices: Collection[str], moving: Collection[str]
) -> Iterator[Carried]:
    found = tuple(sorted(set(devices) & set(moving)))
    if found:
        yield Carried(kind=kind, id=key, name=name, devices=found)
