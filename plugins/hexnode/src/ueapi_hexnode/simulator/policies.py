"""What a policy means to a phone: the vendor's keys read as Apple payloads, and back for the console.

This reading is the simulator's own, made from the vendor's pages and Apple's schema alone.
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterable, Mapping
from typing import Final, cast
from uuid import NAMESPACE_URL, uuid5

from attrs import field, frozen

from ueapi_hexnode.simulator.state import PolicyRow

DOCUMENTED: Final = True
GUESSED: Final = False


@frozen
class Key:
    """One key of the vendor and what it is called in Apple's payload.

    `words` translates values; `inverse` turns a truth value around. `known` is False for a guess. `same` names Apple's
    values for which the console offers no word of their own, with the one whose word is used.
    """

    vendor: str
    apple: str
    known: bool = DOCUMENTED
    inverse: bool = False
    words: Mapping[str, str] = field(factory=dict)
    same: Mapping[str, str] = field(factory=dict)

    def to_apple(self, value: object) -> object:
        """The value in Apple's terms."""
        if self.inverse:
            return not value
        return self.words.get(value, value) if isinstance(value, str) else value

    def has_word_for(self, value: object) -> bool:
        """Whether the vendor can say it."""
        return not self.words or self.same.get(str(value), value) in self.words.values()

    def to_vendor(self, value: object) -> object:
        """The value in the vendor's terms."""
        if self.inverse:
            return not value
        if not isinstance(value, str):
            return value
        back = {apple: vendor for vendor, apple in reversed(tuple(self.words.items()))}
        same = self.same.get(value, value)
        return back.get(same, same)


@frozen
class Section:
    """One dictionary below `ios` and the payload it becomes."""

    name: str
    payload: str
    keys: tuple[Key, ...]
    aliases: Mapping[str, str] = field(factory=dict)
    """Other spellings of a vendor key that are accepted."""


_PASSWORD: Final = (
    Key("allow_simple", "allowSimple"),
    Key("require_alphanumeric", "requireAlphanumeric"),
    Key("min_length", "minLength"),
    Key("min_complex_chars", "minComplexChars"),
    Key("max_pinage_in_days", "maxPINAgeInDays"),
    Key("max_inactivity", "maxInactivity"),
    Key("pin_history", "pinHistory"),
    Key("max_grace_period", "maxGracePeriod"),
    Key("max_failed_attempts", "maxFailedAttempts"),
)

_RESTRICTIONS: Final = (
    Key("allow_app_installation", "allowAppInstallation"),
    Key("allow_airdrop_managemendapps", "forceAirDropUnmanaged", GUESSED, inverse=True),
    Key("allow_camera", "allowCamera"),
    Key("allow_video_conferencing", "allowVideoConferencing"),
    Key("allow_screen_shot", "allowScreenShot"),
    Key("allow_global_background_fetch_when_roaming", "allowGlobalBackgroundFetchWhenRoaming"),
    Key("allow_touchId", "allowFingerprintForUnlock"),
    Key("allow_assistant", "allowAssistant"),
    Key("allow_assistant_while_locked", "allowAssistantWhileLocked"),
    Key("allow_voice_dialing", "allowVoiceDialing"),
    Key("allow_passbook_while_locked", "allowPassbookWhileLocked"),
    Key("allow_inapp_purchases", "allowInAppPurchases"),
    Key("force_itunes_store_password_entry", "forceITunesStorePasswordEntry"),
    Key("allow_multiplayer_gaming", "allowMultiplayerGaming"),
    Key("allow_managed_apps_cloud_sync", "allowManagedAppsCloudSync", GUESSED),
    Key("allow_enterprise_book_backup", "allowEnterpriseBookBackup", GUESSED),
    Key("safari_force_fraud_warning", "safariForceFraudWarning", GUESSED),
    Key("allow_lock_screen_today_view", "allowLockScreenTodayView", GUESSED),
    Key("allow_lock_screen_control_center", "allowLockScreenControlCenter", GUESSED),
    Key("allow_lock_screen_notifications_view", "allowLockScreenNotificationsView", GUESSED),
    Key("force_encrypted_backup", "forceEncryptedBackup", GUESSED),
    Key("allow_diagnostic_submission", "allowDiagnosticSubmission", GUESSED),
)

