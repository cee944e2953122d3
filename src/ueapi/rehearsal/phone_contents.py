"""Everything managed on a virtual iPhone, and what of it has its effect."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Final

from attrs import define, field, frozen

from ueapi.apple import rules
from ueapi.apple.declarations import Declaration
from ueapi.apple.plist import PlistDict
from ueapi.apple.profiles import ConfigurationProfile, Payload

MANAGED: Final = "Managed"
PASSCODE: Final = frozenset(
    {"com.apple.mobiledevice.passwordpolicy", "com.apple.configuration.passcode.settings"}
)
"""The payload and the declaration by whose presence iOS enforces its own rules. Source: Apple, Passcode."""
APP_VPN: Final = "com.apple.vpn.managed.applayer"
ACCOUNTS: Final = frozenset(
    {
        "com.apple.caldav.account",
        "com.apple.carddav.account",
        "com.apple.eas.account",
        "com.apple.google-oauth",
        "com.apple.ldap.account",
        "com.apple.mail.managed",
        "com.apple.subscribedcalendar.account",
    }
)
"""Payloads that make an account."""
_ACCOUNT_DECLARATIONS: Final = "com.apple.configuration.account."
_KEPT: Final = 4096


@frozen(kw_only=True)
class PasscodeRule:
    """What iOS asks of a passcode. Nothing in a payload raises or lowers it. Source: Apple, Passcode."""

    shortest: int = 6
    allows_simple: bool = False


class AppState(StrEnum):
    """How far an app of a declaration is. Source: Apple's schema, declarative/status/app.managed.list."""

    OPTIONAL = "optional"
    PROMPTING = "prompting-for-consent"
    MANAGED = "managed"
    FAILED = "failed"


@define(kw_only=True)
class DeclaredApp:
    """An app that a declaration manages; `reason` is why it failed, in Apple's words."""

    revision: str
    bundle_id: str = ""
    """Empty where nobody can tell which app is meant."""
    state: AppState = AppState.FAILED
    reason: str | None = None


@frozen(kw_only=True)
class Book:
    """A managed book; `store_id` is `None` for one that came from elsewhere."""

    store_id: int | None = None
    persistent_id: str | None = None
    details: PlistDict = field(factory=dict)
    """Kind, version, author and title, as they were sent."""


