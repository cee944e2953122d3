"""Everything the simulated account remembers, as mutable rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import IntEnum, StrEnum
from itertools import count
from typing import Final

from attrs import define, field

from ueapi.rehearsal.device_side import EnrollmentRecord
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.elements import Element


class Managed(StrEnum):
    """`maas360ManagedStatus`. Source: published clients list these."""

    ENROLLED = "Enrolled"
    PENDING_REMOVAL = "Pending Control Removed"
    CONTROL_REMOVED = "Control Removed"
    USER_REMOVED = "User Removed Control"


class Wiped(StrEnum):
    """Where a selective wipe is, in the words of the search parameter."""

    NOT = "NOTAPPLIED"
    PENDING = "PENDING"
    COMPLETE = "COMPLETE"


class Target(IntEnum):
    """`targetDevices` of a distribution. Source: published clients."""

    ALL = 0
    GROUP = 1
    DEVICE = 2


APP_STORE: Final = 2
ENTERPRISE: Final = 1
WEB_CLIP: Final = 8
"""`appType`. Source: published clients."""


@define(kw_only=True)
class UserRow:
    """A user. The linked Managed Apple ID is shown by no service."""

    id: int
    username: str = field(repr=False)
    domain: str
    name: str = field(repr=False)
    email: str = field(default="", repr=False)
    account: str | None = field(default=None, repr=False)
    """The linked Managed Apple ID."""
    created: datetime
    updated: datetime
    custom: dict[str, str] = field(factory=dict, repr=False)


@define(kw_only=True)
class ActionRow:
    """An action on a device, in `checkActionStatus` and the action history."""

    id: int
    name: str
    at: datetime
    status: str = assumed.PENDING
    ended: datetime | None = None
    note: str = ""
    open_commands: int = 0
    """Commands the phone hasn't answered yet."""


@define(kw_only=True)
class HeldPart:
    """A part of a policy on its way to a device, or on it."""

    content: bytes = field(repr=False)
    is_there: bool = False
    failed: bool = False


class AppState(StrEnum):
    """An app on its way to a device, or on it. Guess: the words."""

    PENDING = "Pending Install"
    INSTALLED = "Installed"
    FAILED = "Failed"


@define(kw_only=True, eq=False)
class DeviceRow:
    """One enrollment of a device. Guess: a new enrollment is a new row with a new key."""

    key: str
    user_id: int
    enrolled: datetime
    last_reported: datetime
    name: str = field(default="", repr=False)
    model_name: str = ""
    product_name: str = ""
    os_version: str = ""
    record: EnrollmentRecord | None = field(default=None, repr=False)
    managed: Managed = Managed.ENROLLED
    wiped: Wiped = Wiped.NOT
    is_hidden: bool = False
    assigned: int | None = None
    """Id of the policy given to this device itself."""
    policy: int | None = None
    """Id of the policy it was last sent."""
    parts: dict[str, HeldPart] = field(factory=dict)
    apps: dict[str, AppState] = field(factory=dict)
    """By app id."""
    seats: set[str] = field(factory=set)
    """Ids of the apps whose licenses are taken for its owner."""
    actions: list[ActionRow] = field(factory=list)
    custom: dict[str, str] = field(factory=dict, repr=False)
    shown: dict[object, tuple[object, Element]] = field(factory=dict, init=False, repr=False)
    """Its elements of listings by how they are made, each with what it was made from."""

    @property
    def is_managed(self) -> bool:
        """Whether the enrollment still stands."""
        return self.managed in (Managed.ENROLLED, Managed.PENDING_REMOVAL)

    @property
    def is_active(self) -> bool:
        """Guess: a device is active as long as it is under control, and not hidden."""
        return self.is_managed and not self.is_hidden

    @property
    def is_user_enrolled(self) -> bool:
        """Whether Apple's rules for personal phones hold; they do unless the phone showed its hardware."""
        return self.record is None or self.record.kind.is_user_enrollment


