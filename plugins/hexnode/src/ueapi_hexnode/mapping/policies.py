"""Configuration profiles into policies and back, by the table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Final, cast

from attrs import define, evolve, field, frozen

from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Payload, read, write
from ueapi.contract import Fate, SettingFate, Translation
from ueapi_hexnode.mapping.console import CONSOLE_KEYS, CONSOLE_PAYLOADS, steps
from ueapi_hexnode.mapping.conversions import Kept, LeftOut, Refused
from ueapi_hexnode.mapping.table import PASSCODE, SECTIONS, TABLE, WIFI, Row

Section = dict[str, object]
Sections = Mapping[str, Section]

_SPACE: Final = uuid.UUID("7d0f2b0e-58b8-5d6e-9a0e-3f5f6a1f4c11")
_BY_HAND: Final = "Make a policy with it in the portal, and assign that one."
_ASSUMED: Final = (
    "the product's spelling of the key is assumed; reading back after writing proves it"
)
_ENTERPRISE: Final = ("EAPClientConfiguration", "PayloadCertificateUUID", "SetupModes")


@frozen(kw_only=True)
class PolicyTranslation:
    """A profile as a policy: each setting's fate, the `ios` dictionary to send, and what of the profile that is."""

    fates: tuple[SettingFate, ...]
    sections: Sections = field(repr=False)
    mappable: ConfigurationProfile | None = field(repr=False)
    console_steps: tuple[str, ...] = ()

    @property
    def dropped(self) -> tuple[SettingFate, ...]:
        """Settings that are not in `sections` and are missed there."""
        return tuple(f for f in self.fates if f.fate in (Fate.HUMAN_ONLY, Fate.LOST))


def translate_content(content: bytes) -> Translation:
    """Say what becomes of each setting of a profile in this product.

    Raises:
        InvalidModel: the content is no configuration profile.
    """
    outcome = translate(read(content))
    return Translation(
        fates=outcome.fates,
        console_steps=outcome.console_steps,
        mappable=None if outcome.mappable is None else write(outcome.mappable),
    )


def translate(profile: ConfigurationProfile) -> PolicyTranslation:
    """Translate a profile by the table. Pure: asks nothing."""
    work = _Work()
    kept = [found for payload in profile.payloads if (found := work.take(payload)) is not None]
    by_hand = any(fate.fate is Fate.HUMAN_ONLY for fate in work.fates)
    return PolicyTranslation(
        fates=tuple(work.fates),
        sections=work.sections,
        mappable=evolve(profile, payloads=tuple(kept)) if kept else None,
        console_steps=steps(profile) if by_hand else (),
    )


@define
class _Work:
    """Translates payload by payload, since a policy has room for one of each kind."""

    fates: list[SettingFate] = field(factory=list)
    sections: dict[str, Section] = field(factory=dict)

    def take(self, payload: Payload) -> Payload | None:
        """Note the fates of a payload's settings, and return the part that is kept."""
        obstacle = self._obstacle(payload)
        if obstacle is not None:
            self.fates += _whole(payload, *obstacle)
            return None
        section: Section = {}
        for key, value in sorted(payload.content.items()):
            self.fates.append(_setting(payload.type, key, value, section))
        if not section and payload.type != PASSCODE:
            return None
        self.fates += _warnings(payload)
        self.sections[SECTIONS[payload.type]] = section
        content, _ = _settings(payload.type, section)
        return evolve(payload, content=content)

    def _obstacle(self, payload: Payload) -> tuple[Fate, str] | None:
        if payload.type not in SECTIONS:
            if payload.type in CONSOLE_PAYLOADS:
                return Fate.HUMAN_ONLY, "the API has no known keys for this kind of payload"
            return Fate.LOST, "no place for this kind of payload is known"
        if SECTIONS[payload.type] in self.sections:
            return Fate.HUMAN_ONLY, "a policy made by the API has one section of this kind"
        if payload.type == WIFI and any(key in payload.content for key in _ENTERPRISE):
            return (
                Fate.HUMAN_ONLY,
                "a network with a sign-in or certificate has no known keys in the API",
            )
        if payload.type == WIFI and not _is_name(payload.content.get("SSID_STR")):
            return Fate.HUMAN_ONLY, "a network without a name has no place in the API"
        return None


def _is_name(value: PlistValue | None) -> bool:
    return isinstance(value, str) and bool(value)


def _whole(payload: Payload, fate: Fate, reason: str) -> Iterator[SettingFate]:
    instead = _BY_HAND if fate is Fate.HUMAN_ONLY else ""
    for key in sorted(payload.content) or [""]:
        yield SettingFate(
            payload_type=payload.type, key=key, fate=fate, reason=reason, instead=instead
        )


def _setting(kind: str, key: str, value: PlistValue, section: Section) -> SettingFate:
    row = TABLE[kind].get(key)
    if row is None:
        return _homeless(kind, key)
    match row.conversion.forth(value):
        case Kept(converted, loss):
            section[row.hexnode] = converted
            fate = Fate.DEGRADED if loss else Fate.EXACT
            reason = loss or (_ASSUMED if row.assumed else "")
            return SettingFate(payload_type=kind, key=key, fate=fate, reason=reason)
        case LeftOut(loss):
            return SettingFate(payload_type=kind, key=key, fate=Fate.DEGRADED, reason=loss)
        case Refused(reason):
            return SettingFate(payload_type=kind, key=key, fate=Fate.LOST, reason=reason)


