"""What the server stores: users, devices, groups, and who is who."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from attrs import Attribute, define, field, setters

from ueapi.rehearsal.device_side import EnrollmentRecord
from ueapi_jamf.simulator.paging import Orders

NO_SITE: Final = "-1"

ACCOUNT_DRIVEN_USER: Final = "AccountDrivenUserEnrollment"
PROFILE_DRIVEN_USER: Final = "UserEnrollment"
ACCOUNT_DRIVEN_DEVICE: Final = "AccountDrivenDeviceEnrollment"
INSTITUTIONAL: Final = "Institutional"
"""Source: Jamf Pro API 11.30 schema, `deviceOwnershipType`."""
PERSONAL_TYPES: Final = frozenset({ACCOUNT_DRIVEN_USER, PROFILE_DRIVEN_USER})


def _counted(row: UserRow, _: Attribute[object], value: object) -> object:
    row.changes += 1
    return value


def _forgotten(row: DeviceRow, _: Attribute[object], value: object) -> object:
    row.shown.clear()
    return value


@define(kw_only=True, eq=False, on_setattr=_counted)
class UserRow:
    """A user as the server stores it; an empty text is nothing."""

    id: int
    username: str = field(repr=False)
    realname: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    managed_apple_id: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    position: str = field(default="", repr=False)
    changes: int = field(default=0, init=False, on_setattr=setters.NO_OP)
    """How often a field was set."""


@define(kw_only=True, eq=False)
class AppOnDevice:
    """A managed app as the phone last reported it."""

    bundle_id: str
    name: str
    version: str
    status: str


@define(kw_only=True, eq=False)
class ProfileOnDevice:
    """A profile as the phone last reported it."""

    identifier: str
    name: str
    installed: datetime | None = None


def changes_of(owner: UserRow | None) -> int:
    """How often a field of the owner was set."""
    return 0 if owner is None else owner.changes


@define(eq=False)
class Shown:
    """A row as a list shows it, with its owner, the number of the owner's changes, and the version of the users."""

    owner: UserRow | None
    changes: int
    users: int
    row: bytes = field(repr=False)

    def is_of(self, users: int) -> bool:
        """Whether no user came, went or changed since; then the owner is the same one as well."""
        owner = self.owner
        return self.users == users and (owner is None or owner.changes == self.changes)


@define(kw_only=True, eq=False, on_setattr=_forgotten)
class DeviceRow:
    """One device record. Records of ended enrollments stay; a new enrollment makes a new one.

    Values are replaced and never changed in place, so what was shown is forgotten whenever something changes.
    """

    id: int
    management_id: str
    udid: str = field(repr=False)
    name: str = field(repr=False)
    model: str
    model_identifier: str
    os_version: str
    ownership: str
    username: str = field(repr=False)
    enrolled: datetime
    last_contact: datetime
    last_inventory: datetime
    is_managed: bool = True
    serial: str = field(default="", repr=False)
    imei: str = field(default="", repr=False)
    phone_number: str = field(default="", repr=False)
    battery: int = 80
    asset_tag: str | None = None
    time_zone: str | None = None
    location: dict[str, str] | None = field(default=None, repr=False)
    """What an administrator typed into the user and location fields; otherwise the user's record shows."""
    apps: tuple[AppOnDevice, ...] = ()
    profiles: tuple[ProfileOnDevice, ...] = ()
    record: EnrollmentRecord | None = field(default=None, repr=False)
    shown: dict[tuple[str, ...], Shown] = field(factory=dict, init=False, repr=False)
    """The row in JSON by the sections asked for, until something changes."""

    @property
    def is_personal(self) -> bool:
        """Whether this is User Enrollment, under which the server sees no hardware identifiers."""
        return self.ownership in PERSONAL_TYPES


