"""The server behind all routes: what it holds, and what surrounds it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from attrs import Factory, define, field

from ueapi.apple import mdm
from ueapi.rehearsal.device_side import QUERIES, DeviceSide
from ueapi.rehearsal.simulator import Surroundings
from ueapi_jamf.simulator.commands import CommandRow, Commands
from ueapi_jamf.simulator.content import AppRow, ProfileRow, Shelf
from ueapi_jamf.simulator.criteria import OWNERSHIP_SHOWN, Lookup
from ueapi_jamf.simulator.delivery import Delivery
from ueapi_jamf.simulator.groups import Groups
from ueapi_jamf.simulator.reach import Reach
from ueapi_jamf.simulator.seats import Seats
from ueapi_jamf.simulator.state import DeviceRow, Devices, UserRow, Users
from ueapi_jamf.simulator.tokens import Tokens

VERSION: Final = "11.30.1-t1784555528405"
"""Source: Jamf Pro API 11.30 schema, `/v1/jamf-pro-version`: major, minor, patch, and a build time in milliseconds."""
SETTLES_AFTER: Final = 1.0
"""Seconds until scopes take effect on phones. Guess: soon; the work is done after the response."""


@define(kw_only=True)
class Switches:
    """What isn't documented, or is a setting of the tenant."""

    shows_enrollment_id: bool = True
    """Guess: a user-enrolled phone's EnrollmentID is shown as `udid`; otherwise the field is empty."""
    refuses_forbidden_commands: bool = False
    """Guess: what User Enrollment forbids is queued and fails on the phone; switched on, it is refused with 400."""
    stores_payloads_verbatim: bool = False
    """Guess: payloads are stored decoded once more. Jamf's notes on PI-827 also tell of servers that only refuse what
    decoding would break, and then store the text as it came."""
    allows_user_enrollment: bool = False
    """Whether account-driven User Enrollment is set up."""
    allows_device_enrollment: bool = True
    """Whether phones come under Device Enrollment at all."""


@define(eq=False)
class Server:
    """One Jamf Pro server. `side` is set once the device side exists."""

    around: Surroundings
    tokens: Tokens = field(repr=False)
    switches: Switches = Factory(Switches)
    users: Users = Factory(Users)
    devices: Devices = Factory(Devices)
    profiles: Shelf[ProfileRow] = Factory(Shelf)
    apps: Shelf[AppRow] = Factory(Shelf)
    denied: set[str] = Factory(set)
    """Privileges the credentials lack; empty means all are given."""
    side: DeviceSide = field(init=False, repr=False)
    user_groups: Groups[UserRow] = field(init=False)
    device_groups: Groups[DeviceRow] = field(init=False)
    reach: Reach = field(init=False)
    seats: Seats = field(init=False)
    delivery: Delivery = field(init=False)
    commands: Commands = field(init=False)
    _is_settled: bool = True

    def __attrs_post_init__(self) -> None:
        users, devices = self.users, self.devices
        self.user_groups = Groups(lambda: users.rows, lambda: users.version, _user_lookup)
        self.device_groups = Groups(
            lambda: devices.rows, lambda: devices.version + users.version, self._device_lookup
        )
        self.reach = Reach(users, devices, self.user_groups, self.device_groups)
        self.seats = Seats(self.around.apple, self.reach)
        self.delivery = Delivery(self)
        self.commands = Commands(self.around.clock)

    # -- looking up --------------------------------------------------------------------------------

    def new_uuid(self) -> str:
        """A fresh UUID in lower case."""
        return str(UUID(int=self.around.rng.getrandbits(128), version=4))

    def owner_of(self, device: DeviceRow) -> UserRow | None:
        """The user a device is assigned to."""
        return self.users.named(device.username) if device.username else None

    def owner_for(self, account: str) -> UserRow | None:
        """The user who signs in with that account.

        Guess: known by Managed Apple ID, then by username with or without the domain, then by e-mail address.
        """
        users = self.users
        found = users.with_account(account) or users.named(account)
        if found is None:
            found = users.named(account.partition("@")[0]) or users.mailed(account)
        return found

    def is_denied(self, privilege: str | None) -> bool:
        """Whether the credentials lack it."""
        return privilege in self.denied

    # -- what changes ripple into -------------------------------------------------------------------

    def settle(self) -> None:
        """Have scopes take effect soon, once for everything that changes until then."""
        if self._is_settled:
            self._is_settled = False
            self.around.clock.after(SETTLES_AFTER, self.settle_now)

    def settle_now(self) -> None:
        """Have scopes take effect, if something changed."""
        if self._is_settled:
            return
        self._is_settled = True
        self.seats.settle()
        self.delivery.settle()

    def rename_owner(self, before: str, now: str) -> None:
        """Keep devices assigned to a user whose username changed."""
        if before == now:
            return
        for device in self.devices.rows.values():
            if device.username == before:
                device.username = now
        self.devices.changed()

    def remove_user(self, row: UserRow) -> None:
        """Delete a user; devices keep the username they had."""
        self.users.remove(row)
        self.user_groups.forget(row.id)
        self.settle()

    # -- phones ------------------------------------------------------------------------------------

    def send(
        self, device: DeviceRow, command: mdm.Command, *, profile: tuple[int, str] | None = None
    ) -> CommandRow:
        """Queue a command for a phone."""
        return self.commands.send(self.side, device, command, profile=profile)

    def question(self, kind: mdm.RequestType) -> mdm.Command:
        """The command that asks a phone for its inventory, profiles or apps."""
        uuid = self.side.new_command_id()
        if kind is mdm.RequestType.PROFILE_LIST:
            return mdm.profile_list(uuid)
        if kind is mdm.RequestType.MANAGED_APPLICATION_LIST:
            return mdm.managed_application_list(uuid)
        return mdm.device_information(uuid, QUERIES)

    def leave(self, device: DeviceRow) -> str | None:
        """Tell a phone to remove its enrollment; `None` when it isn't managed."""
        if device.record is None or not device.is_managed:
            return None
        uuid = self.side.end(device.record)
        return None if uuid is None else self.commands.note(device, uuid, "REMOVE_PROFILE").uuid

    def _device_lookup(self, device: DeviceRow) -> Lookup:
        def value(name: str) -> str:
            match name:
                case "device ownership type":
                    return OWNERSHIP_SHOWN[device.ownership]
                case "os version" | "ios version":
                    return device.os_version
                case "model":
                    return device.model
                case "display name":
                    return device.name
            owner = self.owner_of(device)
            return _user_value(owner, name) if owner else ""

        return value


def _user_lookup(user: UserRow) -> Lookup:
    return lambda name: _user_value(user, name)


def _user_value(user: UserRow, name: str) -> str:
    match name:
        case "managed apple id":
            return user.managed_apple_id
        case "email address":
            return user.email
        case "username":
            return user.username
        case "full name":
            return user.realname
        case _:
            return ""
