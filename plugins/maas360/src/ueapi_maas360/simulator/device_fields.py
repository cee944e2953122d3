"""A device row as the searches show it, and what User Enrollment leaves blank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ueapi.rehearsal.fleet import Hardware
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account
from ueapi_maas360.simulator.answers import milliseconds, stamp
from ueapi_maas360.simulator.elements import Element, Value, written
from ueapi_maas360.simulator.state import DeviceRow, Wiped

IN_COMPLIANCE: Final = "In Compliance"
NOT_DEFINED: Final = "Not Defined"
"""Source: published samples of `ownership` and of compliance."""
MANUFACTURER: Final = "Apple"
_WIPES: Final = {
    Wiped.NOT: "N/a",
    Wiped.PENDING: assumed.WIPE_PENDING,
    Wiped.COMPLETE: assumed.WIPE_COMPLETE,
}


def hardware_of(device: DeviceRow) -> Hardware | None:
    """What the phone shows of its hardware. Source: IBM's page on User Enrollment: nothing of it under that."""
    return None if device.record is None else device.record.hardware


def ownership(device: DeviceRow) -> str:
    """Guess: only who enrolls a personal phone is asked for its owner."""
    return assumed.EMPLOYEE_OWNED if device.is_user_enrolled else NOT_DEFINED


def is_compliant(device: DeviceRow) -> bool:
    """Whether every part of its policy that was answered is there."""
    return not any(part.failed for part in device.parts.values())


def policy_name(account: Account, device: DeviceRow) -> str:
    """The policy the device has. Guess: without its version, and blank once control is gone."""
    policy = account.store.policies.get(device.policy or 0)
    return policy.name if policy is not None and device.is_managed else ""


def core_fields(account: Account, device: DeviceRow) -> dict[str, Value]:
    """What the core view and version 1.0 of the search show."""
    owner = account.store.users.get(device.user_id)
    hardware = hardware_of(device)
    version = device.os_version.partition(".")[0]
    return {
        "maas360DeviceID": device.key,
        "deviceName": device.name,
        "customAssetNumber": "",
        "ownership": ownership(device),
        "deviceOwner": owner.name if owner else "",
        "username": owner.username if owner else "",
        "emailAddress": owner.email if owner else "",
        "platformName": "iOS",
        "sourceID": 1,
        "deviceType": "Smartphone",
        "manufacturer": MANUFACTURER,
        "model": device.model_name,
        "osName": f"iOS {version}" if version else "iOS",
        "osServicePack": "",
        "imeiEsn": hardware.imei if hardware else "",
        "installedDate": stamp(device.enrolled),
        "lastReported": stamp(device.last_reported),
        "installedDateInEpochms": milliseconds(device.enrolled),
        "lastReportedInEpochms": milliseconds(device.last_reported),
        "deviceStatus": "Active" if device.is_active else "Inactive",
        "maas360ManagedStatus": device.managed.value,
        "udid": hardware.udid if hardware else "",
        "wifiMacAddress": "",
        "mailboxDeviceId": "",
        "mailboxLastReported": "",
        "mailboxLastReportedInEpochms": "",
        "mailboxManaged": "",
        "isSupervisedDevice": False,
        "testDevice": False,
        "unifiedTravelerDeviceId": "",
    }


def full_fields(account: Account, device: DeviceRow) -> dict[str, Value]:
    """What version 2.0 of the search shows."""
    owner = account.store.users.get(device.user_id)
    hardware = hardware_of(device)
    personal = device.is_user_enrolled
    state = IN_COMPLIANCE if is_compliant(device) else assumed.OUT_OF_COMPLIANCE
    return core_fields(account, device) | {
        "phoneNumber": hardware.phone_number if hardware else "",
        "osVersion": device.os_version,
        "modelId": device.product_name,
        "platformSerialNumber": hardware.serial if hardware else "",
        "enrollmentMode": assumed.USER_ENROLLMENT_MODE
        if personal
        else assumed.DEVICE_ENROLLMENT_MODE,
        "userDomain": owner.domain if owner else "",
        "mdmPolicy": policy_name(account, device),
        "firstRegisteredInEpochms": milliseconds(device.enrolled),
        "lastRegisteredInEpochms": milliseconds(device.enrolled),
        "lastMdmRegisteredInEpochms": milliseconds(device.enrolled),
        "policyComplianceState": state,
        "appComplianceState": "",
        "ruleComplianceState": "",
        "passcodeCompliance": "Compliant" if is_compliant(device) else "",
        "jailbreakStatus": assumed.JAILBREAK,
        "encryptionStatus": assumed.ENCRYPTION,
        "selectiveWipeStatus": _WIPES[device.wiped],
        "mdmMailboxDeviceId": "",
        "itunesStoreAccountEnabled": "",
    }


Fields = Callable[[Account, DeviceRow], Mapping[str, Value]]


def row(account: Account, device: DeviceRow, fields: Fields) -> Element:
    """A device's element in a listing. Those of phones are kept, since the same ones are asked for over and over."""
    seen = _seen(account, device)
    kept = device.shown.get(fields)
    if kept is not None and kept[0] == seen:
        return kept[1]
    made = written("device", fields(account, device))
    if device.record is not None:
        device.shown[fields] = (seen, made)
    return made


def _seen(account: Account, device: DeviceRow) -> tuple[object, ...]:
    """Everything that the fields are made from."""
    owner, record = account.store.users.get(device.user_id), device.record
    return (
        None if owner is None else (owner.name, owner.username, owner.email, owner.domain),
        None if record is None else (record.hardware, record.kind),
        policy_name(account, device),
        is_compliant(device),
        *(device.name, device.model_name, device.product_name, device.os_version),
        *(device.enrolled, device.last_reported),
        *(device.managed, device.wiped, device.is_hidden),
    )


def attribute(key: str, value: Value, kind: str = "string") -> dict[str, Value]:
    """A labeled value, as summaries and inventories have them."""
    return {"key": key, "type": kind, "value": value}
