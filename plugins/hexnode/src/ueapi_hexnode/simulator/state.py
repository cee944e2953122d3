"""Everything the simulated portal remembers, as mutable rows with integer ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count
from typing import Final

from attrs import Attribute, define, field, setters

from ueapi.rehearsal.device_side import EnrollmentRecord

ENROLLED: Final = "enrolled"
DISENROLL_PENDING: Final = "disenroll_pending"
DISENROLLED: Final = "disenrolled"

PENDING: Final = "Pending"
IN_PROGRESS: Final = "In Progress"
SUCCESS: Final = "Success"
FAILED: Final = "Failed"
INSTALLED: Final = "Installed"

DEFAULT_USER: Final = 1


@define(kw_only=True)
class Invitation:
    """An enrollment request that went out; the API never shows it again."""

    at: datetime
    ownership: str


@define(kw_only=True)
class UserRow:
    """A user. The Managed Apple ID is no field of the product; whoever signs in is known by e-mail."""

    id: int
    name: str = field(repr=False)
    email: str | None = field(default=None, repr=False)
    phoneno: str | None = field(default=None, repr=False)
    domain: str = "local"
    upn: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    invitations: list[Invitation] = field(factory=list)


@define(kw_only=True)
class ActionRow:
    """One entry of a device's action status."""

    id: int
    action: str
    at: datetime
    about: int | None = None
    """Id of the policy or app it is about."""
    status: str = PENDING
    completed: datetime | None = None
    remarks: str = ""

    def end(self, status: str, at: datetime, remarks: str = "") -> None:
        """Close it."""
        self.status, self.completed, self.remarks = status, at, remarks


@define(kw_only=True)
class DevicePolicy:
    """A policy on its way to a device, or on it."""

    version: int
    status: str = PENDING
    since: datetime | None = None


@define(kw_only=True)
class DeviceApp:
    """A managed app on its way to a device, or on it."""

    by_policy: bool
    status: str = PENDING


def _forgotten(row: DeviceRow, _: Attribute[object], value: object) -> object:
    row.shown = None
    return value


@define(kw_only=True, on_setattr=_forgotten)
class DeviceRow:
    """One enrollment of a device; a new enrollment is a new row."""

    id: int
    user_id: int
    enrolled: datetime
    last_reported: datetime
    name: str = field(default="", repr=False)
    model_name: str = ""
    model: str = ""
    product_name: str = ""
    os_version: str = ""
    build_version: str = ""
    status: str = ENROLLED
    disenrolled: datetime | None = None
    compliant: bool = True
    battery: float = 80.0
    notes: str = ""
    ownership: int | None = None
    friendly_name: str | None = field(default=None, repr=False)
    record: EnrollmentRecord | None = field(default=None, repr=False)
    policies: dict[int, DevicePolicy] = field(factory=dict)
    apps: dict[int, DeviceApp] = field(factory=dict)
    actions: list[ActionRow] = field(factory=list)
    shown: tuple[str, str] | None = field(
        default=None, init=False, eq=False, repr=False, on_setattr=setters.NO_OP
    )
    """The row of the listing in JSON with its owner's name, until something changes."""

    @property
    def is_managed(self) -> bool:
        """Whether the enrollment still stands."""
        return self.status != DISENROLLED


@define(kw_only=True)
class Targets:
    """Ids something is associated with."""

    users: set[int] = field(factory=set)
    usergroups: set[int] = field(factory=set)
    devices: set[int] = field(factory=set)
    devicegroups: set[int] = field(factory=set)

    def add(self, other: Targets) -> None:
        """Associate with more."""
        self.users |= other.users
        self.usergroups |= other.usergroups
        self.devices |= other.devices
        self.devicegroups |= other.devicegroups

    def drop(self, other: Targets) -> None:
        """Dissociate from some."""
        self.users -= other.users
        self.usergroups -= other.usergroups
        self.devices -= other.devices
        self.devicegroups -= other.devicegroups

    def is_empty(self) -> bool:
        """Whether nobody is meant."""
        return not (self.users or self.usergroups or self.devices or self.devicegroups)


@define(kw_only=True)
class GroupRow:
    """A group of users, or of devices; `rule` makes a device group dynamic."""

    id: int
    name: str
    description: str
    created: datetime
    modified: datetime
    members: set[int] = field(factory=set)
    rule: Callable[[DeviceRow], bool] | None = None


@define(kw_only=True)
class PolicyRow:
    """A policy: what the API shows, and what only the console can make (`hidden`, `rests`)."""

    id: int
    name: str
    description: str
    created: datetime
    modified: datetime
    version: int = 1
    archived: bool = False
    ios: dict[str, object] | None = field(default=None, repr=False)
    android: dict[str, object] | None = field(default=None, repr=False)
    app_management: dict[str, object] = field(factory=dict)
    general_settings: dict[str, object] = field(factory=dict)
    targets: Targets = field(factory=Targets)
    hidden: list[dict[str, object]] = field(factory=list, repr=False)
    """Whole payloads the API has no words for."""
    rests: dict[str, dict[str, object]] = field(factory=dict, repr=False)
    """By dictionary of `ios`: the keys of its payload the API has no words for."""


@define(kw_only=True)
class AppRow:
    """An app of the inventory; `store_id` is Apple's number of it and is never shown."""

    id: int
    name: str
    identifier: str
    app_type: str = "store"
    platform: str = "ios"
    version: str = ""
    store_id: str | None = None
    details: dict[str, object] = field(factory=dict)
    targets: Targets = field(factory=Targets)