_ENCRYPTION: Final = {
    "none": "None",
    "WEP": "WEP",
    "WPA/WPA2": "WPA",
    "Any*(Personal)": "Any",
    "WEP_Enterprise": "WEP",
    "WPA/WPA2_Enterprise": "WPA",
    "Any*(Enterprise)": "Any",
}
_PROXY: Final = {"None": "None", "Manual": "Manual", "Automatic": "Auto"}

_WIFI: Final = (
    Key("service_set_identifier", "SSID_STR", GUESSED),
    Key("autojoin", "AutoJoin", GUESSED),
    Key("hidden_network", "HIDDEN_NETWORK", GUESSED),
    Key(
        "security_type",
        "EncryptionType",
        GUESSED,
        words=_ENCRYPTION,
        same={"WPA2": "WPA"},
    ),
    Key("password", "Password", GUESSED),
    Key("proxy_type", "ProxyType", GUESSED, words=_PROXY),
    Key("proxyserver", "ProxyServer", GUESSED),
    Key("proxy_server_port", "ProxyServerPort", GUESSED),
)

_EMAIL: Final = (
    Key("account_name", "EmailAccountName", GUESSED),
    Key("account_description", "EmailAccountDescription", GUESSED),
    Key(
        "incoming_account_type",
        "EmailAccountType",
        GUESSED,
        words={"pop3": "EmailTypePOP", "imap": "EmailTypeIMAP"},
    ),
    Key("email_address", "EmailAddress", GUESSED),
    Key("incoming_server_host_name", "IncomingMailServerHostName", GUESSED),
    Key("incoming_server_port", "IncomingMailServerPortNumber", GUESSED),
    Key("incoming_server_username", "IncomingMailServerUsername", GUESSED),
    Key("incoming_password", "IncomingPassword", GUESSED),
    Key("incoming_server_use_ssl", "IncomingMailServerUseSSL", GUESSED),
    Key("out_server_host_name", "OutgoingMailServerHostName", GUESSED),
    Key("out_server_port", "OutgoingMailServerPortNumber", GUESSED),
    Key("out_server_username", "OutgoingMailServerUsername", GUESSED),
    Key("out_password", "OutgoingPassword", GUESSED),
    Key("out_server_use_ssl", "OutgoingMailServerUseSSL", GUESSED),
)

_EXCHANGE: Final = (
    Key("host", "Host", GUESSED),
    Key("email_address", "EmailAddress", GUESSED),
    Key("username", "UserName", GUESSED),
    Key("password", "Password", GUESSED),
    Key("no_past_days_to_sync", "MailNumberOfPastDaysToSync", GUESSED),
    Key("use_ssl", "SSL", GUESSED),
)

SECTIONS: Final = (
    Section(
        "password",
        "com.apple.mobiledevice.passwordpolicy",
        _PASSWORD,
        {"min_complex_char": "min_complex_chars"},
    ),
    Section("restrictions", "com.apple.applicationaccess", _RESTRICTIONS),
    Section("wifi", "com.apple.wifi.managed", _WIFI),
    Section("email", "com.apple.mail.managed", _EMAIL),
    Section("activesync", "com.apple.eas.account", _EXCHANGE),
)
"""Source: Hexnode developer pages, iOS Policies, for `password` and the first restrictions; the rest is guessed."""

UNREAD: Final = frozenset(
    {
        "advanced_restrictions",
        "web_content_filter",
        "ldap",
        "caldav",
        "subscribe_calendar",
        "carddav",
        "webclip",
        "access_point",
        "applock",
        "wallpaper",
        "globalproxy",
        "lock_screen_msg",
        "app_management",
    }
)
"""Dictionaries known by name only: kept as they come, and nothing reaches the phone."""

_BY_NAME: Final = {section.name: section for section in SECTIONS}
_BY_PAYLOAD: Final = {section.payload: section for section in SECTIONS}
_EXTRA_KEYS: Final = {"activesync": ("account_name", "domain")}
"""Keys the vendor has and Apple's payload has not."""

_OWN: Final = frozenset(
    {
        "PayloadType",
        "PayloadIdentifier",
        "PayloadUUID",
        "PayloadVersion",
        "PayloadDisplayName",
        "PayloadDescription",
        "PayloadOrganization",
        "PayloadEnabled",
    }
)
"""Keys every payload has, which the portal makes itself."""


