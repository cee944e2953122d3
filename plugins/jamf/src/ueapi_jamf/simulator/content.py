"""What is given to users and devices: profiles, apps, volume assignments, locations, and their scopes."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from attrs import define, field

MADE_AVAILABLE = "Make Available in Self Service"
INSTALLED = "Install Automatically/Prompt Users to Install"
"""Source: Classic API, `mobile_device_application/general/deployment_type`."""


@define(kw_only=True, eq=False)
class Scope:
    """To whom something is given: ids, and the ids taken out again."""

    all_devices: bool = False
    all_users: bool = False
    devices: set[int] = field(factory=set)
    device_groups: set[int] = field(factory=set)
    users: set[int] = field(factory=set)
    user_groups: set[int] = field(factory=set)
    without_devices: set[int] = field(factory=set)
    without_device_groups: set[int] = field(factory=set)
    without_users: set[int] = field(factory=set)
    without_user_groups: set[int] = field(factory=set)


@define(kw_only=True, eq=False)
class ProfileRow:
    """A configuration profile."""

    id: int
    name: str
    content: bytes = field(repr=False)
    identifier: str = ""
    """The server's own PayloadIdentifier and PayloadUUID."""
    description: str = ""
    level: str = "Device Level"
    deployment_method: str = "Install Automatically"
    redeploy_on_update: str = "Newly Assigned"
    scope: Scope = field(factory=Scope)
    edition: int = 0


@define(kw_only=True, eq=False)
class AppRow:
    """An app of the catalog."""

    id: int
    name: str
    bundle_id: str
    version: str
    store_url: str = ""
    is_internal: bool = False
    installs_by_itself: bool = False
    takes_over: bool = False
    location_id: int = -1
    is_device_licensed: bool = False
    preferences: str = field(default="", repr=False)
    scope: Scope = field(factory=Scope)

    @property
    def store_id(self) -> str | None:
        """The number at the end of the store's address."""
        tail = self.store_url.rpartition("/id")[2].split("?")[0]
        return tail if tail.isdecimal() else None


@define(kw_only=True, eq=False)
class AssignmentRow:
    """A volume assignment: apps given to users."""

    id: int
    name: str
    location_id: int
    apps: list[str] = field(factory=list)
    """Store ids."""
    scope: Scope = field(factory=Scope)


@define(kw_only=True, eq=False)
class LocationRow:
    """A volume purchasing location; `location` is its name at Apple."""

    id: int
    name: str
    location: str
    registers_managed_users: bool = True
    populates_content: bool = True
    notifies: bool = False


class Numbered(Protocol):
    """What has an id and a name."""

    id: int
    name: str


N = TypeVar("N", bound=Numbered)


@define(eq=False)
class Shelf(Generic[N]):
    """A table of one kind."""

    rows: dict[int, N] = field(factory=dict)
    _last: int = 0

    def new_id(self) -> int:
        """The next id."""
        self._last += 1
        return self._last

    def put(self, row: N) -> N:
        """Store a new one."""
        self.rows[row.id] = row
        return row

    def named(self, name: str) -> N | None:
        """The one of that name; upper and lower case are alike."""
        return next((r for r in self.rows.values() if r.name.casefold() == name.casefold()), None)