@define
class Contents:
    """Everything managed on the phone; all of it goes with the enrollment."""

    profiles: dict[str, ConfigurationProfile] = field(factory=dict)
    apps: dict[str, str] = field(factory=dict)
    """Bundle id → state, in Apple's words."""
    attributes: dict[str, PlistDict] = field(factory=dict)
    """Bundle id → what goes with the app, such as its per-app VPN."""
    configurations: dict[str, PlistDict] = field(factory=dict, repr=False)
    """Bundle id → what the organization sets in the app."""
    declarations: dict[str, Declaration] = field(factory=dict, repr=False)
    """Declarations the phone holds, by identifier."""
    synchronized: str | None = None
    """The token of what was last declared; while it is the same there is nothing to fetch."""
    active: frozenset[str] = frozenset()
    """Identifiers of the configurations that some activation turns on."""

    legacy: dict[str, str] = field(factory=dict)
    """Declaration → the profile that came with it."""
    organization: PlistDict = field(factory=dict)
    """Who manages the phone, as its owner is shown."""
    books: dict[str, Book] = field(factory=dict)
    """Store id or persistent id → the managed book."""
    declared_apps: dict[str, DeclaredApp] = field(factory=dict)
    """Declaration → the app it manages; commands have no hold on it."""

    def remove_everything(self) -> None:
        """What happens at the end of the enrollment: the separate volume is destroyed with its keys."""
        for kept in (self.profiles, self.apps, self.attributes, self.configurations):
            kept.clear()
        for further in (self.declarations, self.legacy, self.books, self.declared_apps):
            further.clear()
        self.organization = {}
        self.synchronized, self.active = None, frozenset()

    def forget_app(self, bundle_id: str) -> None:
        """Remove an app with all that goes with it."""
        for kept in (self.apps, self.attributes, self.configurations):
            kept.pop(bundle_id, None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing managed is there."""
        held = (self.profiles, self.apps, self.declarations, self.books, self.declared_apps)
        return not any(held)

    def declares(self, bundle_id: str) -> bool:
        """Whether a declaration manages the app."""
        return any(app.bundle_id == bundle_id for app in self.declared_apps.values())

    def manages(self, bundle_id: str) -> bool:
        """Whether the app is there and managed, by a command or by a declaration."""
        if self.apps.get(bundle_id) == MANAGED:
            return True
        apps = self.declared_apps.values()
        return any(a.bundle_id == bundle_id and a.state is AppState.MANAGED for a in apps)


def in_effect(contents: Contents, ios: str) -> tuple[Payload, ...]:
    """The payloads as a user-enrolled phone follows them: without the keys that iOS ignores."""
    return tuple(p for profile in contents.profiles.values() for p in _working(profile, ios))


def passcode_rule(contents: Contents, ios: str) -> PasscodeRule | None:
    """What is asked of the passcode; `None` when the enrollment asks for nothing."""
    there = {payload.type for payload in in_effect(contents, ios)}
    there |= {contents.declarations[name].type for name in contents.active}
    return PasscodeRule() if PASSCODE & there else None


def vpn_of(contents: Contents, ios: str, bundle_id: str) -> str | None:
    """The per-app VPN of a managed app: its attribute names one that is installed. Source: Apple, App Layer VPN."""
    wanted = contents.attributes.get(bundle_id, {}).get("VPNUUID")
    if not isinstance(wanted, str) or not contents.manages(bundle_id):
        return None
    there = (p.content.get("VPNUUID") for p in in_effect(contents, ios) if p.type == APP_VPN)
    return wanted if wanted in there else None


def account_vpns(contents: Contents, ios: str) -> dict[str, str]:
    """Payload of a managed account, by identifier → the per-app VPN it goes through, if that is installed.

    Source: Apple's schema, the key VPNUUID of the payloads of accounts.
    """
    works = in_effect(contents, ios)
    there = {p.content.get("VPNUUID") for p in works if p.type == APP_VPN}
    wanted = ((p.identifier, p.content.get("VPNUUID")) for p in works if p.type in ACCOUNTS)
    return {name: uuid for name, uuid in wanted if isinstance(uuid, str) and uuid in there}


def accounts(contents: Contents, ios: str) -> tuple[str, ...]:
    """The managed accounts, by the type of what made each."""
    made = [p.type for p in in_effect(contents, ios) if p.type in ACCOUNTS]
    declared = (contents.declarations[name].type for name in sorted(contents.active))
    return (*made, *(t for t in declared if t.startswith(_ACCOUNT_DECLARATIONS)))


# Phones of one iOS are sent the same few profiles, so each is judged once.


@lru_cache(maxsize=_KEPT)
def _judged(profile: _SameProfile, ios: str) -> str | None:
    for finding in rules.check(profile.profile, ios=ios):
        if finding.effect is rules.Effect.REFUSES_PROFILE or _is_unknown_type(finding):
            return finding.payload_type
    return None


@lru_cache(maxsize=_KEPT)
def _worked(profile: _SameProfile, ios: str) -> tuple[Payload, ...]:
    works = rules.split(profile.profile, ios=ios).works
    return works.payloads if works else ()


@frozen(eq=False)
class _SameProfile:
    """A profile by its identity, since its content can't be hashed."""

    profile: ConfigurationProfile

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameProfile) and other.profile is self.profile

    def __hash__(self) -> int:
        return id(self.profile)


def forbidden(profile: ConfigurationProfile, ios: str) -> str | None:
    """The payload type for which iOS refuses the whole profile, or `None`. Source: Apple's schema."""
    return _judged(_SameProfile(profile), ios)


def _working(profile: ConfigurationProfile, ios: str) -> tuple[Payload, ...]:
    return _worked(_SameProfile(profile), ios)


def _is_unknown_type(finding: rules.Finding) -> bool:
    """Guess: iOS refuses a payload type it has never heard of."""
    return finding.mode is None and finding.key is None and not finding.stays
