"""From a configuration profile to declarations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from attrs import evolve, frozen

from ueapi.apple.declarations.declaration import Declaration
from ueapi.apple.declarations.drafting import Draft, Setting, draft
from ueapi.apple.declarations.fates import Fate, Kept, KeyFate, NoEqual
from ueapi.apple.declarations.hosting import Hosted, Hosting
from ueapi.apple.declarations.paths import texts
from ueapi.apple.declarations.table import (
    ACTIVATION,
    BY_PAYLOAD,
    IDENTITIES,
    IDENTITY_KEY,
    KNOWN_BY_NAME,
    LEGACY,
)
from ueapi.apple.profiles.document import CONFIGURATION, ConfigurationProfile, Payload, write
from ueapi.apple.profiles.identity import payload_uuid
from ueapi.apple.profiles.secrets import markers
from ueapi.apple.rules import IosVersion, RuleKind, Rules
from ueapi.errors import InvalidModel

PROFILE_TYPE = "application/x-apple-aspen-config"
"""The media type of a configuration profile."""


@frozen(kw_only=True)
class Conversion:
    """A profile as declarations, as far as Apple has equals.

    `declarations` are ready to be sent: assets, configurations, and the activation that names them. `hosted` is what
    they refer to and the caller must serve. `leftovers` is the rest as a profile, to be installed as before or sent
    with `legacy`; `kept` says why. `fates` has a row for each key of the converted payloads, and for each key of the
    profile itself that they leave behind.
    """

    declarations: tuple[Declaration, ...] = ()
    hosted: tuple[Hosted, ...] = ()
    leftovers: ConfigurationProfile | None = None
    kept: tuple[Kept, ...] = ()
    fates: tuple[KeyFate, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether every converted key has an exact equal, so that the way back gives the same profile."""
        return all(fate.fate is Fate.EXACT for fate in self.fates)

    @property
    def missing_secrets(self) -> tuple[str, ...]:
        """References of secrets that hosted content still has in place of values."""
        return tuple(dict.fromkeys(text for each in self.hosted for text in each.missing_secrets))


def from_profile(
    profile: ConfigurationProfile, *, ios: str | IosVersion, hosting: Hosting
) -> Conversion:
    """Turn the payloads that Apple has declarations for into those, for one version of iOS.

    Payloads that point at each other stay together: when one must stay a payload, all do. Identifiers are the same on
    every run, so that a new build replaces the old one.

    Args:
        profile: with real secrets, or with references (`redacted`) to learn what would become of it.
        ios: the version of iOS; a declaration it doesn't have is not used.
        hosting: where the content that declarations refer to will be served.

    Raises:
        UsageError: the version is none.
        InvalidModel: a value that neither format can hold.
    """
    asked = IosVersion.parse(ios)
    names = _names(profile)
    drafts, reasons = _drafts(profile, names, asked, hosting)
    _keep_together(profile, drafts, reasons)
    made = [drafts[at] for at in sorted(drafts)]
    kept = tuple(profile.payloads[at] for at in sorted(reasons))
    return Conversion(
        declarations=_declarations(profile, made),
        hosted=tuple(hosted for each in made for hosted in each.hosted),
        leftovers=evolve(profile, payloads=kept) if kept or not made else None,
        kept=tuple(_kept(profile.payloads[at], reasons[at]) for at in sorted(reasons)),
        fates=(
            *(fate for each in made for fate in each.fates),
            *(_outer_fates(profile, kept) if made else ()),
        ),
    )


def legacy(profile: ConfigurationProfile, *, ios: str | IosVersion, hosting: Hosting) -> Conversion:
    """Send a whole profile through a declaration: it is hosted, and iOS installs it as a profile.

    The rules for profiles hold inside it: one forbidden payload makes iOS refuse it all. Source: Apple's schema,
    Legacy Profile.

    Raises:
        UsageError: the version is none.
        InvalidModel: a property list can't hold the profile, or this iOS has no such declaration.
    """
    found = Rules.load().verdict(RuleKind.DECLARATION, LEGACY, ios=ios)
    if not found.is_usable:
        raise InvalidModel(
            f"{LEGACY} can't be used. {found.reason}", remedy="Install the profile by command."
        )
    name = payload_uuid(f"{profile.identifier}\0legacy")
    hosted = hosting.host(
        write(profile), owner=name, content_type=PROFILE_TYPE, missing_secrets=markers(profile)
    )
    configuration = Declaration.of(LEGACY, name, {"ProfileURL": hosted.url})
    activation = _activation(f"{profile.identifier}\0legacy", [name])
    return Conversion(declarations=(configuration, activation), hosted=(hosted,))


