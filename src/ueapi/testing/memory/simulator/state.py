"""What the product keeps: rows, in the order they came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from functools import partial

from attrs import define, field

from ueapi.model import CriteriaTree, GroupOf
from ueapi.rehearsal.criteria import holds
from ueapi.rehearsal.device_side import EnrollmentRecord


class Progress(StrEnum):
    """How far something on its way to a phone has come."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@define(kw_only=True)
class UserRow:
    """A person."""

    id: str
    username: str | None = field(repr=False)
    name: str = field(repr=False)
    email: str | None = field(repr=False)
    managed_apple_id: str | None = field(repr=False)
    invited: int = 0
    """Invitations sent."""


@define(kw_only=True)
class GroupRow:
    """A group; `criteria` makes it dynamic, and then `members` is unused."""

    id: str
    name: str
    of: GroupOf
    members: list[str] = field(factory=list)
    criteria: CriteriaTree | None = None


@define
class Targets:
    """To whom something is assigned."""

    users: list[str] = field(factory=list)
    user_groups: list[str] = field(factory=list)
    devices: list[str] = field(factory=list)
    device_groups: list[str] = field(factory=list)
    everyone: bool = False

    def add(self, more: Targets) -> None:
        """Add targets; one that is there already stays once."""
        for mine, new in self._pairs(more):
            mine += [one for one in new if one not in mine]
        self.everyone = self.everyone or more.everyone

    def drop(self, fewer: Targets) -> None:
        """Take targets away; one that isn't there is no error."""
        for mine, old in self._pairs(fewer):
            mine[:] = [one for one in mine if one not in old]
        self.everyone = self.everyone and not fewer.everyone

    def _pairs(self, other: Targets) -> tuple[tuple[list[str], list[str]], ...]:
        return (
            (self.users, other.users),
            (self.user_groups, other.user_groups),
            (self.devices, other.devices),
            (self.device_groups, other.device_groups),
        )


@define(kw_only=True)
class ProfileRow:
    """A configuration profile; `identifier` is the one phones know it by."""

    id: str
    name: str
    content: bytes = field(repr=False)
    identifier: str
    version: int = 1
    targets: Targets = field(factory=Targets)


@define(kw_only=True)
class AppRow:
    """An app of the catalog."""

    id: str
    name: str
    kind: str
    bundle_id: str
    store_id: str | None
    version: str | None
    targets: Targets = field(factory=Targets)


@define(kw_only=True)
class CommandRow:
    """A command for a phone; `about` is the id of the profile or app it brings."""

    id: str
    kind: str
    sent: datetime
    about: str = ""
    completed: datetime | None = None
    problem: str | None = None


@define(kw_only=True)
class Held:
    """A profile or app that was sent to a phone."""

    version: int = 0
    progress: Progress = Progress.WAITING
    problem: str | None = None


@define(kw_only=True, eq=False)
class DeviceRow:
    """One enrollment of one phone; a phone that comes again is a new row."""

    id: str
    user: str
    record: EnrollmentRecord = field(repr=False)
    is_ending: bool = False
    profiles: dict[str, Held] = field(factory=dict)
    apps: dict[str, Held] = field(factory=dict)
    commands: list[CommandRow] = field(factory=list)

    @property
    def is_managed(self) -> bool:
        """Whether the enrollment has not ended."""
        return self.record.ended is None


@define
class Store:
    """Everything of one tenant."""

    users: dict[str, UserRow] = field(factory=dict)
    groups: dict[str, GroupRow] = field(factory=dict)
    devices: dict[str, DeviceRow] = field(factory=dict)
    profiles: dict[str, ProfileRow] = field(factory=dict)
    apps: dict[str, AppRow] = field(factory=dict)
    _last: int = 0

    def new_id(self, kind: str) -> str:
        """An id nobody has or had, such as "user-7"."""
        self._last += 1
        return f"{kind}-{self._last}"

    # -- who is who --------------------------------------------------------------------------------

    def user_of(self, account: str) -> UserRow | None:
        """The person with that Managed Apple ID, compared as Apple does; else with that address or user name."""
        key = account.casefold()
        for known in (_accounts, _addresses, _user_names):
            found = next((u for u in self.users.values() if key in known(u)), None)
            if found is not None:
                return found
        return None

    def devices_of(self, user: str) -> Iterator[DeviceRow]:
        """The phones of a person that are managed now."""
        return (d for d in self.devices.values() if d.user == user and d.is_managed)

    # -- groups ------------------------------------------------------------------------------------

    def members(self, group: GroupRow) -> list[str]:
        """Ids of who is in a group now."""
        criteria = group.criteria
        if criteria is None:
            return group.members
        if group.of == "users":
            people = self.users.values()
            return [u.id for u in people if holds(criteria, partial(user_value, u))]
        phones = (d for d in self.devices.values() if d.is_managed)
        return [d.id for d in phones if holds(criteria, partial(self.device_value, d))]

    def device_value(self, device: DeviceRow, name: str) -> str:
        """What a criterion about devices compares."""
        record = device.record
        own = {
            "os-version": record.os_version,
            "model": record.model,
            "enrollment-kind": record.kind.value,
        }
        return own[name] if name in own else user_value(self.users[device.user], name)

    # -- targets -----------------------------------------------------------------------------------

    def is_meant(self, targets: Targets, device: DeviceRow) -> bool:
        """Whether these targets mean that phone."""
        if targets.everyone or device.user in targets.users or device.id in targets.devices:
            return True
        by_user = any(self._is_in(device.user, group) for group in targets.user_groups)
        return by_user or any(self._is_in(device.id, group) for group in targets.device_groups)

    def _is_in(self, one: str, group: str) -> bool:
        row = self.groups.get(group)
        return row is not None and one in self.members(row)


def user_value(user: UserRow, name: str) -> str:
    """What a criterion about people compares; empty where the person has nothing."""
    values = {
        "managed-apple-id": user.managed_apple_id,
        "email": user.email,
        "username": user.username,
    }
    return values.get(name) or ""


def _accounts(user: UserRow) -> set[str]:
    return {(user.managed_apple_id or "").casefold()} - {""}


def _addresses(user: UserRow) -> set[str]:
    return {(user.email or "").casefold()} - {""}


def _user_names(user: UserRow) -> set[str]:
    # People without a Managed Apple ID sign in with their user name at the organization's domain.
    return {f"{user.username.casefold()}@example.org"} if user.username else set()
