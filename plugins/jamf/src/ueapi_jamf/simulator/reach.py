"""Who is in a scope."""

from __future__ import annotations

from attrs import define, field

from ueapi_jamf.simulator.content import Scope
from ueapi_jamf.simulator.groups import Groups
from ueapi_jamf.simulator.state import DeviceRow, Devices, UserRow, Users


@define(eq=False)
class Reach:
    """Works out scopes. Guess: exclusions win over everything, and a user in scope brings all their devices."""

    users: Users = field(repr=False)
    devices: Devices = field(repr=False)
    user_groups: Groups[UserRow] = field(repr=False)
    device_groups: Groups[DeviceRow] = field(repr=False)
    _owned: tuple[tuple[int, int], dict[int, list[int]]] = field(default=((-1, -1), {}), repr=False)

    def users_in(self, scope: Scope) -> set[int]:
        """Ids of users in scope."""
        found = set(self.users.rows) if scope.all_users else set(scope.users)
        found |= self.user_groups.union(scope.user_groups)
        found &= self.users.rows.keys()
        return found - scope.without_users - self.user_groups.union(scope.without_user_groups)

    def devices_in(self, scope: Scope) -> set[int]:
        """Ids of devices in scope, whether they are managed or not."""
        found = set(self.devices.rows) if scope.all_devices else set(scope.devices)
        found |= self.device_groups.union(scope.device_groups)
        found &= self.devices.rows.keys()
        found |= self._of_users(self.users_in(scope))
        found -= scope.without_devices | self.device_groups.union(scope.without_device_groups)
        shut_out = scope.without_users | self.user_groups.union(scope.without_user_groups)
        return found - self._of_users(shut_out)

    def holds(self, scope: Scope, device: DeviceRow, owner: UserRow | None) -> bool:
        """Whether this device is in scope, without working out the others."""
        if device.id in scope.without_devices or self._in(scope.without_device_groups, device):
            return False
        if owner is not None and (
            owner.id in scope.without_users or self._user_in(scope.without_user_groups, owner)
        ):
            return False
        if scope.all_devices or device.id in scope.devices:
            return True
        if self._in(scope.device_groups, device):
            return True
        return owner is not None and (
            scope.all_users or owner.id in scope.users or self._user_in(scope.user_groups, owner)
        )

    def _in(self, ids: set[int], device: DeviceRow) -> bool:
        groups = self.device_groups
        return any(i in groups.rows and groups.holds(groups.rows[i], device) for i in ids)

    def _user_in(self, ids: set[int], user: UserRow) -> bool:
        groups = self.user_groups
        return any(i in groups.rows and groups.holds(groups.rows[i], user) for i in ids)

    def devices_of(self, user_id: int) -> list[int]:
        """Ids of the devices assigned to a user."""
        now = (self.users.version, self.devices.version)
        if self._owned[0] != now:
            owned: dict[int, list[int]] = {}
            for device in self.devices.rows.values():
                owner = self.users.named(device.username) if device.username else None
                if owner is not None:
                    owned.setdefault(owner.id, []).append(device.id)
            self._owned = (now, owned)
        return self._owned[1].get(user_id, [])

    def _of_users(self, ids: set[int]) -> set[int]:
        return {device for user in ids for device in self.devices_of(user)}
