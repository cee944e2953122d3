"""Keeping work data on the work side of a personal phone: one readable model of what Apple allows for it.

Only settings that iOS honors under User Enrollment are in the model; `explain` also says of the usual other wishes why
Apple doesn't allow them here, and what comes nearest. Sources: Apple's schema, Restrictions; `ueapi.apple.rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from ueapi.apple.plist import PlistDict
from ueapi.apple.profiles.document import ConfigurationProfile, Payload
from ueapi.apple.profiles.identity import payload_uuid
from ueapi.apple.protection_wishes import IMPOSSIBLE, RESTRICTIONS, SETTINGS, Impossible, Setting
from ueapi.apple.rules import IosVersion, RuleKind, Rules, RuleVerdict
from ueapi.errors import InvalidModel, UsageError

__all__ = [
    "BALANCED",
    "OPEN",
    "PRESETS",
    "STRICT",
    "DataProtection",
    "Explanation",
    "Preset",
    "preset",
]


@frozen(kw_only=True)
class Explanation:
    """What one wish means on a phone.

    `wish` is the field of `DataProtection`, or a short name for a wish that has none. `item` is Apple's key, or the
    payload type that would hold it; empty where Apple has nothing of the kind. `value` is what the key is set to,
    `None` where nothing is set. `notices` says what the person sees, or would have seen of a wish that isn't possible.
    `verdict` is Apple's rule on that iOS. `has_effect` says whether the setting changes anything there; where it
    doesn't, `why` says why and `instead` what comes nearest.
    """

    wish: str
    item: str
    value: bool | None
    notices: str
    verdict: RuleVerdict | None
    has_effect: bool
    why: str = ""
    instead: str = ""


@frozen(kw_only=True)
class DataProtection:
    """What may cross between work and personal on a user-enrolled iPhone. The defaults are Apple's.

    *Work* are managed apps, accounts and books; *personal* is everything else on the phone. Where several profiles say
    something about the same key, iOS takes the stricter value.
    """

    open_from_work_to_personal: bool = True
    """Documents of work apps open in personal apps: share sheet, Open In, drag and drop."""
    open_from_personal_to_work: bool = True
    """Documents of personal apps open in work apps."""
    pasteboard_follows_open_in: bool = False
    """Copy and paste obeys the two rules above (iOS 15.0). Alone, while both allow, it has no effect."""
    airdrop_counts_as_personal: bool = False
    """AirDrop is a personal place for work documents. Without effect while work opens in personal."""
    screen_capture: bool = True
    """Screenshots and recordings: of the whole phone, personal apps included."""
    remote_screen_observation: bool = True
    """A teacher's Classroom app sees the screen. Goes with `screen_capture` when that is off."""
    notification_history_on_lock_screen: bool = True
    """Earlier notifications are readable on the locked phone. New ones always show as they come in."""
    today_view_on_lock_screen: bool = True
    """Widgets are readable on the locked phone."""
    control_center_on_lock_screen: bool = True
    """Control Center opens on the locked phone."""
    work_apps_sync_to_icloud: bool = True
    """Work apps keep data in the iCloud of the Managed Apple Account."""
    work_books_in_backup: bool = True
    """Books from work are part of backups."""
    work_book_notes_sync: bool = True
    """Notes and highlights in books from work sync to other devices."""
    personal_apps_read_work_contacts: bool = False
    """Personal apps read contacts of work accounts, to show who calls. Without effect while work opens in personal."""

    @classmethod
    def of(cls, profile: ConfigurationProfile) -> DataProtection:
        """Read the model back from a profile; keys that belong to no field are left out of it.

        Raises:
            InvalidModel: one of the keys holds no truth value.
        """
        found = {name: _strictest(profile, setting) for name, setting in SETTINGS.items()}
        return cls(**found)

    def payload(self, *, identifier: str, display_name: str | None = None) -> Payload:
        """The Restrictions payload. All keys are written, so that an administrator sees what is meant."""
        content: PlistDict = {
            setting.key: self.value_of(name) for name, setting in SETTINGS.items()
        }
        return Payload(
            type=RESTRICTIONS,
            identifier=identifier,
            uuid=payload_uuid(identifier),
            content=content,
            display_name=display_name,
        )

    def profile(
        self, *, identifier: str, display_name: str | None = None, organization: str | None = None
    ) -> ConfigurationProfile:
        """A profile with this payload alone; the same identifier replaces the one before."""
        return ConfigurationProfile(
            identifier=identifier,
            uuid=payload_uuid(identifier),
            display_name=display_name,
            organization=organization,
            payloads=(self.payload(identifier=f"{identifier}.restrictions"),),
        )

    def explain(self, *, ios: str | IosVersion) -> tuple[Explanation, ...]:
        """Say of each field what comes of it on one version of iOS, and of usual other wishes why they can't be had.

        Raises:
            UsageError: the version is none.
        """
        asked = IosVersion.parse(ios)
        own = (self._explained(name, setting, asked) for name, setting in SETTINGS.items())
        return (*own, *(self._impossible(wish, asked) for wish in IMPOSSIBLE))

    def value_of(self, field: str) -> bool:
        """The value of a field by its name, which is also the value of Apple's key.

        Raises:
            UsageError: there is no such field.
        """
        if field not in SETTINGS:
            raise UsageError(
                f"DataProtection has no field {field!r}.",
                remedy=f"Take one of {', '.join(SETTINGS)}.",
            )
        return bool(getattr(self, field))

    def _explained(self, name: str, setting: Setting, ios: IosVersion) -> Explanation:
        verdict = Rules.load().verdict(RuleKind.KEY, f"{RESTRICTIONS}:{setting.key}", ios=ios)
        value = self.value_of(name)
        why, instead = self._without_effect(name, setting)
        if not verdict.is_usable:
            why, instead = verdict.reason, "Nothing on this version of iOS."
        return Explanation(
            wish=name,
            item=setting.key,
            value=value,
            notices=setting.when_true if value else setting.when_false,
            verdict=verdict,
            has_effect=not why,
            why=why,
            instead=instead,
        )

    def _without_effect(self, name: str, setting: Setting) -> tuple[str, str]:
        """Why a setting that differs from Apple's default does nothing beside the others; empty if it does."""
        if self.value_of(name) is setting.default:
            return "", ""
        if setting.moot_while and all(self.value_of(other) for other in setting.moot_while):
            return (
                f"It does nothing while {' and '.join(setting.moot_while)} is true.",
                f"Set {' or '.join(setting.moot_while)} to false.",
            )
        return "", ""

    def _impossible(self, wish: Impossible, ios: IosVersion) -> Explanation:
        verdict = None
        if wish.kind is not None:
            verdict = Rules.load().verdict(wish.kind, wish.rule, ios=ios)
        return Explanation(
            wish=wish.name,
            item=wish.item,
            value=None,
            notices=wish.notices,
            verdict=verdict,
            has_effect=False,
            why=wish.why or (verdict.reason if verdict else ""),
            instead=wish.instead,
        )


