"""What the trust page speaks of: each line, and the rules or abilities it is derived from.

The table says only which of Apple's items a line stands for. Whether it is possible is asked of the rules, per version
of iOS: possible as soon as one of its items is usable, so a line never promises more than Apple does.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import frozen

from ueapi.apple.rules import RuleKind
from ueapi.contract import Capability


class Topic(StrEnum):
    """What a line is about."""

    SEE = "see"
    DO = "do"


class Reach(StrEnum):
    """How the items of a line are read."""

    VERDICT = "verdict"
    """The rules' verdict on each item."""
    ABSENT = "absent"
    """`items` are parts of names: nothing that can be asked for has one of them in its name."""
    BOUNDED = "bounded"
    """The items are allowed, and Apple's documentation bounds them to what the organization installed.

    The rules carry no such bound, so this is a reading and is shown as one.
    """


@frozen(kw_only=True)
class Item:
    """One of Apple's items."""

    kind: RuleKind
    id: str


@frozen(kw_only=True)
class Claim:
    """A line of the trust page; its words are the text `see.ID` or `do.ID` of a language.

    `source` is the page of Apple's in which those of its words are read that no rule says, such as that iOS asks first.
    """

    id: str
    topic: Topic
    items: tuple[Item, ...] = ()
    reach: Reach = Reach.VERDICT
    words: tuple[str, ...] = ()
    source: str = ""


def _claim(topic: Topic, id: str, *items: str, source: str = "") -> Claim:  # noqa: A002
    """Items are written as `kind:name`; a key of the restrictions as `may:name`."""
    return Claim(id=id, topic=topic, items=tuple(map(_item, items)), source=source)


def _item(text: str) -> Item:
    kind, _, name = text.partition(":")
    if kind == "may":
        return Item(kind=RuleKind.KEY, id=f"com.apple.applicationaccess:{name}")
    return Item(kind=RuleKind(kind), id=name)


def _see(id: str, *items: str, source: str = "") -> Claim:  # noqa: A002
    return _claim(Topic.SEE, id, *items, source=source)


def _do(id: str, *items: str, source: str = "") -> Claim:  # noqa: A002
    return _claim(Topic.DO, id, *items, source=source)


_INSTALLING: Final = (
    "https://developer.apple.com/documentation/devicemanagement/install-application-command"
)
_SCHEMA: Final = "https://github.com/apple/device-management/blob/b6202ca/mdm/commands/"
"""Descriptions beside the rules, in the state of the schema that the rules were made from."""
_USER_ENROLLMENT: Final = "https://support.apple.com/guide/deployment/dep23db2037d/web"

