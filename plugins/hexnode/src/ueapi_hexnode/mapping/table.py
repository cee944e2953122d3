"""The one table between Apple's keys and the product's: passcode, restrictions, Wi-Fi.

A row that no source confirms is marked; it is proven or refuted by reading back what was written.
Sources: Hexnode developer documentation, iOS policies; Hexnode help, Apple User Enrollment; Apple device management
schema for Apple's keys and their ranges.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from ueapi_hexnode.mapping.conversions import Conversion, Flag, Implied, Line, Number, Words

PASSCODE: Final = "com.apple.mobiledevice.passwordpolicy"
RESTRICTIONS: Final = "com.apple.applicationaccess"
WIFI: Final = "com.apple.wifi.managed"

SECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {PASSCODE: "password", RESTRICTIONS: "restrictions", WIFI: "wifi"}
)
"""Apple's payload type → the product's dictionary under `ios`."""


@frozen(kw_only=True)
class Row:
    """One setting on both sides.

    `spelled` are further spellings the product is known to give. `default` is what the product documents for a missing
    key, and `warns` marks a default that takes something from the person which the profile left alone.
    """

    apple: str
    hexnode: str
    conversion: Conversion
    spelled: tuple[str, ...] = ()
    default: object = None
    warns: bool = False
    assumed: bool = False
    secret: bool = field(default=False)


def _flag(
    apple: str,
    hexnode: str,
    *,
    default: bool | None = None,
    warns: bool = False,
    assumed: bool = False,
) -> Row:
    return Row(
        apple=apple,
        hexnode=hexnode,
        conversion=Flag(),
        default=default,
        warns=warns,
        assumed=assumed,
    )


def _guess(apple: str, hexnode: str, conversion: Conversion, *, secret: bool = False) -> Row:
    return Row(apple=apple, hexnode=hexnode, conversion=conversion, assumed=True, secret=secret)


def _number(apple: str, hexnode: str, conversion: Number, *spelled: str) -> Row:
    return Row(apple=apple, hexnode=hexnode, conversion=conversion, spelled=spelled)


_PASSCODE: Final = (
    Row(
        apple="forcePIN",
        hexnode="",
        conversion=Implied("the product demands a passcode whenever a policy has passcode rules"),
    ),
    _flag("allowSimple", "allow_simple", default=True),
    _flag("requireAlphanumeric", "require_alphanumeric", default=False),
    _number("minLength", "min_length", Number(low=1, high=16, unset=0)),
    _number(
        "minComplexChars", "min_complex_chars", Number(low=1, high=4, unset=0), "min_complex_char"
    ),
    _number("maxPINAgeInDays", "max_pinage_in_days", Number(low=1, unset=0)),
    _number("maxInactivity", "max_inactivity", Number(low=1, unset=0)),
    _number("pinHistory", "pin_history", Number(low=1, high=50, unset=0)),
    _number("maxGracePeriod", "max_grace_period", Number(only=(1, 5, 15, 60, 240))),
    _number("maxFailedAttempts", "max_failed_attempts", Number(low=4, high=10, unset=11)),
)

_RESTRICTIONS: Final = (
    _flag("allowAssistant", "allow_assistant", default=True),
    _flag("allowAssistantWhileLocked", "allow_assistant_while_locked", default=True),
    _flag("allowScreenShot", "allow_screen_shot", default=False, warns=True),
    Row(
        apple="forceAirDropUnmanaged",
        # The product's own spelling.
        hexnode="allow_airdrop_managemendapps",
        conversion=Flag(inverse=True),
        default=False,
        warns=True,
        assumed=True,
    ),
    _flag("allowManagedAppsCloudSync", "allow_managed_apps_cloud_sync", assumed=True),
    _flag("allowEnterpriseBookBackup", "allow_enterprise_book_backup", assumed=True),
    _flag("safariForceFraudWarning", "safari_force_fraud_warning", assumed=True),
    _flag("allowLockScreenTodayView", "allow_lock_screen_today_view", assumed=True),
    _flag("allowLockScreenControlCenter", "allow_lock_screen_control_center", assumed=True),
    _flag("allowLockScreenNotificationsView", "allow_lock_screen_notifications_view", assumed=True),
    _flag("forceEncryptedBackup", "force_encrypted_backup", assumed=True),
    _flag("allowDiagnosticSubmission", "allow_diagnostic_submission", assumed=True),
    # The rest has no effect under User Enrollment, and is carried over for other phones.
    _flag("allowAppInstallation", "allow_app_installation", default=True),
    _flag("allowCamera", "allow_camera", default=True),
    _flag("allowVideoConferencing", "allow_video_conferencing", default=True),
    _flag(
        "allowGlobalBackgroundFetchWhenRoaming",
        "allow_global_background_fetch_when_roaming",
        default=True,
    ),
    _flag("allowFingerprintForUnlock", "allow_touchId", default=True),
    _flag("allowVoiceDialing", "allow_voice_dialing", default=True),
    _flag("allowPassbookWhileLocked", "allow_passbook_while_locked", default=False),
    _flag("allowInAppPurchases", "allow_inapp_purchases", default=True),
    _flag("forceITunesStorePasswordEntry", "force_itunes_store_password_entry", default=True),
    _flag("allowMultiplayerGaming", "allow_multiplayer_gaming"),
)

PERSONAL_NETWORKS: Final = Words(
    exact={"None": "none", "WEP": "WEP", "WPA": "WPA/WPA2", "Any": "Any*(Personal)"},
    near={
        "WPA2": (
            "WPA/WPA2",
            "the product has one word for WPA and WPA2, so older networks are joined too",
        ),
        "WPA3": ("WPA/WPA2", "the product has no word for WPA3, so older networks are joined too"),
    },
)
"""Networks without a sign-in; the product's words for others end in Enterprise."""

_WIFI: Final = (
    _guess("SSID_STR", "service_set_identifier", Line()),
    _guess("AutoJoin", "autojoin", Flag()),
    _guess("HIDDEN_NETWORK", "hidden_network", Flag()),
    _guess("EncryptionType", "security_type", PERSONAL_NETWORKS),
    _guess("Password", "password", Line(), secret=True),
    _guess(
        "ProxyType",
        "proxy_type",
        Words(exact={"None": "None", "Manual": "Manual", "Auto": "Automatic"}),
    ),
    _guess("ProxyServer", "proxyserver", Line()),
    _guess("ProxyServerPort", "proxy_server_port", Number(low=0, high=65535)),
)

TABLE: Final[Mapping[str, Mapping[str, Row]]] = MappingProxyType(
    {
        PASSCODE: MappingProxyType({row.apple: row for row in _PASSCODE}),
        RESTRICTIONS: MappingProxyType({row.apple: row for row in _RESTRICTIONS}),
        WIFI: MappingProxyType({row.apple: row for row in _WIFI}),
    }
)
"""Payload type → Apple's key → row."""
