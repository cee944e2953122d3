"""From assignments to commands: what a phone should have, what it was sent, and what it answered."""

from __future__ import annotations

from typing import Final

from attrs import define, field

from ueapi.apple import mdm
from ueapi.apple.plist import PlistDict
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.device_side import QUERIES, DeviceSide, EnrollmentRecord
from ueapi.rehearsal.simulator import Surroundings
from ueapi.testing.memory.simulator.state import (
    AppRow,
    CommandRow,
    DeviceRow,
    Held,
    ProfileRow,
    Progress,
    Store,
)

LOOK_AGAIN: Final = (60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0, 86_400.0, 172_800.0)
"""Seconds between two questions about apps that people have not answered yet."""
NO_SEAT: Final = "no license is free"
NO_LOCATION: Final = "no location is linked"
MANAGED: Final = "Managed"
UNDER_WAY: Final = frozenset({"Prompting", "Installing", "Queued", "NeedsRedemption", "Redeeming"})


@define(kw_only=True, eq=False)
class Delivery:
    """The product's side of its phones; it implements the hooks of the device side."""

    around: Surroundings
    store: Store
    side: DeviceSide = field(init=False)
    takes_accounts: bool = False
    """Whether account-driven enrollment is set up in the console."""
    location_linked: bool = False
    expected: dict[tuple[str, str], list[str]] = field(factory=dict, repr=False)
    """Person and name of a phone → device groups the administrator puts that phone into once it is there."""
    _of_token: dict[str, DeviceRow] = field(factory=dict, repr=False)
    _watched: set[str] = field(factory=set)

    # -- what the device side tells ----------------------------------------------------------------

    def refusal(self, managed_apple_id: str, kind: EnrollmentKind) -> str | None:
        """Whoever the product knows may sign in, once that is set up."""
        if self.store.user_of(managed_apple_id) is None:
            return "nobody here has this account"
        if kind is EnrollmentKind.ACCOUNT_DRIVEN_USER and not self.takes_accounts:
            return "account-driven enrollment isn't set up"
        return None

    def enrolled(self, record: EnrollmentRecord) -> None:
        """A new enrollment is a new device, also for a phone that was here before."""
        user = self.store.user_of(record.managed_apple_id)
        if user is None:
            raise LookupError("the device side let an account in that nobody here has")
        row = DeviceRow(id=self.store.new_id("device"), user=user.id, record=record)
        self.store.devices[row.id] = self._of_token[record.token] = row
        self.inquire(row)

    def answered(
        self, record: EnrollmentRecord, command: mdm.Command, result: mdm.CommandResult
    ) -> None:
        """Note the answer; what was learned by it may lead to further commands."""
        row = self._of_token[record.token]
        entry = next((c for c in row.commands if c.id == command.uuid), None)
        if entry is None:
            return
        entry.completed, entry.problem = self.around.clock.now(), _problem(result)
        match command.request_type:
            case mdm.RequestType.INSTALL_PROFILE:
                self._settle(row.profiles.get(entry.about), entry.problem)
            case mdm.RequestType.INSTALL_APPLICATION:
                self._app_answered(row, entry)
            case mdm.RequestType.MANAGED_APPLICATION_LIST:
                self._apps_told(row)
            case mdm.RequestType.DEVICE_INFORMATION:
                self._introduced(row)
            case _:
                return

    def left(self, record: EnrollmentRecord) -> None:
        """The work side is gone from the phone; licenses are free with the person's last phone."""
        row = self._of_token[record.token]
        for entry in (c for c in row.commands if c.completed is None):
            entry.completed = self.around.clock.now()
            entry.problem = None if row.is_ending else "the enrollment ended"
        held = [self.store.apps[app] for app in row.apps if app in self.store.apps]
        row.profiles.clear()
        row.apps.clear()
        for app in held:
            self._give_back(row, app)

    # -- what the API and the console ask for ------------------------------------------------------

    def inquire(self, row: DeviceRow) -> list[str]:
        """Ask a phone what it is and what it has; return the commands' ids."""
        ios = row.record.os_version or None
        asked = (
            mdm.device_information(self._id(), QUERIES, ios=ios),
            mdm.profile_list(self._id(), ios=ios),
            mdm.managed_application_list(self._id(), ios=ios),
        )
        return [self._send(row, command) for command in asked]

    def unenroll(self, row: DeviceRow) -> str | None:
        """Have the phone remove its work side; `None` when that was asked, or has happened, before."""
        if row.is_ending or not row.is_managed:
            return None
        row.is_ending = True
        now = self.around.clock.now()
        command = self.side.end(row.record)
        if command is not None:
            kind = mdm.RequestType.REMOVE_PROFILE
            row.commands.append(CommandRow(id=command, kind=kind, sent=now))
        return command

    def reconcile(self) -> None:
        """Bring every phone what is assigned to it now, and take away what no longer is."""
        for row in list(self.store.devices.values()):
            # A phone that has not said what it is can't be in a group by model or name yet.
            if row.is_managed and not row.is_ending and row.record.device_name:
                self._reconcile_profiles(row)
                self._reconcile_apps(row)

    def _reconcile_profiles(self, row: DeviceRow) -> None:
        meant = {p.id: p for p in self.store.profiles.values() if self._is_meant(p, row)}
        for profile in meant.values():
            held = row.profiles.get(profile.id)
            if held is None or held.version != profile.version:
                row.profiles[profile.id] = Held(version=profile.version)
                command = mdm.install_profile(self._id(), profile.content, ios=_ios(row))
                self._send(row, command, about=profile.id)
        for gone in [i for i in row.profiles if i not in meant]:
            row.profiles.pop(gone)
            identifier = self.store.profiles[gone].identifier
            self._send(row, mdm.remove_profile(self._id(), identifier, ios=_ios(row)))

    def _reconcile_apps(self, row: DeviceRow) -> None:
        meant = {a.id: a for a in self.store.apps.values() if self._is_meant(a, row)}
        for app in meant.values():
            if app.id not in row.apps:
                self._install(row, app)
        for gone in [i for i in row.apps if i not in meant]:
            app = self.store.apps[gone]
            row.apps.pop(gone)
            self._give_back(row, app)
            self._send(row, mdm.remove_application(self._id(), app.bundle_id, ios=_ios(row)))

    def _is_meant(self, thing: ProfileRow | AppRow, row: DeviceRow) -> bool:
        return self.store.is_meant(thing.targets, row)

    # -- apps --------------------------------------------------------------------------------------

    def _install(self, row: DeviceRow, app: AppRow) -> None:
        held = row.apps[app.id] = Held()
        problem = self._take_seat(row, app)
        if problem is not None:
            self._settle(held, problem)
            return
        self._send(row, self._installation(row, app), about=app.id)

    def _installation(self, row: DeviceRow, app: AppRow) -> mdm.Command:
        if app.store_id is not None:
            return mdm.install_application(self._id(), store_id=int(app.store_id), ios=_ios(row))
        address = f"https://apps.example.org/{app.bundle_id}/manifest.plist"
        content: PlistDict = {
            "ManifestURL": address,
            "Identifier": app.bundle_id,
            "ManagementFlags": 1,
        }
        kind = mdm.RequestType.INSTALL_APPLICATION
        return mdm.Command(uuid=self._id(), request_type=kind, content=content)

    def _app_answered(self, row: DeviceRow, entry: CommandRow) -> None:
        if entry.problem is not None:
            self._settle(row.apps.get(entry.about), entry.problem)
        elif row.id not in self._watched:
            # The phone only said that it asks its owner; what came of that takes another question.
            self._watched.add(row.id)
            self._look_later(row, 0)

    def _apps_told(self, row: DeviceRow) -> None:
        for app_id, held in row.apps.items():
            state = row.record.apps.get(self.store.apps[app_id].bundle_id)
            if state == MANAGED:
                self._settle(held, None)
            elif state is not None and state not in UNDER_WAY:
                self._settle(held, state)

    def _look_later(self, row: DeviceRow, turn: int) -> None:
        if turn < len(LOOK_AGAIN):
            self.around.clock.after(LOOK_AGAIN[turn], lambda: self._look(row, turn + 1))
        else:
            self._watched.discard(row.id)

    def _look(self, row: DeviceRow, turn: int) -> None:
        waits = any(held.progress is Progress.WAITING for held in row.apps.values())
        if not row.is_managed or not waits:
            self._watched.discard(row.id)
            return
        self._send(row, mdm.managed_application_list(self._id(), ios=_ios(row)))
        self._look_later(row, turn)

    # -- licenses ----------------------------------------------------------------------------------

    def _take_seat(self, row: DeviceRow, app: AppRow) -> str | None:
        """Under User Enrollment a license belongs to the Managed Apple ID, never to the phone."""
        if app.store_id is None:
            return None
        if not self.location_linked:
            return NO_LOCATION
        apple, location = self.around.apple, self.around.location
        taken = apple.take(location, app.store_id, row.record.managed_apple_id)
        return None if taken else NO_SEAT

    def _give_back(self, row: DeviceRow, app: AppRow) -> None:
        others = (d for d in self.store.devices_of(row.user) if d is not row and app.id in d.apps)
        if app.store_id is not None and next(others, None) is None:
            apple, location = self.around.apple, self.around.location
            apple.release(location, app.store_id, row.record.managed_apple_id)

    # -- the rest ----------------------------------------------------------------------------------

    def _introduced(self, row: DeviceRow) -> None:
        """Name and model are known now, so the phone can be put where it belongs."""
        for name in (row.record.device_name, ""):
            for group in self.expected.get((row.user, name), ()):
                members = self.store.groups[group].members
                if row.id not in members:
                    members.append(row.id)
        self._reconcile_profiles(row)
        self._reconcile_apps(row)

    def _settle(self, held: Held | None, problem: str | None) -> None:
        if held is not None:
            held.progress = Progress.DONE if problem is None else Progress.FAILED
            held.problem = problem

    def _send(self, row: DeviceRow, command: mdm.Command, *, about: str = "") -> str:
        now, kind = self.around.clock.now(), str(command.request_type)
        row.commands.append(CommandRow(id=command.uuid, kind=kind, sent=now, about=about))
        self.side.queue(row.record, command)
        return command.uuid

    def _id(self) -> str:
        return self.side.new_command_id()


def _ios(row: DeviceRow) -> str | None:
    return row.record.os_version or None


def _problem(result: mdm.CommandResult) -> str | None:
    if result.status == mdm.Status.ACKNOWLEDGED:
        return None
    link = result.error_chain[-1] if result.error_chain else None
    return str(result.status) if link is None else link.english or f"{link.domain} {link.code}"
