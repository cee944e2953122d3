"""The messages between a device and its management service: check-ins, commands and their results.

Shapes follow Apple's schema (check-in and command protocol). Under User Enrollment a device is known by its
EnrollmentID and by nothing else; the variants for device enrollment exist for phones whose owner chose the wrong
way in.
"""

from typing import TypeAlias

from ueapi.apple.mdm.checkin import (
    Authenticate,
    CheckIn,
    CheckOut,
    DeviceEnrollmentAuthenticate,
    DeviceEnrollmentCheckOut,
    DeviceEnrollmentTokenUpdate,
    TokenUpdate,
    checkin_from_plist,
)
from ueapi.apple.mdm.commands import Command, RequestType, build_command, command_from_plist
from ueapi.apple.mdm.requests import (
    device_information,
    device_lock,
    install_application,
    install_profile,
    managed_application_list,
    profile_list,
    remove_application,
    remove_profile,
)
from ueapi.apple.mdm.results import (
    CommandPoll,
    CommandResult,
    ErrorLink,
    Status,
    result_from_plist,
)

FromDevice: TypeAlias = CheckIn | CommandPoll | CommandResult
"""Everything a device sends; each has an `identifier`."""

__all__ = [
    "Authenticate",
    "CheckIn",
    "CheckOut",
    "Command",
    "CommandPoll",
    "CommandResult",
    "DeviceEnrollmentAuthenticate",
    "DeviceEnrollmentCheckOut",
    "DeviceEnrollmentTokenUpdate",
    "ErrorLink",
    "FromDevice",
    "RequestType",
    "Status",
    "TokenUpdate",
    "build_command",
    "checkin_from_plist",
    "command_from_plist",
    "device_information",
    "device_lock",
    "install_application",
    "install_profile",
    "managed_application_list",
    "profile_list",
    "remove_application",
    "remove_profile",
    "result_from_plist",
]
