"""What a phone says about itself, kept in the record of its enrollment."""

from __future__ import annotations

from collections.abc import Mapping

from ueapi.apple import mdm, plist
from ueapi.rehearsal.enrollments import EnrollmentRecord
from ueapi.rehearsal.fleet import Hardware


def note_reported(record: EnrollmentRecord, result: mdm.CommandResult) -> None:
    """Keep what the phone says about itself, in an answer that was read from a property list."""
    match result.response:
        case {"QueryResponses": dict() as answers}:
            record.device_name = _text(answers, "DeviceName", record.device_name)
            record.os_version = _text(answers, "OSVersion", record.os_version)
            record.model = _text(answers, "ModelName", record.model)
            record.product_name = _text(answers, "ProductName", record.product_name)
        case {"ProfileList": list() as rows}:
            record.profiles = {
                _text(row, "PayloadIdentifier", ""): _text(row, "PayloadDisplayName", "")
                for row in rows
                if isinstance(row, dict)
            }
        case {"ManagedApplicationList": dict() as apps}:
            record.apps = {
                bundle_id: _text(app, "Status", "Unknown")
                for bundle_id, app in apps.items()
                if isinstance(app, dict)
            }
        case _:
            return


def _text(row: Mapping[str, plist.PlistValue], key: str, otherwise: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else otherwise


def hardware_shown(
    message: mdm.Authenticate | mdm.DeviceEnrollmentAuthenticate,
) -> Hardware | None:
    """The hardware as a device names it under Device Enrollment."""
    if isinstance(message, mdm.Authenticate):
        return None
    return Hardware(
        serial=message.serial_number or "",
        udid=message.udid,
        imei=message.imei or "",
        phone_number="",
    )
