"""What a virtual iPhone tells of itself when it is asked, as far as its enrollment lets it.

Source: Apple's schema, mdm/commands/information.device. Guess: the identifier for Exchange is another one for each
enrollment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from ueapi.apple import mdm, rules
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.rehearsal.phone_answers import Act, Current, Obeying, answered, is_allowed

GSM_AND_CDMA: Final = 3
"""`CellularTechnology` of every iPhone of these years."""
_RENUMBERED: Final = 26
"""The iOS that followed 18."""
_EXCHANGE_LENGTH: Final = 32
_Says = Callable[[Obeying, Current], PlistValue]


def build_of(ios: str) -> str:
    """A build as that iOS names its own: 22 for iOS 18, and 23 for the next one, which is iOS 26."""
    major = int(ios.partition(".")[0])
    return f"{major + 4 if major < _RENUMBERED else major - 3}A100"


def _exchange(_: Obeying, current: Current) -> str:
    return hashlib.sha256(current.identifier.encode()).hexdigest()[:_EXCHANGE_LENGTH].upper()


_SAYS: Final[Mapping[str, _Says]] = {
    "AppAnalyticsEnabled": lambda _, __: False,
    "AvailableDeviceCapacity": lambda _, __: 51.5,
    "BatteryLevel": lambda _, __: 0.8,
    "BuildVersion": lambda phone, _: build_of(phone.os_version),
    "CellularTechnology": lambda _, __: GSM_AND_CDMA,
    "DeviceCapacity": lambda _, __: 128.0,
    "DeviceName": lambda phone, _: phone.seed.name,
    "DiagnosticSubmissionEnabled": lambda _, __: False,
    "EASDeviceIdentifier": _exchange,
    "IMEI": lambda phone, _: phone.seed.hardware.imei,
    "IsDeviceLocatorServiceEnabled": lambda _, __: True,
    "IsMultiUser": lambda _, __: False,
    "IsNetworkTethered": lambda _, __: False,
    "IsSupervised": lambda _, __: False,
    "ModelName": lambda phone, _: phone.seed.model,
    "OSVersion": lambda phone, _: phone.os_version,
    "OrganizationInfo": lambda _, current: current.contents.organization,
    "PhoneNumber": lambda phone, _: phone.seed.hardware.phone_number,
    "ProductName": lambda phone, _: phone.seed.model_identifier,
    "SerialNumber": lambda phone, _: phone.seed.hardware.serial,
    "SupplementalBuildVersion": lambda phone, _: build_of(phone.os_version),
    "UDID": lambda phone, _: phone.seed.hardware.udid,
}


def _tell(phone: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    """Answers what was asked for and is allowed, and nothing else."""
    queries = command.content.get("Queries")
    asked = queries if isinstance(queries, list) else []
    answers: PlistDict = {
        query: _SAYS[query](phone, current)
        for query in asked
        if isinstance(query, str)
        and query in _SAYS
        and is_allowed(rules.RuleKind.QUERY, f"DeviceInformation:{query}", phone, current)
    }
    return answered(current, command, response={"QueryResponses": answers})


INFORMATION: Final[Mapping[str, Act]] = {mdm.RequestType.DEVICE_INFORMATION: _tell}
