"""What the server does when a phone enrolls, answers or leaves."""

from __future__ import annotations

from typing import Final

from attrs import define, field

from ueapi.apple import mdm
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.device_side import EnrollmentRecord
from ueapi_jamf.simulator.delivery import SOON
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import (
    ACCOUNT_DRIVEN_USER,
    INSTITUTIONAL,
    PROFILE_DRIVEN_USER,
    AppOnDevice,
    DeviceRow,
    ProfileOnDevice,
)

_OWNERSHIP: Final = {
    EnrollmentKind.ACCOUNT_DRIVEN_USER: ACCOUNT_DRIVEN_USER,
    EnrollmentKind.USER: ACCOUNT_DRIVEN_USER,
    EnrollmentKind.PROFILE_DRIVEN_USER: PROFILE_DRIVEN_USER,
    EnrollmentKind.DEVICE: INSTITUTIONAL,
}
"""Simplified: virtual phones come under Device Enrollment by the portal's page only, never by account."""


@define(eq=False)
class DeviceHooks:
    """The server's side of a phone's life."""

    server: Server = field(repr=False)
    static_groups: dict[tuple[str, str], set[int]] = field(factory=dict, repr=False)
    """Account and phone name → static groups an administrator puts that phone into once it is there."""

    def refusal(self, managed_apple_id: str, kind: EnrollmentKind) -> str | None:
        """Source: Jamf Pro API 11.30 schema, `/v4/enrollment`: each way of enrollment is a switch.

        Those of downloaded profiles decide which pages the portal shows. Guess: only users the server knows get in; a
        directory behind it is not simulated.
        """
        switches = self.server.switches
        if kind not in _OWNERSHIP:
            return "this server knows no such way of enrollment"
        by_account = kind is not EnrollmentKind.PROFILE_DRIVEN_USER and kind.is_user_enrollment
        if by_account and not switches.allows_user_enrollment:
            return "account-driven User Enrollment is not set up on this server"
        if not kind.is_user_enrollment and not switches.allows_device_enrollment:
            return "Device Enrollment is not allowed on this server"
        if self.server.owner_for(managed_apple_id) is None:
            return "no user of this server has this account"
        return None

    def enrolled(self, record: EnrollmentRecord) -> None:
        """Make a new record, and send what is in scope. A former record of the phone stays as it is."""
        server = self.server
        server.settle_now()
        device = self._new_row(record)
        server.devices.add(device)
        server.delivery.welcome(device)

    def answered(
        self, record: EnrollmentRecord, command: mdm.Command, result: mdm.CommandResult
    ) -> None:
        """Note the outcome, and update the inventory from what the phone reported."""
        device = self.server.devices.of_record(record)
        if device is None:
            return
        device.last_contact = self.server.around.clock.now()
        self.server.commands.answered(result)
        if result.status is mdm.Status.ACKNOWLEDGED:
            self._acknowledged(device, record, command)
        elif command.request_type == mdm.RequestType.INSTALL_APPLICATION:
            self.server.delivery.ask_apps_later(device, SOON)
        self.server.devices.changed()

    def left(self, record: EnrollmentRecord) -> None:
        """Keep the record, no longer managed. Seats stay with the user until scope says otherwise."""
        device = self.server.devices.of_record(record)
        if device is None:
            return
        device.is_managed = False
        device.last_contact = self.server.around.clock.now()
        self.server.delivery.forget(device)
        self.server.devices.changed()

    def _acknowledged(
        self, device: DeviceRow, record: EnrollmentRecord, command: mdm.Command
    ) -> None:
        delivery = self.server.delivery
        match command.request_type:
            case mdm.RequestType.DEVICE_INFORMATION:
                self._take_facts(device, record)
            case mdm.RequestType.PROFILE_LIST:
                self._take_profiles(device, record)
            case mdm.RequestType.MANAGED_APPLICATION_LIST:
                self._take_apps(device, record)
                delivery.apps_reported(device)
            case mdm.RequestType.INSTALL_PROFILE | mdm.RequestType.REMOVE_PROFILE:
                if record.ended is None:
                    delivery.ask_profiles(device)
            case mdm.RequestType.INSTALL_APPLICATION:
                delivery.ask_apps_later(device, SOON)
            case mdm.RequestType.REMOVE_APPLICATION:
                delivery.ask_apps(device)

    def _take_facts(self, device: DeviceRow, record: EnrollmentRecord) -> None:
        device.last_inventory = self.server.around.clock.now()
        device.os_version = record.os_version
        device.model = record.model or device.model
        device.model_identifier = record.product_name or device.model_identifier
        if record.device_name and record.device_name != device.name:
            device.name = record.device_name
            self.server.devices.changed(is_renamed=True)
        key = (record.managed_apple_id.casefold(), device.name)
        groups = self.server.device_groups
        for row in filter(None, map(groups.rows.get, sorted(self.static_groups.pop(key, ())))):
            row.members.add(device.id)
            groups.changed(row)
            self.server.settle()

    def _take_profiles(self, device: DeviceRow, record: EnrollmentRecord) -> None:
        known = {p.identifier: p for p in device.profiles}
        now = self.server.around.clock.now()
        device.last_inventory = now
        device.profiles = tuple(
            known.get(identifier)
            or ProfileOnDevice(identifier=identifier, name=name, installed=now)
            for identifier, name in record.profiles.items()
        )

    def _take_apps(self, device: DeviceRow, record: EnrollmentRecord) -> None:
        catalog = {a.bundle_id: a for a in self.server.apps.rows.values()}
        device.last_inventory = self.server.around.clock.now()
        rows = []
        for bundle_id, status in record.apps.items():
            app = catalog.get(bundle_id)
            rows.append(
                AppOnDevice(
                    bundle_id=bundle_id,
                    name=app.name if app else bundle_id,
                    version=app.version if app else "",
                    status=status,
                )
            )
        device.apps = tuple(rows)

    def _new_row(self, record: EnrollmentRecord) -> DeviceRow:
        server, now = self.server, self.server.around.clock.now()
        account = record.managed_apple_id
        owner = server.owner_for(account)
        hardware = record.hardware
        is_shown = hardware is not None or server.switches.shows_enrollment_id
        return DeviceRow(
            id=server.devices.new_id(),
            management_id=server.new_uuid(),
            udid=record.identifier if is_shown else "",
            name=record.device_name or record.product_name or "iPhone",
            model=record.model or record.product_name,
            model_identifier=record.product_name,
            os_version=record.os_version,
            ownership=_OWNERSHIP[record.kind],
            username=owner.username if owner else account,
            enrolled=now,
            last_contact=now,
            last_inventory=now,
            serial=hardware.serial if hardware else "",
            imei=hardware.imei if hardware else "",
            phone_number=hardware.phone_number if hardware else "",
            record=record,
        )