@define(kw_only=True, eq=False)
class GroupRow:
    """A group of users, or of devices; one of devices has a rule."""

    id: int
    name: str
    kind: int
    description: str = ""
    members: set[int] = field(factory=set)
    """Ids of users."""
    rule: Callable[[DeviceRow], bool] | None = None
    policy: int | None = None
    policy_since: int = 0
    """Grows with each assignment of a policy, so that the newest is known."""

    @property
    def is_of_users(self) -> bool:
        """Whether its members are users."""
        return self.kind == assumed.USER_GROUP


@define(kw_only=True)
class PolicyRow:
    """A policy: configuration profiles that go out together. Their content is shown by no service."""

    id: int
    name: str
    parts: tuple[bytes, ...] = field(default=(), repr=False)
    version: int = 1
    is_default: bool = False


@define(kw_only=True)
class Distribution:
    """For whom an app is. `is_instant`: it is installed without the person asking for it."""

    target: Target
    group: int | None = None
    device: str | None = None
    is_instant: bool
    at: datetime

    def aims_like(self, other: Distribution) -> bool:
        """Whether both are for the same devices."""
        mine = (self.target, self.group, self.device)
        return mine == (other.target, other.group, other.device)


@define(kw_only=True)
class AppRow:
    """An app of the catalog; `store_id` is Apple's number of it."""

    id: int
    app_id: str
    name: str
    app_type: int = APP_STORE
    version: str = ""
    store_id: str | None = None
    added: datetime
    category: str = "Business"
    leaves_with_control: bool = True
    is_deleted: bool = False
    distributions: list[Distribution] = field(factory=list)


@define(kw_only=True)
class EventRow:
    """A compliance event."""

    at: datetime
    device: str | None
    what: str


@define(kw_only=True)
class AuditRow:
    """Something the administrator did through the services: a sign-in, or a change."""

    at: datetime
    what: str
    is_login: bool


@define(kw_only=True)
class Invitation:
    """An enrollment request that waits for the user."""

    id: int
    user_id: int
    at: datetime
    ownership: str
    passcode: str = field(repr=False)
    url: str = field(repr=False)


