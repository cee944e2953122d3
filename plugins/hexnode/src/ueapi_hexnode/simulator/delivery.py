"""From associations to commands: what a device should have, what it has, and how it gets there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from attrs import define, field

from ueapi.rehearsal.device_side import EnrollmentRecord
from ueapi_hexnode.simulator.policies import identifier_of, profile_of
from ueapi_hexnode.simulator.portal import Portal
from ueapi_hexnode.simulator.shelves import apps_required_by
from ueapi_hexnode.simulator.state import (
    DISENROLL_PENDING,
    DISENROLLED,
    ENROLLED,
    FAILED,
    INSTALLED,
    PENDING,
    SUCCESS,
    ActionRow,
    AppRow,
    DeviceApp,
    DevicePolicy,
    DeviceRow,
    PolicyRow,
    Targets,
)

ASSOCIATE: Final = "Associate Policy"
REMOVE_POLICY: Final = "Remove Policy"
INSTALL: Final = "Install Application"
UNINSTALL: Final = "Uninstall Application"
DISENROLL: Final = "Disenroll Device"

NO_SEAT: Final = "No license is available for the app."
NO_LOCATION: Final = "No Apps and Books location is linked."


class Wire(Protocol):
    """The way to the phones, in the portal's words."""

    def install_profile(self, record: EnrollmentRecord, content: bytes, action: int) -> None:
        """Queue it."""

    def remove_profile(self, record: EnrollmentRecord, identifier: str, action: int) -> None:
        """Queue it."""

    def install_app(self, record: EnrollmentRecord, app: AppRow, action: int) -> None:
        """Queue it."""

    def remove_app(self, record: EnrollmentRecord, bundle_id: str, action: int) -> None:
        """Queue it."""

    def scan(self, record: EnrollmentRecord, action: int) -> None:
        """Queue it."""

    def lock(
        self, record: EnrollmentRecord, message: str | None, phone: str | None, action: int
    ) -> None:
        """Queue it."""

    def end(self, record: EnrollmentRecord) -> None:
        """Queue the removal of the enrollment."""

    def forget(self, record: EnrollmentRecord) -> None:
        """End the enrollment here only."""


