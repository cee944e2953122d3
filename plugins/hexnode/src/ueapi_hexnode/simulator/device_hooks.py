"""What the portal does when phones sign in, answer and leave; and how it queues commands for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import define, field

from ueapi.apple import mdm
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.device_side import DeviceSide, EnrollmentRecord
from ueapi_hexnode.simulator.portal import Portal
from ueapi_hexnode.simulator.state import (
    DEFAULT_USER,
    ENROLLED,
    FAILED,
    IN_PROGRESS,
    INSTALLED,
    PENDING,
    SUCCESS,
    ActionRow,
    AppRow,
    DeviceRow,
)

LOOK_AGAIN: Final = (60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0, 86_400.0, 172_800.0)
"""Seconds between looks at apps that are still being installed. Guess: the vendor doesn't say how often."""

ON_THE_PHONE: Final = "Managed"
REFUSED: Final = frozenset(
    {"UserRejected", "Failed", "Rejected", "ManagedButUninstalled", "UserInstalledApp", "Unknown"}
)
"""Apple's states of a managed app after which nothing more comes by itself."""


@define(eq=False)
class PhoneLine:
    """Queues commands on the device side, and remembers which action each belongs to."""

    portal: Portal
    side: DeviceSide = field(init=False)
    about: dict[str, int] = field(factory=dict)
    """Command id → action id."""

    def install_profile(self, record: EnrollmentRecord, content: bytes, action: int) -> None:
        """Queue it."""
        self._queue(record, action, mdm.install_profile(self._id(), content, ios=_ios(record)))

    def remove_profile(self, record: EnrollmentRecord, identifier: str, action: int) -> None:
        """Queue it."""
        self._queue(record, action, mdm.remove_profile(self._id(), identifier, ios=_ios(record)))

    def install_app(self, record: EnrollmentRecord, app: AppRow, action: int) -> None:
        """Queue it. Guess: an app that isn't from the store is fetched from the portal itself."""
        if app.store_id is not None:
            command = mdm.install_application(
                self._id(), store_id=int(app.store_id), ios=_ios(record)
            )
        else:
            address = f"https://portal.example.org/apps/{app.id}/manifest.plist"
            command = mdm.Command(
                uuid=self._id(),
                request_type=mdm.RequestType.INSTALL_APPLICATION,
                content={
                    "ManifestURL": address,
                    "Identifier": app.identifier,
                    "ManagementFlags": 1,
                },
            )
        self._queue(record, action, command)

    def remove_app(self, record: EnrollmentRecord, bundle_id: str, action: int) -> None:
        """Queue it."""
        self._queue(record, action, mdm.remove_application(self._id(), bundle_id, ios=_ios(record)))

    def scan(self, record: EnrollmentRecord, action: int) -> None:
        """Queue what User Enrollment allows to ask; the last answer ends the action."""
        self.side.inquire(record)
        if record.queue:
            self.about[record.queue[-1].uuid] = action

    def lock(
        self, record: EnrollmentRecord, message: str | None, phone: str | None, action: int
    ) -> None:
        """Queue it."""
        content = {k: v for k, v in (("Message", message), ("PhoneNumber", phone)) if v}
        command = mdm.Command(
            uuid=self._id(), request_type=mdm.RequestType.DEVICE_LOCK, content=content
        )
        self._queue(record, action, command)

    def look_at_apps(self, record: EnrollmentRecord) -> None:
        """Ask for the state of managed apps, unless that is asked already."""
        asked = mdm.RequestType.MANAGED_APPLICATION_LIST
        if not any(c.request_type == asked for c in record.queue):
            self.side.queue(record, mdm.managed_application_list(self._id(), ios=_ios(record)))

    def end(self, record: EnrollmentRecord) -> None:
        """Queue the removal of the enrollment."""
        self.side.end(record)

    def forget(self, record: EnrollmentRecord) -> None:
        """End the enrollment here only."""
        self.side.forget(record)

    def _id(self) -> str:
        return self.side.new_command_id()

    def _queue(self, record: EnrollmentRecord, action: int, command: mdm.Command) -> None:
        self.about[command.uuid] = action
        self.side.queue(record, command)


def _ios(record: EnrollmentRecord) -> str | None:
    return record.os_version or None