@frozen(kw_only=True)
class Preset:
    """A starting point, and for whom it is meant."""

    name: str
    for_whom: str
    protection: DataProtection


OPEN: Final = Preset(
    name="open",
    for_whom="Work that holds nothing confidential, or a pilot: iOS keeps the two sides apart, nothing more.",
    protection=DataProtection(),
)
BALANCED: Final = Preset(
    name="balanced",
    for_whom="Most organizations: work documents stay with work apps, and the personal side notices nothing.",
    protection=DataProtection(
        open_from_work_to_personal=False,
        pasteboard_follows_open_in=True,
        airdrop_counts_as_personal=True,
        work_books_in_backup=False,
    ),
)
STRICT: Final = Preset(
    name="strict",
    for_whom="Regulated work: nothing crosses either way. People lose screenshots and lock-screen views "
    "on their own phone, so tell them before.",
    protection=DataProtection(
        open_from_work_to_personal=False,
        open_from_personal_to_work=False,
        pasteboard_follows_open_in=True,
        airdrop_counts_as_personal=True,
        screen_capture=False,
        remote_screen_observation=False,
        notification_history_on_lock_screen=False,
        today_view_on_lock_screen=False,
        control_center_on_lock_screen=False,
        work_apps_sync_to_icloud=False,
        work_books_in_backup=False,
        work_book_notes_sync=False,
    ),
)
PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {each.name: each for each in (OPEN, BALANCED, STRICT)}
)
"""All presets by name, the freest first."""


def preset(name: str) -> Preset:
    """One preset.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in PRESETS:
        raise UsageError(
            f"there is no preset {name!r}.", remedy=f"Take one of {', '.join(PRESETS)}."
        )
    return PRESETS[name]


def _strictest(profile: ConfigurationProfile, setting: Setting) -> bool:
    """What iOS applies when several payloads of a profile say something about a key."""
    values = [
        payload.content[setting.key]
        for payload in profile.payloads
        if payload.type == RESTRICTIONS and setting.key in payload.content
    ]
    if not all(isinstance(value, bool) for value in values):
        raise InvalidModel(
            f"{setting.key} of the payload {RESTRICTIONS} is no truth value.",
            remedy="Correct the profile; nothing was changed.",
        )
    if not values:
        return setting.default
    return setting.strict if setting.strict in values else not setting.strict
