"""Fields of a device by the flat names that filters and sorting use.

Source: Jamf Pro API 11.30 schema, parameters of `/v2/mobile-devices/detail`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ueapi_jamf.simulator.answers import moment, names
from ueapi_jamf.simulator.state import DeviceRow, UserRow

FILTERS: Final = names(
    """
    airPlayPassword appAnalyticsEnabled assetTag availableSpaceMb batteryLevel
    bluetoothLowEnergyCapable bluetoothMacAddress capacityMb declarativeDeviceManagementEnabled
    deviceId deviceLocatorServiceEnabled devicePhoneNumber diagnosticAndUsageReportingEnabled
    displayName doNotDisturbEnabled exchangeDeviceId cloudBackupEnabled osBuild
    osSupplementalBuildVersion osVersion osRapidSecurityResponse ipAddress itunesStoreAccountActive
    mobileDeviceId managementId languages lastContactDate lastInventoryUpdateDate locales
    locationServicesForSelfServiceMobileEnabled lostModeEnabled managed model modelIdentifier
    modelNumber modemFirmwareVersion preferredVoiceNumber quotaSize residentUsers serialNumber
    sharedIpad supervised tethered timeZone udid usedSpacePercentage wifiMacAddress building
    department emailAddress fullName userPhoneNumber position room username appleCareId
    lifeExpectancyYears poNumber purchasePrice purchasedOrLeased purchasingAccount purchasingContact
    vendor activationLockEnabled blockEncryptionCapable dataProtection fileEncryptionCapable
    passcodeCompliant passcodeCompliantWithProfile passcodeLockGracePeriodEnforcedSeconds
    passcodePresent carrierSettingsVersion currentCarrierNetwork currentMobileCountryCode
    currentMobileNetworkCode dataRoamingEnabled eid network homeMobileCountryCode
    homeMobileNetworkCode iccid imei imei2 meid personalHotspotEnabled roaming
    lastLoggedInUsernameSelfService lastLoggedInUsernameSelfServiceTimestamp lastLoggedInUsernameMdm
    lastLoggedInUsernameMdmTimestamp groupId groupName
    """
)
"""What a filter may name. `deviceOwnershipType` is missing on purpose: one can sort by it and not filter by it."""

SORTS: Final = (FILTERS - {"groupId", "groupName"}) | names(
    """
    batteryHealth lostModeEnabledDate enrollmentSessionTokenValid lastBackupDate lastEnrolledDate
    lastCloudBackupDate mdmProfileExpirationDate deviceOwnershipType leaseExpirationDate poDate
    warrantyExpirationDate hardwareEncryptionSupported jailbreakStatus cellularTechnology
    voiceRoamingEnabled homeCarrierNetwork
    """
)
"""What a list may be sorted by."""

Owner = UserRow | None

CAPACITY_MB: Final = 128_000
FREE_MB: Final = 64_000

_OF_THE_DEVICE: Final[Mapping[str, Callable[[DeviceRow], object]]] = {
    "mobileDeviceId": lambda d: d.id,
    "managementId": lambda d: d.management_id,
    "udid": lambda d: d.udid,
    "displayName": lambda d: d.name,
    "assetTag": lambda d: d.asset_tag,
    "batteryLevel": lambda d: d.battery,
    "capacityMb": lambda _: CAPACITY_MB,
    "availableSpaceMb": lambda _: FREE_MB,
    "usedSpacePercentage": lambda _: 50,
    "declarativeDeviceManagementEnabled": lambda d: d.is_managed,
    "devicePhoneNumber": lambda d: d.phone_number,
    "osVersion": lambda d: d.os_version,
    "lastContactDate": lambda d: moment(d.last_contact),
    "lastInventoryUpdateDate": lambda d: moment(d.last_inventory),
    "lastEnrolledDate": lambda d: moment(d.enrolled),
    "managed": lambda d: d.is_managed,
    "model": lambda d: d.model,
    "modelIdentifier": lambda d: d.model_identifier,
    "serialNumber": lambda d: d.serial,
    "imei": lambda d: d.imei,
    "timeZone": lambda d: d.time_zone,
    "enrollmentSessionTokenValid": lambda d: d.is_managed,
    "deviceOwnershipType": lambda d: d.ownership,
}
_OF_THE_OWNER: Final[Mapping[str, str]] = {
    "username": "username",
    "fullName": "realName",
    "emailAddress": "emailAddress",
    "position": "position",
    "userPhoneNumber": "phoneNumber",
    "room": "room",
    "building": "building",
    "department": "department",
}
_NEVER_TRUE: Final = names(
    """
    appAnalyticsEnabled bluetoothLowEnergyCapable deviceLocatorServiceEnabled doNotDisturbEnabled
    diagnosticAndUsageReportingEnabled cloudBackupEnabled itunesStoreAccountActive lostModeEnabled
    sharedIpad supervised tethered activationLockEnabled
    """
)


def field_of(device: DeviceRow, owner: Owner, name: str) -> object:
    """The value of one field; `None` for what the server doesn't know about these phones."""
    if (read := _OF_THE_DEVICE.get(name)) is not None:
        return read(device)
    if (key := _OF_THE_OWNER.get(name)) is not None:
        return user_and_location(device, owner)[key]
    return False if name in _NEVER_TRUE else None


def user_and_location(device: DeviceRow, owner: Owner) -> dict[str, object]:
    """The user and location fields: the user's record, and what an administrator typed over it."""
    fields: dict[str, object] = {
        "username": device.username,
        "realName": owner.realname if owner else "",
        "emailAddress": owner.email if owner else "",
        "position": owner.position if owner else "",
        "phoneNumber": owner.phone if owner else "",
        "departmentId": None,
        "buildingId": None,
        "room": None,
        "building": None,
        "department": None,
    }
    if device.location:
        fields.update(device.location)
    return fields