@define(eq=False)
class DeviceHooks:
    """Turns what happens on the device side into rows of the portal."""

    portal: Portal
    line: PhoneLine
    awaited: dict[tuple[str, str], list[int]] = field(factory=dict, repr=False)
    """Account and device name → static device groups the console puts that phone into."""
    _rows: dict[str, DeviceRow] = field(factory=dict, repr=False)
    _watched: set[int] = field(factory=set)

    # -- sign-in -----------------------------------------------------------------------------------

    def refusal(self, managed_apple_id: str, kind: EnrollmentKind) -> str | None:
        """Why the account can't sign in.

        Source: Hexnode help, Account-driven enrollment: set up in the portal first. Guess: a person is known by
        e-mail, and for the other ways in an enrollment request does.
        """
        user = self.portal.store.user_by_email(managed_apple_id)
        if user is None:
            return "No user of the portal has this address."
        if self.portal.takes_accounts:
            return None
        if kind is EnrollmentKind.ACCOUNT_DRIVEN_USER or not user.invitations:
            return "Account-driven enrollment isn't set up in the portal."
        return None

    def enrolled(self, record: EnrollmentRecord) -> None:
        """A new enrollment is a new device with a new id. Guess: also for a phone that was here before."""
        store, now = self.portal.store, self.portal.now()
        user = store.user_by_email(record.managed_apple_id)
        row = DeviceRow(
            id=store.next_id("device"),
            user_id=DEFAULT_USER if user is None else user.id,
            enrolled=now,
            last_reported=now,
            record=record,
        )
        self._rows[record.token] = row
        self._refresh(row, record)
        store.add_device(row)
        self.line.side.inquire(record)
        self.portal.delivery.reconcile(row)

    def left(self, record: EnrollmentRecord) -> None:
        """The record stays, as disenrolled."""
        row = self._rows.get(record.token)
        if row is not None:
            self.portal.delivery.gone(row)

    # -- answers -----------------------------------------------------------------------------------

    def answered(
        self, record: EnrollmentRecord, command: mdm.Command, result: mdm.CommandResult
    ) -> None:
        """Take over what the phone said."""
        row = self._rows.get(record.token)
        if row is None:
            return
        self._refresh(row, record)
        action = self._action(command)
        problem = _problem(result)
        match command.request_type:
            case mdm.RequestType.INSTALL_PROFILE:
                self._profile_answered(row, action, problem)
            case mdm.RequestType.INSTALL_APPLICATION:
                self._app_answered(row, action, problem)
            case mdm.RequestType.MANAGED_APPLICATION_LIST if problem is None:
                self._apps_listed(row, record.apps)
                self._end(action, None)
            case _:
                self._end(action, problem)
        if command.request_type == mdm.RequestType.DEVICE_INFORMATION:
            self._place(row, record)

    def _action(self, command: mdm.Command) -> ActionRow | None:
        number = self.line.about.pop(command.uuid, None)
        found = self.portal.delivery.open_actions.get(number) if number is not None else None
        return None if found is None else found[1]

    def _end(self, action: ActionRow | None, problem: str | None) -> None:
        if action is not None:
            self.portal.delivery.close(
                action.id, SUCCESS if problem is None else FAILED, problem or ""
            )

    def _profile_answered(
        self, row: DeviceRow, action: ActionRow | None, problem: str | None
    ) -> None:
        held = row.policies.get(action.about) if action and action.about is not None else None
        if held is not None:
            held.status = INSTALLED if problem is None else FAILED
            held.since = self.portal.now()
        self._end(action, problem)

    def _app_answered(self, row: DeviceRow, action: ActionRow | None, problem: str | None) -> None:
        if action is None or action.about is None:
            return
        if problem is None:
            action.status = IN_PROGRESS
            self._watch(row)
            return
        held = row.apps.get(action.about)
        if held is not None:
            held.status = FAILED
        self._end(action, problem)

    def _apps_listed(self, row: DeviceRow, states: Mapping[str, str]) -> None:
        """Guess: words other than `Installed` for an app's status."""
        for number, held in row.apps.items():
            app = self.portal.store.apps.get(number)
            state = None if app is None else states.get(app.identifier)
            if state == ON_THE_PHONE:
                held.status = INSTALLED
                self._settle(row, number, None)
            elif state in REFUSED:
                held.status = FAILED
                self._settle(row, number, state)

    def _settle(self, row: DeviceRow, number: int, problem: str | None) -> None:
        for action in row.actions:
            if action.about == number and action.status == IN_PROGRESS:
                self._end(action, problem)

    # -- looking after a phone ---------------------------------------------------------------------

    def _watch(self, row: DeviceRow) -> None:
        if row.id not in self._watched:
            self._watched.add(row.id)
            self._look_later(row, 0)

    def _look_later(self, row: DeviceRow, turn: int) -> None:
        if turn < len(LOOK_AGAIN):
            self.portal.around.clock.after(LOOK_AGAIN[turn], lambda: self._look(row, turn + 1))
        else:
            self._watched.discard(row.id)

    def _look(self, row: DeviceRow, turn: int) -> None:
        waiting = any(held.status == PENDING for held in row.apps.values())
        if row.record is None or row.status != ENROLLED or not waiting:
            self._watched.discard(row.id)
            return
        self.line.look_at_apps(row.record)
        self._look_later(row, turn)

    def _refresh(self, row: DeviceRow, record: EnrollmentRecord) -> None:
        row.last_reported = record.last_seen or self.portal.now()
        told = {
            "name": record.device_name or row.name,
            "model_name": record.model or row.model_name,
            "product_name": record.product_name,
            "os_version": record.os_version,
        }
        for name, value in told.items():
            # Each change makes the row be written anew for the next listing.
            if getattr(row, name) != value:
                setattr(row, name, value)

    def _place(self, row: DeviceRow, record: EnrollmentRecord) -> None:
        """Put a phone into the groups it belongs to now that its name and model are known."""
        account = record.managed_apple_id.casefold()
        for name in (row.name, ""):
            for group in self.awaited.get((account, name), ()):
                self.portal.store.devicegroups[group].members.add(row.id)
        self.portal.delivery.reconcile(row)


def _problem(result: mdm.CommandResult) -> str | None:
    if result.status != mdm.Status.ACKNOWLEDGED:
        link = result.error_chain[-1] if result.error_chain else None
        if link is None:
            return str(result.status)
        return link.english or f"{link.domain} {link.code}"
    reason = result.response.get("RejectionReason")
    return None if reason is None else str(reason)