@define
class Delivery:
    """Queues commands and keeps action status; the phone's answers come in through the hooks."""

    portal: Portal
    wire: Wire
    open_actions: dict[int, tuple[DeviceRow, ActionRow]] = field(factory=dict)

    # -- what should be there ----------------------------------------------------------------------

    def wanted_policies(self, device: DeviceRow) -> list[PolicyRow]:
        """Policies in scope for the device."""
        store = self.portal.store
        return [
            p
            for p in store.policies.values()
            if not p.archived and store.in_scope(p.targets, device)
        ]

    def wanted_apps(self, device: DeviceRow, policies: Iterable[PolicyRow]) -> dict[int, bool]:
        """Ids of apps the device should have; True for one that a policy requires."""
        store = self.portal.store
        found = dict.fromkeys(
            (i for p in policies for i in apps_required_by(store, p) if i in store.apps), True
        )
        for app in store.apps.values():
            if app.id not in found and store.in_scope(app.targets, device):
                found[app.id] = False
        return found

    def reconcile(self, *devices: DeviceRow) -> None:
        """Queue what is missing on these devices, and the removal of what is no longer meant for them."""
        for device in devices:
            if device.status == ENROLLED:
                policies = self.wanted_policies(device)
                self._reconcile_policies(device, policies)
                self._reconcile_apps(device, self.wanted_apps(device, policies))

    def _reconcile_policies(self, device: DeviceRow, wanted: list[PolicyRow]) -> None:
        for policy in wanted:
            held = device.policies.get(policy.id)
            if held is None or held.version != policy.version:
                self.associate(device, policy)
        for number in [n for n in device.policies if n not in {p.id for p in wanted}]:
            self.remove_policy(device, number)

    def _reconcile_apps(self, device: DeviceRow, wanted: dict[int, bool]) -> None:
        for number, by_policy in wanted.items():
            held = device.apps.get(number)
            if held is None:
                self.install(device, self.portal.store.apps[number], by_policy=by_policy)
        # Guess: an app goes with the policy that required it; one installed by an action stays.
        for number in [n for n, a in device.apps.items() if a.by_policy and n not in wanted]:
            self.uninstall(device, number)

    # -- one thing to one device -------------------------------------------------------------------

    def associate(self, device: DeviceRow, policy: PolicyRow) -> None:
        """Bring a policy to a device. Guess: one without a profile counts as there at once."""
        action = self.begin(device, ASSOCIATE, policy.id)
        held = DevicePolicy(version=policy.version)
        device.policies[policy.id] = held
        content = profile_of(policy)
        if content is None:
            held.status, held.since = INSTALLED, self.portal.now()
            self.close(action.id, SUCCESS)
        elif device.record is not None:
            self.wire.install_profile(device.record, content, action.id)

    def again(self, device: DeviceRow, policy: PolicyRow) -> None:
        """Send a policy once more, unless it is on its way or not there at all."""
        held = device.policies.get(policy.id)
        if held is not None and held.status != PENDING and device.status == ENROLLED:
            self.associate(device, policy)

    def remove_policy(self, device: DeviceRow, number: int) -> None:
        """Take a policy off a device."""
        device.policies.pop(number, None)
        action = self.begin(device, REMOVE_POLICY, number)
        policy = self.portal.store.policies[number]
        if device.record is None or profile_of(policy) is None:
            self.close(action.id, SUCCESS)
            return
        self.wire.remove_profile(device.record, identifier_of(policy), action.id)

    def install(self, device: DeviceRow, app: AppRow, *, by_policy: bool = False) -> None:
        """Bring an app to a device; the license is taken now, as a side effect.

        Source: Hexnode help, Apple User Enrollment: licenses go out with the installation. Guess: without a free
        seat, or without a linked location, the action fails at once.
        """
        held = device.apps.setdefault(app.id, DeviceApp(by_policy=by_policy))
        held.by_policy = held.by_policy or by_policy
        if held.status != INSTALLED:
            held.status = PENDING
        action = self.begin(device, INSTALL, app.id)
        problem = self._take_seat(device, app)
        if problem is not None:
            held.status = FAILED
            self.close(action.id, FAILED, problem)
        elif device.record is not None:
            self.wire.install_app(device.record, app, action.id)

    def uninstall(self, device: DeviceRow, number: int) -> None:
        """Take a managed app off a device. Guess: its license becomes free again."""
        action = self.begin(device, UNINSTALL, number)
        app = self.portal.store.apps.get(number)
        if device.apps.pop(number, None) is None or app is None:
            self.close(action.id, FAILED, "The app is not managed on this device.")
            return
        self._give_back(device, app)
        if device.record is not None:
            self.wire.remove_app(device.record, app.identifier, action.id)

    def scan(self, device: DeviceRow, name: str) -> None:
        """Ask the phone for what it may tell."""
        action = self.begin(device, name)
        if device.record is not None:
            self.wire.scan(device.record, action.id)

    def lock(self, device: DeviceRow, name: str, message: str | None, phone: str | None) -> None:
        """Lock the phone."""
        action = self.begin(device, name)
        if device.record is not None:
            self.wire.lock(device.record, message, phone, action.id)

    def disenroll(self, device: DeviceRow) -> None:
        """End the enrollment; it counts as ended once the phone has answered."""
        if not device.is_managed:
            return
        self.begin(device, DISENROLL)
        device.status = DISENROLL_PENDING
        if device.record is not None:
            self.wire.end(device.record)
        else:
            self.gone(device)

    def forget(self, device: DeviceRow) -> None:
        """Count a silent device as gone."""
        if device.record is not None:
            self.wire.forget(device.record)
        self.gone(device)

    def gone(self, device: DeviceRow) -> None:
        """The enrollment is over: the record stays. Guess: the person's licenses become free with their last device."""
        if not device.is_managed:
            return
        device.status, device.disenrolled = DISENROLLED, self.portal.now()
        for action in [a for a in device.actions if a.completed is None]:
            ended_it = action.action == DISENROLL
            self.close(
                action.id, SUCCESS if ended_it else FAILED, "" if ended_it else "Device left."
            )
        apps = [self.portal.store.apps.get(n) for n in device.apps]
        device.policies.clear()
        device.apps.clear()
        for app in apps:
            if app is not None:
                self._give_back(device, app)

    # -- action status -----------------------------------------------------------------------------

    def begin(self, device: DeviceRow, name: str, about: int | None = None) -> ActionRow:
        """Open an entry in action status."""
        row = ActionRow(
            id=self.portal.store.next_id("action"), action=name, at=self.portal.now(), about=about
        )
        device.actions.append(row)
        self.open_actions[row.id] = (device, row)
        return row

    def close(self, number: int, status: str, remarks: str = "") -> None:
        """Close an entry in action status."""
        _, row = self.open_actions.pop(number)
        row.end(status, self.portal.now(), remarks)

    def refuse(self, device: DeviceRow, name: str, remarks: str) -> None:
        """Note an action Apple doesn't allow on this device."""
        self.close(self.begin(device, name).id, FAILED, remarks)

    # -- licenses ----------------------------------------------------------------------------------

    def account_of(self, device: DeviceRow) -> str | None:
        """The Managed Apple ID that signed in."""
        return None if device.record is None else device.record.managed_apple_id

    def _take_seat(self, device: DeviceRow, app: AppRow) -> str | None:
        account = self.account_of(device)
        if app.store_id is None or account is None:
            return None
        if not self.portal.location_linked:
            return NO_LOCATION
        around = self.portal.around
        taken = around.apple.take(around.location, app.store_id, account)
        return None if taken else NO_SEAT

    def _give_back(self, device: DeviceRow, app: AppRow) -> None:
        account = self.account_of(device)
        if app.store_id is None or account is None:
            return
        others = (
            d
            for d in self.portal.store.devices_of(device.user_id)
            if d is not device
            and d.is_managed
            and app.id in d.apps
            and self.account_of(d) == account
        )
        if next(others, None) is None:
            around = self.portal.around
            around.apple.release(around.location, app.store_id, account)

    # -- many devices ------------------------------------------------------------------------------

    def reached(self, targets: Targets) -> list[DeviceRow]:
        """Devices the targets mean now."""
        return self.portal.store.reached(targets)
