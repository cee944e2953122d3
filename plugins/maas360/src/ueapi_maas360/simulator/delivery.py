"""From policies and distributions to commands: what a device should have, what it has, and how it gets there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from attrs import define, field

from ueapi.rehearsal.device_side import EnrollmentRecord
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account
from ueapi_maas360.simulator.policies import parts_for
from ueapi_maas360.simulator.state import (
    ActionRow,
    AppRow,
    AppState,
    DeviceRow,
    HeldPart,
    Managed,
    PolicyRow,
    Wiped,
)

REMOVE_CONTROL: Final = "Remove Control"
SELECTIVE_WIPE: Final = "Selective Wipe"


class Wire(Protocol):
    """The way to the phones. A command that belongs to an action carries its row."""

    def install_profile(self, device: DeviceRow, identifier: str, content: bytes) -> None:
        """Queue it."""

    def remove_profile(self, device: DeviceRow, identifier: str, action: ActionRow | None) -> None:
        """Queue it."""

    def install_app(self, device: DeviceRow, app: AppRow) -> None:
        """Queue it."""

    def remove_app(self, device: DeviceRow, app_id: str, action: ActionRow | None) -> None:
        """Queue it."""

    def refresh(self, device: DeviceRow, action: ActionRow) -> None:
        """Queue it."""

    def lock(self, device: DeviceRow, action: ActionRow) -> None:
        """Queue it."""

    def end(self, record: EnrollmentRecord) -> None:
        """Queue the removal of the enrollment."""


@define
class Delivery:
    """Queues commands and keeps actions; the phone's answers come in through the hooks."""

    account: Account
    wire: Wire
    actions: dict[int, tuple[DeviceRow, ActionRow]] = field(factory=dict)
    """Every action there ever was, by id."""
    _policy_turns: int = 0

    # -- policies ----------------------------------------------------------------------------------

    def policy_for(self, device: DeviceRow) -> PolicyRow:
        """The one policy a device is to have.

        Guess: what was given to the device itself, else the newest of its groups, else the default.
        """
        store = self.account.store
        number = device.assigned
        if number is None:
            groups = [g for g in store.groups.values() if g.policy and store.holds(g, device)]
            newest = max(groups, key=lambda g: g.policy_since, default=None)
            number = None if newest is None else newest.policy
        return store.policies.get(number or 0) or self.account.default_policy()

    def assign_to_group(self, group_id: int, policy: PolicyRow) -> list[DeviceRow]:
        """Give a group a policy, in place of the one it has; return the devices in it."""
        group = self.account.store.groups[group_id]
        self._policy_turns += 1
        group.policy, group.policy_since = policy.id, self._policy_turns
        return self.account.store.devices_in(group)

    # -- what should be there ----------------------------------------------------------------------

    def reconcile(self, *devices: DeviceRow) -> None:
        """Queue what is missing on these devices, and the removal of what is no longer meant for them."""
        for device in devices:
            if device.managed is Managed.ENROLLED and device.wiped is Wiped.NOT:
                self._reconcile_policy(device)
                self._reconcile_apps(device)

    def _reconcile_policy(self, device: DeviceRow) -> None:
        policy = self.policy_for(device)
        device.policy = policy.id
        wanted = parts_for(policy, device)
        for identifier in [i for i in device.parts if i not in wanted]:
            del device.parts[identifier]
            self.wire.remove_profile(device, identifier, None)
        for identifier, content in wanted.items():
            held = device.parts.get(identifier)
            if held is None or held.content != content:
                device.parts[identifier] = HeldPart(content=content)
                self.wire.install_profile(device, identifier, content)

    def _reconcile_apps(self, device: DeviceRow) -> None:
        store = self.account.store
        wanted = [a for a in store.apps.values() if store.is_meant(a.distributions, device)]
        for app in wanted:
            if app.app_id not in device.apps:
                self.install(device, app)
        names = {a.app_id for a in wanted}
        for app_id in [a for a in device.apps if a not in names]:
            self.uninstall(device, app_id)

    def offer_again(self, app: AppRow, *devices: DeviceRow) -> None:
        """Bring an app once more to devices where it failed."""
        for device in devices:
            if device.apps.get(app.app_id) is AppState.FAILED:
                del device.apps[app.app_id]
        self.reconcile(*devices)

    def send_again(self, *devices: DeviceRow) -> None:
        """Bring a policy, and once more what of it a device refused."""
        for device in devices:
            for identifier in [i for i, part in device.parts.items() if part.failed]:
                del device.parts[identifier]
        self.reconcile(*devices)

    def install(self, device: DeviceRow, app: AppRow) -> None:
        """Bring an app to a device; the license is taken now, as a side effect.

        Source: IBM's page on User Enrollment: apps come with licenses of users only. Guess: without a free seat, or
        without a linked location, the app fails at once.
        """
        if not self._take_seat(device, app):
            device.apps[app.app_id] = AppState.FAILED
            return
        device.seats.add(app.app_id)
        device.apps[app.app_id] = AppState.PENDING
        self.wire.install_app(device, app)

    def uninstall(self, device: DeviceRow, app_id: str) -> None:
        """Take a managed app off a device. Guess: that stopping a distribution does so; its license becomes free."""
        device.apps.pop(app_id, None)
        self._give_back(device, [app_id])
        self.wire.remove_app(device, app_id, None)

    # -- selective wipe ----------------------------------------------------------------------------

    def selective_wipe(self, device: DeviceRow) -> ActionRow:
        """Take everything managed off a device that stays under control. Guess: its licenses stay taken."""
        action = self.begin(device, SELECTIVE_WIPE)
        if device.wiped is Wiped.COMPLETE:
            self.close(action)
            return action
        device.wiped = Wiped.PENDING
        for identifier in list(device.parts):
            self.wire.remove_profile(device, identifier, action)
        for app_id in list(device.apps):
            self.wire.remove_app(device, app_id, action)
        self.wire.refresh(device, action)
        device.parts.clear()
        device.apps.clear()
        return action

    def revoke_wipe(self, device: DeviceRow) -> None:
        """Bring everything back."""
        device.wiped = Wiped.NOT
        self.reconcile(device)

    # -- the end of an enrollment ------------------------------------------------------------------

    def remove_control(self, device: DeviceRow) -> ActionRow:
        """End the enrollment; control counts as removed once the phone has answered."""
        action = self.begin(device, REMOVE_CONTROL)
        device.managed = Managed.PENDING_REMOVAL
        if device.record is None:
            self.gone(device)
        else:
            self.wire.end(device.record)
        return action

    def gone(self, device: DeviceRow) -> None:
        """The enrollment is over and the record stays. Licenses become free with the person's last device."""
        if not device.is_managed:
            return
        asked = device.managed is Managed.PENDING_REMOVAL
        device.managed = Managed.CONTROL_REMOVED if asked else Managed.USER_REMOVED
        for action in [a for a in device.actions if a.ended is None]:
            self.close(action, "" if action.name == REMOVE_CONTROL else "Control was removed.")
        if not asked:
            self.account.note_event(device, "User removed control")
        device.parts.clear()
        device.apps.clear()
        self._give_back(device, list(device.seats))

    # -- actions -----------------------------------------------------------------------------------

    def begin(self, device: DeviceRow, name: str) -> ActionRow:
        """Open an action."""
        number = self.account.store.next_id("action", 128_400_001)
        row = ActionRow(id=number, name=name, at=self.account.now())
        device.actions.append(row)
        self.actions[row.id] = (device, row)
        return row

    def close(self, action: ActionRow, problem: str = "") -> None:
        """Close an action: it went well, unless there is a problem."""
        if action.ended is None:
            action.ended, action.note = self.account.now(), problem
            action.status = assumed.FAILED if problem else assumed.COMPLETED

    def answered(self, action: ActionRow, problem: str | None) -> None:
        """The phone answered one of an action's commands."""
        action.open_commands -= 1
        action.status = assumed.SENT if action.ended is None else action.status
        action.note = action.note or problem or ""
        if action.open_commands > 0 or action.ended is not None:
            return
        device, _ = self.actions[action.id]
        if action.name == SELECTIVE_WIPE:
            # What was gone from the phone before can't be removed once more, and that is no failure.
            action.note = ""
            device.wiped = Wiped.COMPLETE if device.wiped is Wiped.PENDING else device.wiped
        self.close(action, action.note)

    # -- licenses ----------------------------------------------------------------------------------

    def _take_seat(self, device: DeviceRow, app: AppRow) -> bool:
        if app.store_id is None or device.record is None:
            return True
        around = self.account.around
        holder = device.record.managed_apple_id
        return self.account.location_linked and around.apple.take(
            around.location, app.store_id, holder
        )

    def _give_back(self, device: DeviceRow, app_ids: Iterable[str]) -> None:
        """Free licenses, except where another phone of the person needs them."""
        device.seats.difference_update(app_ids)
        if device.record is None:
            return
        around, store = self.account.around, self.account.store
        holder = device.record.managed_apple_id
        others = [d for d in store.devices_of(device.user_id) if d is not device]
        for app_id in app_ids:
            app = store.known_app(app_id)
            if app is None or app.store_id is None or any(app_id in d.seats for d in others):
                continue
            around.apple.release(around.location, app.store_id, holder)
