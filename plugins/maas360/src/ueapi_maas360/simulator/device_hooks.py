"""What the account does when phones sign in, answer and leave; and how it queues commands for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import define, field

from ueapi.apple import mdm
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.device_side import DeviceSide, EnrollmentRecord
from ueapi_maas360.simulator.account import Account
from ueapi_maas360.simulator.state import ActionRow, AppRow, AppState, DeviceRow, Managed, UserRow

LOOK_AGAIN: Final = (60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0, 86_400.0, 172_800.0)
"""Seconds between looks at apps that are still being installed. Guess: no source says how often."""

ON_THE_PHONE: Final = "Managed"
REFUSED: Final = frozenset(
    {"UserRejected", "Failed", "Rejected", "ManagedButUninstalled", "UserInstalledApp", "Unknown"}
)
"""Apple's states of a managed app after which nothing more comes by itself."""


@define(eq=False)
class PhoneLine:
    """Queues commands on the device side, and remembers what each is about."""

    side: DeviceSide = field(init=False)
    about: dict[str, ActionRow | str] = field(factory=dict)
    """Command id → the action it belongs to, or the profile or app it brings."""

    def install_profile(self, device: DeviceRow, identifier: str, content: bytes) -> None:
        """Queue it."""
        command = mdm.install_profile(self._id(), content, ios=_ios(device))
        self._queue(device, command, identifier)

    def remove_profile(self, device: DeviceRow, identifier: str, action: ActionRow | None) -> None:
        """Queue it."""
        self._queue(device, mdm.remove_profile(self._id(), identifier, ios=_ios(device)), action)

    def install_app(self, device: DeviceRow, app: AppRow) -> None:
        """Queue it. Guess: an app that isn't from the store is fetched from the service itself."""
        if app.store_id is not None:
            command = mdm.install_application(
                self._id(), store_id=int(app.store_id), ios=_ios(device)
            )
        else:
            command = mdm.Command(
                uuid=self._id(),
                request_type=mdm.RequestType.INSTALL_APPLICATION,
                content={
                    "ManifestURL": f"https://services.example.org/apps/{app.id}/manifest.plist",
                    "Identifier": app.app_id,
                    "ManagementFlags": 1,
                },
            )
        self._queue(device, command, app.app_id)

    def remove_app(self, device: DeviceRow, app_id: str, action: ActionRow | None) -> None:
        """Queue it."""
        self._queue(device, mdm.remove_application(self._id(), app_id, ios=_ios(device)), action)

    def refresh(self, device: DeviceRow, action: ActionRow) -> None:
        """Queue what User Enrollment allows to ask; the last answer belongs to the action."""
        action.open_commands += 1
        if device.record is None:
            return
        self.side.inquire(device.record)
        if device.record.queue:
            self.about[device.record.queue[-1].uuid] = action

    def lock(self, device: DeviceRow, action: ActionRow) -> None:
        """Queue it."""
        self._queue(device, mdm.device_lock(self._id(), ios=_ios(device)), action)

    def look_at_apps(self, record: EnrollmentRecord) -> None:
        """Ask for the state of managed apps, unless that is asked already."""
        asked = mdm.RequestType.MANAGED_APPLICATION_LIST
        if not any(c.request_type == asked for c in record.queue):
            ios = record.os_version or None
            self.side.queue(record, mdm.managed_application_list(self._id(), ios=ios))

    def end(self, record: EnrollmentRecord) -> None:
        """Queue the removal of the enrollment."""
        self.side.end(record)

    def _id(self) -> str:
        return self.side.new_command_id()

    def _queue(
        self, device: DeviceRow, command: mdm.Command, about: ActionRow | str | None
    ) -> None:
        if isinstance(about, ActionRow):
            about.open_commands += 1
        if device.record is None:
            return
        if about is not None:
            self.about[command.uuid] = about
        self.side.queue(device.record, command)


def _ios(device: DeviceRow) -> str | None:
    return device.os_version or None


@define
class Awaited:
    """What the portal does with a phone once it comes: a policy of its own, and custom attributes."""

    policy: int | None = None
    custom: dict[str, str] = field(factory=dict)