def _homeless(kind: str, key: str) -> SettingFate:
    if (kind, key) in CONSOLE_KEYS:
        return SettingFate(
            payload_type=kind,
            key=key,
            fate=Fate.HUMAN_ONLY,
            reason="the product has it in the portal's business container only",
            instead=_BY_HAND,
        )
    reason = "the product has no such key"
    if kind == PASSCODE:
        reason += "; under User Enrollment Apple ignores it anyway"
    return SettingFate(payload_type=kind, key=key, fate=Fate.LOST, reason=reason)


def _warnings(payload: Payload) -> Iterator[SettingFate]:
    for row in TABLE[payload.type].values():
        if row.warns and row.apple not in payload.content:
            yield SettingFate(
                payload_type=payload.type,
                key=row.apple,
                fate=Fate.DEGRADED,
                reason="the profile leaves it alone, but the product's documented default restricts it",
                instead="Set the key in the profile, or check the policy in the portal.",
            )


# -- back ----------------------------------------------------------------------------------------------


def profile_from_sections(
    name: str, key: str, sections: Mapping[str, object]
) -> tuple[ConfigurationProfile, tuple[str, ...]]:
    """A policy's `ios` dictionary as a profile, and the settings that have no Apple key.

    `key` names the policy uniquely; identifiers follow from it, so that reading twice gives the same bytes.
    """
    payloads: list[Payload] = []
    unmapped: list[str] = []
    kinds = {section: kind for kind, section in SECTIONS.items()}
    for section, settings in sorted(sections.items()):
        if settings is None or (not settings and section != SECTIONS[PASSCODE]):
            continue
        if section not in kinds or not isinstance(settings, dict) or _is_enterprise(settings):
            unmapped.append(f"ios.{section}")
            continue
        content, strange = _settings(kinds[section], cast("Section", settings))
        unmapped += (f"ios.{section}.{name_}" for name_ in strange)
        payloads.append(_payload(kinds[section], key, section, content))
    identifier, number = _identity(key, "")
    profile = ConfigurationProfile(
        identifier=identifier, uuid=number, display_name=name, payloads=tuple(payloads)
    )
    return profile, tuple(unmapped)


def _settings(kind: str, section: Section) -> tuple[PlistDict, list[str]]:
    """Apple's keys for a section, and the product's keys that have none."""
    content: PlistDict = {}
    taken: set[str] = set()
    for row in TABLE[kind].values():
        for spelling in (row.hexnode, *row.spelled):
            value = row.conversion.back(section.get(spelling))
            if value is not None:
                content.setdefault(row.apple, value)
                taken.add(spelling)
    return content, sorted(k for k, v in section.items() if k not in taken and v is not None)


def _is_enterprise(settings: Mapping[str, object]) -> bool:
    # Without its sign-in, such a network would read as another, weaker one.
    return "enterprise" in str(settings.get("security_type", "")).lower()


def _payload(kind: str, key: str, section: str, content: PlistDict) -> Payload:
    identifier, number = _identity(key, section)
    return Payload(type=kind, identifier=identifier, uuid=number, content=content)


def _identity(key: str, section: str) -> tuple[str, str]:
    number = str(uuid.uuid5(_SPACE, f"{key}/{section}")).upper()
    return f"policy.{number}", number


# -- comparing -----------------------------------------------------------------------------------------


def differences(wanted: Sections, found: Mapping[str, object]) -> tuple[str, ...]:
    """Settings that were sent and are not there as sent; keys the product filled in don't count.

    Secrets count only where the product gives them back.
    """
    return tuple(
        f"ios.{SECTIONS[kind]}.{row.hexnode}"
        for kind, row, section in _rows(wanted)
        if row.hexnode in section
        and not _agrees(row, section[row.hexnode], _there(found, kind, row))
    )


def additions(wanted: Sections, found: Mapping[str, object]) -> tuple[str, ...]:
    """Settings of the table that are there and were not asked for, unless they equal the product's default."""
    return tuple(
        f"ios.{SECTIONS[kind]}.{row.hexnode}"
        for kind, rows in TABLE.items()
        for row in rows.values()
        if row.hexnode not in wanted.get(SECTIONS[kind], {})
        and _there(found, kind, row) not in (None, row.default)
    )


def merged(wanted: Sections, found: Mapping[str, object]) -> dict[str, object]:
    """The `ios` dictionary that holds the wanted settings and everything the table has no row for."""
    result = {name: value for name, value in found.items() if name not in SECTIONS.values()}
    for kind, section in SECTIONS.items():
        foreign = _foreign(kind, found.get(section))
        if section in wanted or foreign:
            result[section] = foreign | wanted.get(section, {})
    return result


def _rows(wanted: Sections) -> Iterator[tuple[str, Row, Section]]:
    for kind, rows in TABLE.items():
        section = wanted.get(SECTIONS[kind])
        if section is not None:
            yield from ((kind, row, section) for row in rows.values())


def _there(found: Mapping[str, object], kind: str, row: Row) -> object:
    section = found.get(SECTIONS[kind])
    if not isinstance(section, dict):
        return None
    return next((section[s] for s in (row.hexnode, *row.spelled) if s in section), None)


def _agrees(row: Row, sent: object, there: object) -> bool:
    return sent == there or (row.secret and there is None)


def _foreign(kind: str, section: object) -> Section:
    if not isinstance(section, dict):
        return {}
    ours = {s for row in TABLE[kind].values() for s in (row.hexnode, *row.spelled)}
    return {key: value for key, value in section.items() if key not in ours}