@define
class Store:
    """All rows of one account, with the look-ups that must stay quick."""

    users: dict[int, UserRow] = field(factory=dict)
    devices: dict[str, DeviceRow] = field(factory=dict)
    groups: dict[int, GroupRow] = field(factory=dict)
    policies: dict[int, PolicyRow] = field(factory=dict)
    apps: dict[str, AppRow] = field(factory=dict)
    """By app id, upper and lower case alike."""
    events: list[EventRow] = field(factory=list)
    invitations: list[Invitation] = field(factory=list)
    alerts: list[str] = field(factory=list)
    audit: list[AuditRow] = field(factory=list)
    attributes: dict[str, str] = field(factory=dict)
    """Names of custom attributes of devices, with their types."""
    _ids: dict[str, count[int]] = field(factory=dict)
    _by_user: dict[int, list[str]] = field(factory=dict)
    _by_account: dict[str, int] = field(factory=dict, repr=False)
    _by_email: dict[str, int] = field(factory=dict, repr=False)

    def next_id(self, kind: str, first: int = 1) -> int:
        """The next free id of a kind of row; ids are never used twice."""
        return next(self._ids.setdefault(kind, count(first)))

    # -- users -------------------------------------------------------------------------------------

    def add_user(self, row: UserRow) -> None:
        """Keep a user."""
        self.users[row.id] = row
        self.index_user(row)

    def index_user(self, row: UserRow) -> None:
        """Make a user's addresses known; whoever has one already keeps it."""
        if row.email:
            self._by_email.setdefault(row.email.casefold(), row.id)
        if row.account:
            self._by_account.setdefault(row.account.casefold(), row.id)

    def forget_addresses(self, row: UserRow) -> None:
        """Let others have a user's addresses."""
        for index in (self._by_email, self._by_account):
            for address in [a for a, owner in index.items() if owner == row.id]:
                del index[address]

    def drop_user(self, row: UserRow) -> None:
        """Forget a user."""
        self.forget_addresses(row)
        del self.users[row.id]
        for group in self.groups.values():
            group.members.discard(row.id)

    def user_with_account(self, address: str) -> UserRow | None:
        """The user to whom that Managed Apple ID is linked."""
        return self.users.get(self._by_account.get(address.casefold(), 0))

    def user_with_email(self, address: str) -> UserRow | None:
        """The first user with that address, upper and lower case alike."""
        return self.users.get(self._by_email.get(address.casefold(), 0))

    def user_named(self, username: str, domain: str) -> UserRow | None:
        """The user with that name in that domain."""
        wanted = (username.casefold(), domain.casefold())
        rows = self.users.values()
        return next(
            (u for u in rows if (u.username.casefold(), u.domain.casefold()) == wanted), None
        )

    # -- devices -----------------------------------------------------------------------------------

    def add_device(self, row: DeviceRow) -> None:
        """Keep a device."""
        self.devices[row.key] = row
        self._by_user.setdefault(row.user_id, []).append(row.key)

    def give(self, row: DeviceRow, user_id: int) -> None:
        """Let a device belong to another user."""
        self._by_user[row.user_id].remove(row.key)
        row.user_id = user_id
        self._by_user.setdefault(user_id, []).append(row.key)

    def devices_of(self, user_id: int) -> list[DeviceRow]:
        """Every device record of a user, oldest first."""
        return [self.devices[k] for k in self._by_user.get(user_id, ())]

    def shown_devices(self) -> list[DeviceRow]:
        """Device records nobody has hidden."""
        return [d for d in self.devices.values() if not d.is_hidden]

    # -- groups ------------------------------------------------------------------------------------

    def groups_of_user(self, user_id: int) -> list[GroupRow]:
        """User groups the user is in."""
        return [g for g in self.groups.values() if g.is_of_users and user_id in g.members]

    def holds(self, group: GroupRow, device: DeviceRow) -> bool:
        """Whether a device is in a group, or belongs to somebody in it."""
        if group.is_of_users:
            return device.user_id in group.members
        return group.rule is not None and group.rule(device)

    def devices_in(self, group: GroupRow) -> list[DeviceRow]:
        """Device records in a group, or of the users in it."""
        if group.is_of_users:
            return [d for u in sorted(group.members) for d in self.devices_of(u) if not d.is_hidden]
        return [d for d in self.shown_devices() if self.holds(group, d)]

    # -- policies and apps -------------------------------------------------------------------------

    def policy_named(self, name: str) -> PolicyRow | None:
        """The policy of that name, upper and lower case alike."""
        wanted = name.strip().casefold()
        return next((p for p in self.policies.values() if p.name.casefold() == wanted), None)

    def app_with_id(self, app_id: str) -> AppRow | None:
        """The catalog's app of that id, unless it was deleted."""
        found = self.known_app(app_id)
        return None if found is None or found.is_deleted else found

    def known_app(self, app_id: str) -> AppRow | None:
        """The app of that id, deleted or not."""
        return self.apps.get(app_id.strip().casefold())

    def add_app(self, row: AppRow) -> None:
        """Keep an app."""
        self.apps[row.app_id.casefold()] = row

    def is_meant(self, distributions: Iterable[Distribution], device: DeviceRow) -> bool:
        """Whether one of these distributions brings the app to the device by itself."""
        return any(d.is_instant and self._aims_at(d, device) for d in distributions)

    def _aims_at(self, distribution: Distribution, device: DeviceRow) -> bool:
        match distribution.target:
            case Target.ALL:
                return True
            case Target.DEVICE:
                return distribution.device == device.key
            case Target.GROUP:
                group = self.groups.get(distribution.group or 0)
                return group is not None and self.holds(group, device)

    def reached(self, distribution: Distribution) -> Sequence[DeviceRow]:
        """Devices under control that a distribution means now."""
        return [d for d in self._meant_by(distribution) if d.is_managed]

    def _meant_by(self, distribution: Distribution) -> Sequence[DeviceRow]:
        match distribution.target:
            case Target.ALL:
                return self.shown_devices()
            case Target.DEVICE:
                return [self.devices[k] for k in (distribution.device,) if k in self.devices]
            case Target.GROUP:
                group = self.groups.get(distribution.group or 0)
                return [] if group is None else self.devices_in(group)