def understood(ios: Mapping[str, object]) -> dict[str, object]:
    """The `ios` dictionary as it is kept: unknown keys are dropped without a word.

    Guess: so do serializers of the framework the API looks built on. Restrictions whose names are unconfirmed are kept.
    """
    return {name: _understood(name, value) for name, value in ios.items() if _is_known(name)}


def _is_known(name: str) -> bool:
    return name in _BY_NAME or name in UNREAD


def _understood(name: str, value: object) -> object:
    section = _BY_NAME.get(name)
    if section is None or not isinstance(value, Mapping):
        return value
    known = {key.vendor for key in section.keys} | set(_EXTRA_KEYS.get(name, ()))
    spelled = {section.aliases.get(str(k), str(k)): v for k, v in value.items()}
    return {k: v for k, v in spelled.items() if k in known and v is not None}


def identifier_of(policy: PolicyRow) -> str:
    """`PayloadIdentifier` of the profile a policy becomes."""
    return f"com.hexnode.policy.{policy.id}"


def profile_of(policy: PolicyRow) -> bytes | None:
    """The configuration profile for the phone; `None` when nothing in the policy is one."""
    payloads = list(_payloads(policy))
    if not payloads:
        return None
    identifier = identifier_of(policy)
    content = [_finished(p, f"{identifier}.{i}") for i, p in enumerate(payloads, 1)]
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": identifier,
            "PayloadUUID": _uuid(identifier),
            "PayloadDisplayName": policy.name,
            "PayloadContent": content,
        }
    )


def _payloads(policy: PolicyRow) -> Iterable[dict[str, object]]:
    for section in SECTIONS:
        given = (policy.ios or {}).get(section.name)
        if isinstance(given, Mapping):
            rest = policy.rests.get(section.name, {})
            mapped = _to_apple(section, given)
            if mapped or rest:
                yield {"PayloadType": section.payload, **rest, **mapped}
    yield from policy.hidden


def _to_apple(section: Section, given: Mapping[str, object]) -> dict[str, object]:
    return {k.apple: k.to_apple(given[k.vendor]) for k in section.keys if k.vendor in given}


def _finished(payload: dict[str, object], identifier: str) -> dict[str, object]:
    own = {
        "PayloadIdentifier": identifier,
        "PayloadUUID": _uuid(identifier),
        "PayloadVersion": 1,
    }
    return {**payload, **own}


def _uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name)).upper()


def take_over(policy: PolicyRow, content: bytes) -> None:
    """Let a policy hold a configuration profile: what the API has words for, and the rest out of its sight.

    Raises:
        ValueError: no property list.
    """
    policy.ios, policy.hidden, policy.rests = {}, [], {}
    payloads = cast(list[dict[str, object]], _root(content).get("PayloadContent", []))
    for payload in payloads:
        section = _BY_PAYLOAD.get(str(payload.get("PayloadType")))
        shown, rest = ({}, {}) if section is None else _to_vendor(section, payload)
        if section is None or section.name in policy.ios or not shown:
            policy.hidden.append(dict(payload))
            continue
        policy.ios[section.name] = shown
        if rest:
            policy.rests[section.name] = rest


def _root(content: bytes) -> Mapping[str, object]:
    try:
        return cast(Mapping[str, object], plistlib.loads(content))
    except Exception as problem:
        raise ValueError("not a property list") from problem


def _to_vendor(
    section: Section, payload: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    shown: dict[str, object] = {}
    rest: dict[str, object] = {}
    by_apple = {key.apple: key for key in section.keys}
    for name, value in payload.items():
        key = by_apple.get(name)
        if key is not None and key.has_word_for(value):
            shown[key.vendor] = key.to_vendor(value)
        elif name not in _OWN:
            rest[name] = value
    return shown, rest


def secrets_of(policy: PolicyRow) -> frozenset[str]:
    """Passwords and keys in a policy, as text."""
    return frozenset(_secrets([policy.ios or {}, policy.hidden, policy.rests]))


def _secrets(value: object, name: str = "") -> Iterable[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _secrets(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner, name)
    elif isinstance(value, str) and value and _is_secret(name):
        yield value


def _is_secret(name: str) -> bool:
    return name.lower().endswith(("password", "sharedsecret", "challenge", "passphrase"))