@define(kw_only=True)
class ShelfRow:
    """An app group, or a catalog of apps and app groups."""

    id: int
    name: str
    description: str
    created: datetime
    apps: list[int] = field(factory=list)
    groups: list[int] = field(factory=list)


@define
class Store:
    """All rows of one portal by id, with the look-ups that must stay quick."""

    users: dict[int, UserRow] = field(factory=dict)
    devices: dict[int, DeviceRow] = field(factory=dict)
    usergroups: dict[int, GroupRow] = field(factory=dict)
    devicegroups: dict[int, GroupRow] = field(factory=dict)
    policies: dict[int, PolicyRow] = field(factory=dict)
    apps: dict[int, AppRow] = field(factory=dict)
    appgroups: dict[int, ShelfRow] = field(factory=dict)
    catalogs: dict[int, ShelfRow] = field(factory=dict)
    _ids: dict[str, count[int]] = field(factory=dict)
    _by_email: dict[str, int] = field(factory=dict, repr=False)
    _by_user: dict[int, list[int]] = field(factory=dict)

    def next_id(self, kind: str) -> int:
        """The next free id of a kind of row; ids are never used twice."""
        return next(self._ids.setdefault(kind, count(1)))

    # -- users -------------------------------------------------------------------------------------

    def add_user(self, name: str, email: str | None, phoneno: str | None = None) -> UserRow:
        """Make a user."""
        row = UserRow(id=self.next_id("user"), name=name, email=email, phoneno=phoneno)
        self.users[row.id] = row
        if email:
            self._by_email[email.casefold()] = row.id
        return row

    def change_email(self, row: UserRow, email: str | None) -> None:
        """Give a user another address."""
        if row.email:
            self._by_email.pop(row.email.casefold(), None)
        row.email = email
        if email:
            self._by_email[email.casefold()] = row.id

    def drop_user(self, row: UserRow) -> None:
        """Forget a user; their device records go to the Default User."""
        self.change_email(row, None)
        del self.users[row.id]
        for group in self.usergroups.values():
            group.members.discard(row.id)
        for targets in self.all_targets():
            targets.users.discard(row.id)
        for device in self.devices_of(row.id):
            self.give(device, DEFAULT_USER)

    def user_by_email(self, address: str) -> UserRow | None:
        """The user with that address, upper and lower case alike."""
        found = self._by_email.get(address.casefold())
        return None if found is None else self.users[found]

    # -- devices -----------------------------------------------------------------------------------

    def add_device(self, row: DeviceRow) -> None:
        """Keep a device."""
        self.devices[row.id] = row
        self._by_user.setdefault(row.user_id, []).append(row.id)

    def give(self, row: DeviceRow, user_id: int) -> None:
        """Let a device belong to another user."""
        self._by_user[row.user_id].remove(row.id)
        row.user_id = user_id
        self._by_user.setdefault(user_id, []).append(row.id)

    def devices_of(self, user_id: int) -> list[DeviceRow]:
        """Every device record of a user, oldest first."""
        return [self.devices[i] for i in self._by_user.get(user_id, ())]

    def managed(self) -> int:
        """How many devices are under management."""
        return sum(d.is_managed for d in self.devices.values())

    # -- groups ------------------------------------------------------------------------------------

    def groups_of_user(self, user_id: int) -> list[GroupRow]:
        """User groups the user is in."""
        return [g for g in self.usergroups.values() if user_id in g.members]

    def members_of(self, group: GroupRow) -> list[DeviceRow]:
        """Devices in a device group; a dynamic one looks at every device."""
        if group.rule is not None:
            return [d for d in self.devices.values() if d.is_managed and group.rule(d)]
        return [self.devices[i] for i in sorted(group.members) if i in self.devices]

    def holds(self, group: GroupRow, device: DeviceRow) -> bool:
        """Whether a device is in a device group."""
        if group.rule is not None:
            return device.is_managed and group.rule(device)
        return device.id in group.members

    def all_targets(self) -> list[Targets]:
        """Targets of every policy and app."""
        return [
            *(p.targets for p in self.policies.values()),
            *(a.targets for a in self.apps.values()),
        ]

    def in_scope(self, targets: Targets, device: DeviceRow) -> bool:
        """Whether something with these targets is meant for the device."""
        return (
            device.id in targets.devices
            or device.user_id in targets.users
            or any(
                device.user_id in self.usergroups[g].members
                for g in targets.usergroups
                if g in self.usergroups
            )
            or any(
                self.holds(self.devicegroups[g], device)
                for g in targets.devicegroups
                if g in self.devicegroups
            )
        )

    def reached(self, targets: Targets) -> list[DeviceRow]:
        """Devices under management that the targets mean now, by id."""
        found: dict[int, DeviceRow] = {i: self.devices[i] for i in targets.devices}
        people = set(targets.users)
        for group in _known(self.usergroups, targets.usergroups):
            people |= group.members
        for user_id in people:
            found.update((d.id, d) for d in self.devices_of(user_id))
        for group in _known(self.devicegroups, targets.devicegroups):
            found.update((d.id, d) for d in self.members_of(group))
        return [found[i] for i in sorted(found) if found[i].is_managed]


def _known(groups: dict[int, GroupRow], wanted: Iterable[int]) -> list[GroupRow]:
    return [groups[i] for i in wanted if i in groups]