@define(eq=False)
class DeviceHooks:
    """Turns what happens on the device side into rows of the account."""

    account: Account
    line: PhoneLine
    awaited: dict[tuple[str, str], Awaited] = field(factory=dict, repr=False)
    """By Managed Apple ID and device name."""
    _rows: dict[str, DeviceRow] = field(factory=dict, repr=False)
    _watched: set[str] = field(factory=set)

    # -- sign-in -----------------------------------------------------------------------------------

    def refusal(self, managed_apple_id: str, kind: EnrollmentKind) -> str | None:
        """Why the account can't sign in.

        Source: IBM's pages: User Enrollment needs a linked Managed Apple ID, and is set up in the portal first. Guess:
        for other ways in, an address is enough.
        """
        user = self._user(managed_apple_id, kind)
        if user is None:
            return "No user has this Managed Apple ID."
        if self.account.takes_accounts:
            return None
        invited = any(r.user_id == user.id for r in self.account.store.invitations)
        if kind is EnrollmentKind.ACCOUNT_DRIVEN_USER or not invited:
            return "Signing in with a Managed Apple ID isn't set up in the portal."
        return None

    def _user(self, address: str, kind: EnrollmentKind) -> UserRow | None:
        store = self.account.store
        found = store.user_with_account(address)
        if found is None and not kind.is_user_enrollment:
            found = store.user_with_email(address)
        return found

    def enrolled(self, record: EnrollmentRecord) -> None:
        """A new enrollment is a new device with a new key. Guess: also for a phone that was here before."""
        user = self._user(record.managed_apple_id, record.kind)
        if user is None:
            return
        now = self.account.now()
        row = DeviceRow(
            key=self.account.new_key(),
            user_id=user.id,
            enrolled=now,
            last_reported=now,
            record=record,
        )
        self._rows[record.token] = row
        self._refresh(row, record)
        self.account.store.add_device(row)
        self.line.side.inquire(record)

    def left(self, record: EnrollmentRecord) -> None:
        """The record stays, without control."""
        row = self._rows.get(record.token)
        if row is not None:
            self.account.delivery.gone(row)

    # -- answers -----------------------------------------------------------------------------------

    def answered(
        self, record: EnrollmentRecord, command: mdm.Command, result: mdm.CommandResult
    ) -> None:
        """Take over what the phone said."""
        row = self._rows.get(record.token)
        if row is None:
            return
        self._refresh(row, record)
        about, problem = self.line.about.pop(command.uuid, None), _problem(result)
        match command.request_type:
            case mdm.RequestType.INSTALL_PROFILE:
                self._profile_answered(row, about, problem)
            case mdm.RequestType.INSTALL_APPLICATION:
                self._app_answered(row, about, problem)
            case mdm.RequestType.MANAGED_APPLICATION_LIST if problem is None:
                _take_states(row, record.apps)
            case mdm.RequestType.DEVICE_INFORMATION:
                self._place(row, record)
        if isinstance(about, ActionRow):
            self.account.delivery.answered(about, problem)

    def _profile_answered(
        self, row: DeviceRow, about: ActionRow | str | None, problem: str | None
    ) -> None:
        held = row.parts.get(about) if isinstance(about, str) else None
        if held is None:
            return
        held.is_there, held.failed = problem is None, problem is not None
        if held.failed:
            self.account.note_event(row, "Policy not applied")

    def _app_answered(
        self, row: DeviceRow, about: ActionRow | str | None, problem: str | None
    ) -> None:
        if not isinstance(about, str) or about not in row.apps:
            return
        if problem is None:
            self._watch(row)
        else:
            row.apps[about] = AppState.FAILED

    # -- looking after a phone ---------------------------------------------------------------------

    def _watch(self, row: DeviceRow) -> None:
        if row.key not in self._watched:
            self._watched.add(row.key)
            self._look_later(row, 0)

    def _look_later(self, row: DeviceRow, turn: int) -> None:
        if turn < len(LOOK_AGAIN):
            self.account.around.clock.after(LOOK_AGAIN[turn], lambda: self._look(row, turn + 1))
        else:
            self._watched.discard(row.key)

    def _look(self, row: DeviceRow, turn: int) -> None:
        waiting = AppState.PENDING in row.apps.values()
        if row.record is None or row.managed is not Managed.ENROLLED or not waiting:
            self._watched.discard(row.key)
            return
        self.line.look_at_apps(row.record)
        self._look_later(row, turn)

    def _refresh(self, row: DeviceRow, record: EnrollmentRecord) -> None:
        row.last_reported = record.last_seen or self.account.now()
        row.name = record.device_name or row.name
        row.model_name = record.model or row.model_name
        row.product_name = record.product_name
        row.os_version = record.os_version

    def _place(self, row: DeviceRow, record: EnrollmentRecord) -> None:
        """Do what the portal does with this phone, now that its name and version are known."""
        awaited = self.awaited.get((record.managed_apple_id.casefold(), row.name))
        if awaited is not None:
            row.custom.update(awaited.custom)
            row.assigned = awaited.policy if row.assigned is None else row.assigned
        self.account.delivery.reconcile(row)


def _take_states(row: DeviceRow, states: Mapping[str, str]) -> None:
    for app_id in row.apps:
        state = states.get(app_id)
        if state == ON_THE_PHONE:
            row.apps[app_id] = AppState.INSTALLED
        elif state in REFUSED:
            row.apps[app_id] = AppState.FAILED


def _problem(result: mdm.CommandResult) -> str | None:
    if result.status != mdm.Status.ACKNOWLEDGED:
        link = result.error_chain[-1] if result.error_chain else None
        if link is None:
            return str(result.status)
        return link.english or f"{link.domain} {link.code}"
    reason = result.response.get("RejectionReason")
    return None if reason is None else str(reason)
