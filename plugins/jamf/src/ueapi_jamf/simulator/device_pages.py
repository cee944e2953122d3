"""Device records as the list, the inventory list and the single record show them.

Source: Jamf Pro API 11.30 schema, `MobileDeviceV2`, `MobileDeviceIosInventory`, `MobileDeviceDetailsGetV2`. Guess:
sections not asked for are null, and hardware identifiers under User Enrollment are empty texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final

from ueapi_jamf.simulator.answers import Json, moment
from ueapi_jamf.simulator.device_fields import CAPACITY_MB, FREE_MB, Owner, user_and_location
from ueapi_jamf.simulator.state import NO_SITE, DeviceRow

_PROFILE_LIFE: Final = timedelta(days=730)
GroupsOf = Callable[[DeviceRow], list[Json]]


def general(device: DeviceRow) -> Json:
    """Source: Jamf Pro API 11.30 schema, `MobileDeviceIosGeneral`."""
    return {
        "udid": device.udid,
        "displayName": device.name,
        "assetTag": device.asset_tag,
        "siteId": NO_SITE,
        "lastInventoryUpdateDate": moment(device.last_inventory),
        "lastContactDate": moment(device.last_contact),
        "osVersion": device.os_version,
        "osBuild": None,
        "osRapidSecurityResponse": None,
        "osSupplementalBuildVersion": None,
        "softwareUpdateDeviceId": None,
        "ipAddress": None,
        "managed": device.is_managed,
        "supervised": False,
        "deviceOwnershipType": device.ownership,
        "enrollmentMethodPrestage": None,
        "enrollmentSessionTokenValid": device.is_managed,
        "lastEnrolledDate": moment(device.enrolled),
        "mdmProfileExpirationDate": moment(device.enrolled + _PROFILE_LIFE),
        "timeZone": device.time_zone,
        "declarativeDeviceManagementEnabled": device.is_managed,
        "managementId": device.management_id,
        "extensionAttributes": [],
        "sharedIpad": False,
        "diagnosticAndUsageReportingEnabled": False,
        "appAnalyticsEnabled": False,
        "itunesStoreAccountActive": False,
        "cloudBackupEnabled": False,
    }


def hardware(device: DeviceRow) -> Json:
    """Source: Jamf Pro API 11.30 schema, `MobileDeviceHardware`."""
    return {
        "capacityMb": CAPACITY_MB,
        "availableSpaceMb": FREE_MB,
        "usedSpacePercentage": 50,
        "batteryLevel": device.battery,
        "batteryHealth": "UNKNOWN",
        "serialNumber": device.serial,
        "wifiMacAddress": "",
        "bluetoothMacAddress": "",
        "modemFirmwareVersion": None,
        "model": device.model,
        "modelIdentifier": device.model_identifier,
        "modelNumber": None,
        "bluetoothLowEnergyCapable": False,
        "deviceId": "",
        "extensionAttributes": [],
    }


def applications(device: DeviceRow) -> list[Json]:
    """Managed apps. Source: Jamf Pro API 11.30 schema, `MobileDeviceApplicationInventoryDetail`.

    Guess: an app that isn't managed on the phone shows Apple's word for its state instead of `Managed`.
    """
    return [
        {
            "identifier": a.bundle_id,
            "name": a.name,
            "version": a.version,
            "shortVersion": a.version,
            "managementStatus": a.status,
            "validationStatus": True,
            "bundleSize": "0",
            "dynamicSize": "0",
            "appClip": False,
        }
        for a in device.apps
    ]


def profiles(device: DeviceRow) -> list[Json]:
    """Source: Jamf Pro API 11.30 schema, `MobileDeviceProfile`."""
    return [
        {
            "displayName": p.name,
            "version": "1",
            "uuid": p.identifier,
            "identifier": p.identifier,
            "removable": False,
            "lastInstalled": moment(p.installed),
        }
        for p in device.profiles
    ]


def network(device: DeviceRow) -> Json:
    """Source: Jamf Pro API 11.30 schema, `MobileDeviceNetwork`."""
    return {
        "cellularTechnology": None,
        "voiceRoamingEnabled": False,
        "imei": device.imei,
        "iccid": "",
        "meid": "",
        "eid": "",
        "carrierSettingsVersion": None,
        "currentCarrierNetwork": None,
        "dataRoamingEnabled": False,
        "roaming": False,
        "personalHotspotEnabled": False,
        "phoneNumber": device.phone_number,
    }


def security(device: DeviceRow) -> Json:
    """Source: Jamf Pro API 11.30 schema, `MobileDeviceSecurity`."""
    return {
        "passcodePresent": True,
        "passcodeCompliant": True,
        "passcodeCompliantWithProfile": True,
        "dataProtected": True,
        "activationLockEnabled": False,
        "jailBreakDetected": False,
        "personalDeviceProfileCurrent": False,
        "lostModeEnabled": False,
        "bootstrapTokenEscrowed": "NOT_SUPPORTED",
    }


_PLAIN: Final[Mapping[str, tuple[str, Callable[[DeviceRow], object]]]] = {
    "GENERAL": ("general", general),
    "HARDWARE": ("hardware", hardware),
    "PURCHASING": ("purchasing", lambda _: {"purchased": False, "leased": False}),
    "SECURITY": ("security", security),
    "APPLICATIONS": ("applications", applications),
    "EBOOKS": ("ebooks", lambda _: []),
    "NETWORK": ("network", network),
    "SERVICE_SUBSCRIPTIONS": ("serviceSubscriptions", lambda _: []),
    "CERTIFICATES": ("certificates", lambda _: []),
    "PROFILES": ("profiles", profiles),
    "USER_PROFILES": ("userProfiles", lambda _: []),
    "PROVISIONING_PROFILES": ("provisioningProfiles", lambda _: []),
    "SHARED_USERS": ("sharedUsers", lambda _: []),
    "EXTENSION_ATTRIBUTES": ("extensionAttributes", lambda _: []),
}
GROUPS: Final = "GROUPS"
SECTIONS: Final = frozenset({*_PLAIN, "USER_AND_LOCATION", GROUPS})
"""Source: Jamf Pro API 11.30 schema, `MobileDeviceSection`."""
_NAMES: Final = (*(name for name, _ in _PLAIN.values()), "userAndLocation", "groups")


def inventory(
    device: DeviceRow, owner: Owner, sections: Iterable[str], groups_of: GroupsOf
) -> Json:
    """One row of the inventory list."""
    row: Json = {"mobileDeviceId": str(device.id), "deviceType": "iOS", **dict.fromkeys(_NAMES)}
    for section in sections:
        if section == "USER_AND_LOCATION":
            located = user_and_location(device, owner)
            row["userAndLocation"] = {**located, "extensionAttributes": []}
        elif section == GROUPS:
            row["groups"] = groups_of(device)
        else:
            name, show = _PLAIN[section]
            row[name] = show(device)
    return row


def light(device: DeviceRow) -> Json:
    """One row of the light list."""
    return {
        "id": str(device.id),
        "name": device.name,
        "serialNumber": device.serial,
        "wifiMacAddress": "",
        "udid": device.udid,
        "phoneNumber": device.phone_number,
        "model": device.model,
        "modelIdentifier": device.model_identifier,
        "username": device.username,
        "type": "ios",
        "managementId": device.management_id,
        "softwareUpdateDeviceId": "",
    }


def details(device: DeviceRow, owner: Owner, groups: list[Json]) -> Json:
    """The single record, whose names differ from the inventory list's. Guess: spelling of ownership and method."""
    located = user_and_location(device, owner)
    return {
        "id": str(device.id),
        "name": device.name,
        "enforceName": False,
        "assetTag": device.asset_tag,
        "lastInventoryUpdateTimestamp": moment(device.last_inventory),
        "lastContactTimestamp": moment(device.last_contact),
        "osVersion": device.os_version,
        "osBuild": None,
        "serialNumber": device.serial,
        "udid": device.udid,
        "ipAddress": None,
        "wifiMacAddress": "",
        "bluetoothMacAddress": "",
        "managed": device.is_managed,
        "timeZone": device.time_zone,
        "initialEntryTimestamp": moment(device.enrolled),
        "lastEnrollmentTimestamp": moment(device.enrolled),
        "mdmProfileExpirationTimestamp": moment(device.enrolled + _PROFILE_LIFE),
        "deviceOwnershipLevel": device.ownership,
        "enrollmentMethod": "User-initiated - no invitation",
        "enrollmentSessionTokenValid": device.is_managed,
        "declarativeDeviceManagementEnabled": device.is_managed,
        "site": {"id": NO_SITE, "divisionId": None, "name": "None"},
        "extensionAttributes": [],
        "location": {k: v for k, v in located.items() if k not in {"building", "department"}},
        "type": "ios",
        "managementId": device.management_id,
        "ios": {
            "model": device.model,
            "modelIdentifier": device.model_identifier,
            "supervised": False,
            "security": security(device),
            "network": network(device),
            "applications": [
                {k: a[k] for k in ("identifier", "name", "version", "shortVersion")}
                for a in applications(device)
            ],
            "configurationProfiles": profiles(device),
            "certificates": [],
            "purchasing": {"purchased": False, "leased": False},
            "mdmCapableUsers": [],
        },
        "groups": groups,
    }
