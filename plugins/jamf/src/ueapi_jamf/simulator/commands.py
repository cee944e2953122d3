"""Commands to phones, as the server remembers them. Source: Jamf Pro API 11.30 schema, `MdmCommand`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from attrs import define, field

from ueapi.apple import mdm
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.device_side import DeviceSide
from ueapi_jamf.simulator.answers import Json, moment
from ueapi_jamf.simulator.state import DeviceRow

_STATES: Final = {
    mdm.Status.ACKNOWLEDGED: "ACKNOWLEDGED",
    mdm.Status.ERROR: "ERROR",
    mdm.Status.NOT_NOW: "NOT_NOW",
    mdm.Status.COMMAND_FORMAT_ERROR: "COMMAND_FORMAT_ERROR",
}


@define(kw_only=True, eq=False)
class CommandRow:
    """One command to one phone."""

    uuid: str
    management_id: str
    kind: str
    sent: datetime
    state: str = "PENDING"
    completed: datetime | None = None
    error: Json | None = None
    profile_id: int | None = None
    profile_identifier: str | None = None


@define(eq=False)
class Commands:
    """Every command ever sent."""

    clock: VirtualClock = field(repr=False)
    rows: dict[str, CommandRow] = field(factory=dict, repr=False)
    _of_client: dict[str, list[CommandRow]] = field(factory=dict, repr=False)

    def send(
        self,
        side: DeviceSide,
        device: DeviceRow,
        command: mdm.Command,
        *,
        profile: tuple[int, str] | None = None,
    ) -> CommandRow:
        """Queue a command for a phone and remember it."""
        row = self.note(device, command.uuid, wire_name(command.request_type))
        if profile is not None:
            row.profile_id, row.profile_identifier = profile
        if device.record is not None:
            side.queue(device.record, command)
        return row

    def note(self, device: DeviceRow, uuid: str, kind: str) -> CommandRow:
        """Remember a command that is queued elsewhere."""
        row = CommandRow(
            uuid=uuid.lower(),
            management_id=device.management_id,
            kind=kind,
            sent=self.clock.now(),
        )
        self.rows[row.uuid] = row
        self._of_client.setdefault(row.management_id, []).append(row)
        return row

    def answered(self, result: mdm.CommandResult) -> CommandRow | None:
        """Note what became of it."""
        row = self.rows.get(result.command_uuid.lower())
        if row is None:
            return None
        row.state, row.completed = _STATES[result.status], self.clock.now()
        if result.error_chain:
            first = result.error_chain[0]
            row.error = {
                "errorCode": first.code,
                "errorDomain": first.domain,
                "errorLocalizedDescription": first.description,
                "errorEnglishDescription": first.english,
            }
        return row

    def of_client(self, management_id: str) -> Iterable[CommandRow]:
        """The commands of one phone, oldest first."""
        return self._of_client.get(management_id.lower(), ())


def wire_name(request_type: str) -> str:
    """Apple's name in this API's spelling: InstallProfile becomes INSTALL_PROFILE."""
    return "".join(f"_{c}" if c.isupper() and i else c for i, c in enumerate(request_type)).upper()


def apple_name(kind: str) -> str:
    """This API's name in Apple's spelling."""
    return "".join(part.capitalize() for part in kind.split("_"))


def shown(row: CommandRow) -> Json:
    """One command as the list shows it."""
    return {
        "uuid": row.uuid,
        "dateSent": moment(row.sent),
        "dateCompleted": moment(row.completed),
        "client": {"managementId": row.management_id, "clientType": "MOBILE_DEVICE"},
        "commandState": row.state,
        "commandType": row.kind,
        "commandError": row.error,
        "profileId": None if row.profile_id is None else str(row.profile_id),
    }
