"""A tenant's state at one time, as far as a move needs it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from ueapi.model.base import Value
from ueapi.model.content import App, Profile
from ueapi.model.devices import Device
from ueapi.model.groups import Group
from ueapi.model.licenses import LicensePool, Location
from ueapi.model.people import User


class Snapshot(Value):
    """Everything read from one tenant. `missing` says which part could not be read, and why."""

    tenant: str
    backend: str
    taken_at: datetime
    users: tuple[User, ...] = ()
    devices: tuple[Device, ...] = ()
    groups: tuple[Group, ...] = ()
    profiles: tuple[Profile, ...] = ()
    apps: tuple[App, ...] = ()
    locations: tuple[Location, ...] = ()
    pools: tuple[LicensePool, ...] = ()
    missing: Mapping[str, str] = Field(default_factory=dict)
    calls: int = 0
    """Requests it cost."""
