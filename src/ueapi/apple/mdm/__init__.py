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
from ueapi.apple.mdm.checkin_calls import (
    CheckInCall,
    DeclarativeManagement,
    Endpoint,
    GetToken,
    TokenData,
    TokenService,
    call_from_plist,
    message_from_plist,
)
from ueapi.apple.mdm.commands import Command, RequestType, build_command, command_from_plist
from ueapi.apple.mdm.declarative import (
    DeclarationItem,
    DeclarationItems,
    StatusReport,
    SynchronizationTokens,
    declarative_management,
)
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

FromDevice: TypeAlias = CheckIn | CheckInCall | CommandPoll | CommandResult
"""Everything a device sends; each has an `identifier`."""

__all__ = [
    "Authenticate",
    "CheckIn",
    "CheckInCall",
    "CheckOut",
    "Command",
    "CommandPoll",
    "CommandResult",
    "DeclarationItem",
    "DeclarationItems",
    "DeclarativeManagement",
    "DeviceEnrollmentAuthenticate",
    "DeviceEnrollmentCheckOut",
    "DeviceEnrollmentTokenUpdate",
    "Endpoint",
    "ErrorLink",
    "FromDevice",
    "GetToken",
    "RequestType",
    "Status",
    "StatusReport",
    "SynchronizationTokens",
    "TokenData",
    "TokenService",
    "TokenUpdate",
    "build_command",
    "call_from_plist",
    "checkin_from_plist",
    "command_from_plist",
    "declarative_management",
    "device_information",
    "device_lock",
    "install_application",
    "install_profile",
    "managed_application_list",
    "message_from_plist",
    "profile_list",
    "remove_application",
    "remove_profile",
    "result_from_plist",
]