@define
class Users:
    """Users by id and by name."""

    rows: dict[int, UserRow] = field(factory=dict, repr=False)
    version: int = 0
    orders: Orders[UserRow] = field(factory=Orders, repr=False)
    _by_name: dict[str, int] = field(factory=dict, repr=False)
    _by_account: tuple[int, dict[str, list[int]]] = field(default=(-1, {}), repr=False)
    _last: int = 0

    def add(self, username: str, **more: str) -> UserRow:
        """Store a new user."""
        self._last += 1
        row = UserRow(id=self._last, username=username, **more)
        self.rows[row.id] = row
        self._by_name.setdefault(username.casefold(), row.id)
        self.version += 1
        return row

    def named(self, username: str) -> UserRow | None:
        """The user of that username."""
        return self.rows.get(self._by_name.get(username.casefold(), 0))

    def with_account(self, managed_apple_id: str) -> UserRow | None:
        """The first user with that Managed Apple ID."""
        return next(iter(self.holding(managed_apple_id)), None)

    def holding(self, managed_apple_id: str) -> list[UserRow]:
        """Every user with that Managed Apple ID, smallest id first; nothing keeps two from having one."""
        version, index = self._by_account
        if version != self.version:
            index = {}
            for row in self.rows.values():
                if account := account_of(row):
                    index.setdefault(account, []).append(row.id)
            self._by_account = (self.version, index)
        return [self.rows[i] for i in index.get(managed_apple_id.strip().casefold(), ())]

    def mailed(self, email: str) -> UserRow | None:
        """The first user with that e-mail address; several may share one."""
        wanted = email.strip().casefold()
        rows = self.rows.values()
        return next((r for r in rows if wanted and r.email.casefold() == wanted), None)

    def changed(self, row: UserRow, before: str) -> None:
        """Note that a row changed; `before` was its username."""
        if row.username != before:
            self._by_name.pop(before.casefold(), None)
            self._by_name[row.username.casefold()] = row.id
        self.version += 1

    def remove(self, row: UserRow) -> None:
        """Delete a user."""
        del self.rows[row.id]
        self._by_name.pop(row.username.casefold(), None)
        self.version += 1


def account_of(row: UserRow) -> str | None:
    """The user's Managed Apple ID in the form to compare by."""
    text = row.managed_apple_id.strip()
    return text.casefold() if text else None


@define
class Devices:
    """Devices by id and by management id."""

    rows: dict[int, DeviceRow] = field(factory=dict, repr=False)
    version: int = 0
    """Grows with every change; `names` only with changes of the default order."""
    names: int = 0
    orders: Orders[DeviceRow] = field(factory=Orders, repr=False)
    _by_management: dict[str, int] = field(factory=dict, repr=False)
    _by_record: dict[int, int] = field(factory=dict, repr=False)
    _last: int = 0

    def new_id(self) -> int:
        """The next id."""
        self._last += 1
        return self._last

    def add(self, row: DeviceRow) -> None:
        """Store a new record."""
        self.rows[row.id] = row
        self._by_management[row.management_id.casefold()] = row.id
        if row.record is not None:
            self._by_record[id(row.record)] = row.id
        self.changed(is_renamed=True)

    def managed_as(self, management_id: str) -> DeviceRow | None:
        """The record of that management id."""
        return self.rows.get(self._by_management.get(management_id.casefold(), 0))

    def of_record(self, record: EnrollmentRecord) -> DeviceRow | None:
        """The record of that enrollment."""
        return self.rows.get(self._by_record.get(id(record), 0))

    def enrolled(self) -> Iterator[DeviceRow]:
        """Records of enrollments that are alive on the device side."""
        return (r for r in self.rows.values() if r.is_managed and r.record is not None)

    def changed(self, *, is_renamed: bool = False) -> None:
        """Note that a row changed."""
        self.version += 1
        self.names += is_renamed

    def remove(self, row: DeviceRow) -> None:
        """Delete a record."""
        del self.rows[row.id]
        self._by_management.pop(row.management_id.casefold(), None)
        if row.record is not None:
            self._by_record.pop(id(row.record), None)
        self.changed(is_renamed=True)