CLAIMS: Final = (
    _see(
        "serial-number",
        "query:SerialNumber",
        "query:UDID",
        "status:device.identifier.serial-number",
        "status:device.identifier.udid",
        "key:Authenticate:SerialNumber",
        "key:Authenticate:UDID",
    ),
    _see("passcode-token", "key:TokenUpdate:UnlockToken", "command:RequestUnlockToken"),
    _see("phone-identity", "query:IMEI", "query:MEID", "query:ICCID"),
    _see("phone-number", "query:PhoneNumber", "query:ServiceSubscriptions"),
    _see("location", "command:DeviceLocation"),
    Claim(
        id="personal-apps",
        topic=Topic.SEE,
        items=(_item("command:InstalledApplicationList"),),
        reach=Reach.BOUNDED,
        source=_USER_ENROLLMENT,
    ),
    Claim(
        id="personal-content",
        topic=Topic.SEE,
        reach=Reach.ABSENT,
        words=("photo", "message", "callhistory", "contact", "healthdata", "brows", "keychain"),
    ),
    _see("private-account", "query:iTunesStoreAccountHash", "query:iTunesStoreAccountIsActive"),
    _see(
        "carrier",
        "query:CurrentCarrierNetwork",
        "query:SubscriberCarrierNetwork",
        "query:IsRoaming",
    ),
    _see("network-addresses", "query:WiFiMAC", "query:BluetoothMAC"),
    _see("backups", "query:IsCloudBackupEnabled", "query:LastCloudBackupDate"),
    _see("activation-lock", "query:IsActivationLockEnabled"),
    _see("focus", "query:IsDoNotDisturbInEffect"),
    _see("hotspot", "query:PersonalHotspotEnabled"),
    _see("battery-health", "status:device.power.battery-health"),
    _see(
        "updates",
        "command:AvailableOSUpdates",
        "command:OSUpdateStatus",
        "status:softwareupdate.pending-version",
    ),
    _see("ios-version", "query:OSVersion", "query:BuildVersion"),
    _see("model", "query:Model", "query:ModelName", "query:ModelNumber"),
    _see("device-name", "query:DeviceName"),
    _see("storage", "query:DeviceCapacity", "query:AvailableDeviceCapacity"),
    _see("battery-level", "query:BatteryLevel"),
    _see("time-zone", "query:TimeZone"),
    _see("find-my", "query:IsDeviceLocatorServiceEnabled"),
    _see("diagnostics", "query:DiagnosticSubmissionEnabled", "query:AppAnalyticsEnabled"),
    _see("tethering", "query:IsNetworkTethered"),
    _see(
        "passcode-state",
        "query:PasscodeCompliant",
        "query:PasscodePresent",
        "status:passcode.is-present",
    ),
    _see("encryption", "query:HardwareEncryptionCaps"),
    _see("work-apps", "command:InstalledApplicationList", "command:ManagedApplicationList"),
    _see("work-profiles", "command:ProfileList", "command:CertificateList"),
    _see("exchange-identifier", "query:EASDeviceIdentifier"),
    _see(
        "attestation",
        "query:DevicePropertiesAttestation",
        source=f"{_SCHEMA}information.device.yaml",
    ),
    _do("erase", "command:EraseDevice"),
    _do("reset-passcode", "command:ClearPasscode", "command:RequestUnlockToken"),
    _do("lost-mode", "command:EnableLostMode", "command:PlayLostModeSound"),
    _do(
        "activation-bypass",
        "command:ActivationLockBypassCode",
        "command:ClearActivationLockBypassCode",
    ),
    _do("take-over-app", "key:InstallApplication:ChangeManagementState"),
    _do("whole-vpn", "payload:com.apple.vpn.managed", "payload:com.apple.proxy.http.global"),
    _do("whole-dns", "payload:com.apple.dnsSettings.managed"),
    _do("keep-profile", "payload:com.apple.profileRemovalPassword"),
    _do("restart", "command:RestartDevice", "command:ShutDownDevice"),
    _do(
        "update-ios",
        "command:ScheduleOSUpdate",
        "declaration:com.apple.configuration.softwareupdate.enforcement.specific",
    ),
    _do("rename", "setting:DeviceName", "setting:Wallpaper"),
    _do("radio", "setting:Bluetooth", "setting:DataRoaming", "setting:PersonalHotspot"),
    _do(
        "home-screen",
        "payload:com.apple.homescreenlayout",
        "payload:com.apple.notificationsettings",
    ),
    _do("single-app", "payload:com.apple.app.lock"),
    _do("camera", "may:allowCamera"),
    _do(
        "app-store", "may:allowAppInstallation", "may:allowUIAppInstallation", "may:allowAppRemoval"
    ),
    _do("private-backup", "may:allowCloudBackup", "may:allowCloudPhotoLibrary"),
    _do("own-vpn", "may:allowVPNCreation"),
    _do("own-passcode", "may:allowPasscodeModification"),
    _do("end-enrollment", "command:RemoveProfile", source=_USER_ENROLLMENT),
    _do("remove-apps", "command:RemoveApplication"),
    _do(
        "install-apps",
        "command:InstallApplication",
        source=_INSTALLING,
    ),
    _do("required-app", "key:com.apple.mdm:RequiredAppIDForMDM"),
    _do(
        "configure-apps",
        "command:ManagedApplicationConfiguration",
        "setting:ApplicationConfiguration",
    ),
    _do("lock", "command:DeviceLock"),
    _do(
        "demand-passcode",
        "payload:com.apple.mobiledevice.passwordpolicy",
        "declaration:com.apple.configuration.passcode.settings",
    ),
    _do("wifi", "payload:com.apple.wifi.managed"),
    _do("app-vpn", "payload:com.apple.vpn.managed.applayer"),
    _do("filter-apps", "payload:com.apple.webcontent-filter"),
    _do(
        "accounts",
        "payload:com.apple.mail.managed",
        "payload:com.apple.eas.account",
        "payload:com.apple.caldav.account",
    ),
    _do("certificates", "payload:com.apple.security.root", "payload:com.apple.security.pkcs12"),
    _do("keep-apart", "may:allowOpenFromManagedToUnmanaged", "may:requireManagedPasteboard"),
    _do("screenshots", "may:allowScreenShot"),
    _do("siri", "may:allowAssistant"),
    _do("lock-screen", "may:allowLockScreenNotificationsView", "may:allowLockScreenControlCenter"),
    _do("encrypted-backup", "may:forceEncryptedBackup"),
    _do("screen-sharing", "command:RequestMirroring", source=f"{_SCHEMA}mirroring.request.yaml"),
)
"""Every line, what matters most to people first."""


PRACTICES: Final = {
    "account": Capability.USERS_MANAGED_APPLE_ID,
    "list": Capability.DEVICES_LIST,
    "report": Capability.DEVICES_REPORT,
    "enrollment-id": Capability.DEVICES_ENROLLMENT_ID,
    "unenroll": Capability.DEVICES_UNENROLL,
    "forget": Capability.DEVICES_FORGET,
    "settings": Capability.PROFILES_ASSIGN,
    "apps": Capability.APPS_ASSIGN,
    "licenses": Capability.LICENSES_ASSIGN,
    "commands": Capability.COMMANDS_SEND,
    "history": Capability.COMMANDS_STATUS,
    "events": Capability.EVENTS_WATCH,
}
"""What a product's sheet says, by the id of a text `practice.ID`."""