def _drafts(
    profile: ConfigurationProfile,
    names: Sequence[str],
    ios: IosVersion,
    hosting: Hosting,
) -> tuple[dict[int, Draft], dict[int, str]]:
    identities = {
        payload.uuid.casefold(): (payload.type, name)
        for payload, name in zip(profile.payloads, names, strict=True)
    }

    def link(uuid: str) -> str:
        kind, name = identities.get(uuid.casefold(), ("", ""))
        if not kind:
            raise NoEqual("It points at no payload of this profile.")
        if kind not in IDENTITIES:
            raise NoEqual("It points at a payload that is no identity.")
        return _identifier(name, IDENTITY_KEY)

    drafts: dict[int, Draft] = {}
    reasons: dict[int, str] = {}
    for at, payload in enumerate(profile.payloads):
        try:
            setting = Setting(
                ios=ios, hosting=hosting, name=partial(_identifier, names[at]), link=link
            )
            drafts[at] = _draft(payload, setting)
        except NoEqual as problem:
            reasons[at] = str(problem)
    return drafts, reasons


def _draft(payload: Payload, setting: Setting) -> Draft:
    equal = BY_PAYLOAD.get(payload.type)
    if equal is not None:
        return draft(payload, equal, setting)
    newer = KNOWN_BY_NAME.get(payload.type)
    if newer is None:
        raise NoEqual("Apple has no declaration that does the same.")
    found = Rules.load().verdict(RuleKind.DECLARATION, newer, ios=setting.ios)
    if found.is_usable:
        raise NoEqual(f"{newer} does the same, but its keys are not in the schema used here.")
    raise NoEqual(f"{newer}: {found.reason}")


def _keep_together(
    profile: ConfigurationProfile, drafts: dict[int, Draft], reasons: dict[int, str]
) -> None:
    """Keep what a kept payload points at, and what points at it: links work within one profile only."""
    positions = {payload.uuid.casefold(): at for at, payload in enumerate(profile.payloads)}
    neighbors: dict[int, set[int]] = {at: set() for at in range(len(profile.payloads))}
    for at, payload in enumerate(profile.payloads):
        for text in texts(payload.content):
            other = positions.get(text.casefold(), at)
            if other != at:
                neighbors[at].add(other)
                neighbors[other].add(at)
    waiting = sorted(reasons)
    while waiting:
        at = waiting.pop()
        for other in sorted(neighbors[at] & drafts.keys()):
            del drafts[other]
            reasons[other] = f"It is linked with {profile.payloads[at].type}, which stays."
            waiting.append(other)


def _identifier(name: str, role: str) -> str:
    """The identifier of what becomes of one payload: the configuration, or the asset that a key names."""
    return payload_uuid(f"{name}\0{role}")


def _names(profile: ConfigurationProfile) -> list[str]:
    """A name for each payload that stays the same when UUIDs are new."""
    seen: Counter[str] = Counter()
    names = []
    for payload in profile.payloads:
        seen[payload.identifier] += 1
        names.append(f"{profile.identifier}\0{payload.identifier}\0{seen[payload.identifier]}")
    return names


def _declarations(profile: ConfigurationProfile, made: Sequence[Draft]) -> tuple[Declaration, ...]:
    if not made:
        return ()
    configurations = [each.configuration for each in made]
    names = [each.identifier for each in configurations]
    return (
        *(asset for each in made for asset in each.assets),
        *configurations,
        _activation(profile.identifier, names),
    )


def _activation(name: str, configurations: Sequence[str]) -> Declaration:
    """What makes iOS apply configurations; without it they only lie there."""
    return Declaration.of(
        ACTIVATION,
        payload_uuid(f"{name}\0activation"),
        {"StandardConfigurations": list(configurations)},
    )


def _outer_fates(profile: ConfigurationProfile, kept: Sequence[Payload]) -> Iterator[KeyFate]:
    for key in sorted(profile.extra):
        reason = "Declarations have no such key."
        yield KeyFate(
            type=CONFIGURATION,
            name=profile.identifier,
            key=key,
            fate=Fate.DEGRADED if kept else Fate.LOST,
            reason=f"{reason} It holds for the rest of the profile." if kept else reason,
        )


def _kept(payload: Payload, reason: str) -> Kept:
    return Kept(type=payload.type, name=payload.identifier, reason=reason)
