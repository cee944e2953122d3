"""What a user-enrolled iPhone makes of a profile: what it refuses, and what it takes without effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import evolve

from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles.document import CONFIGURATION, ConfigurationProfile, Payload
from ueapi.apple.profiles.keys import owner_of, paths_of
from ueapi.apple.rules.demands import Condition, Demand
from ueapi.apple.rules.findings import Effect, Finding, Severity
from ueapi.apple.rules.judging import OVERRIDES, UNPROVEN
from ueapi.apple.rules.kinds import Mode, RuleKind, RuleVerdict
from ueapi.apple.rules.schemas import Schema, schema_of
from ueapi.apple.rules.source import Disagreement
from ueapi.apple.rules.table import Ios, Rules
from ueapi.apple.rules.version import CURRENT_IOS, IosRange, IosVersion

TOP_LEVEL: Final = "TopLevel"
"""Apple's name for the schema of the profile itself."""
ACCOUNT_DRIVEN_ONLY_SINCE: Final = IosVersion((18,))
"""From here on account-driven enrollment is the one way into User Enrollment."""
_MDM_MARKS: Final = frozenset({"EnrollmentMode", "AssignedManagedAppleID"})


def check(profile: ConfigurationProfile, *, ios: Ios = CURRENT_IOS) -> tuple[Finding, ...]:
    """Say what an iPhone under User Enrollment makes of a profile, in the order of the profile.

    One payload that Apple forbids makes iOS refuse the whole profile. That a forbidden key only loses its effect, and
    that payload types missing on iOS do, is assumed; `split` takes both out, so nothing depends on it. In a range of
    versions each part is judged on the version where it is worst. Findings with `is_loss` are about what doesn't work;
    the others are good to know: deprecated parts, keys that Apple's schema doesn't list, disagreeing sources.

    Raises:
        UsageError: `ios` is neither a version nor a range.
    """
    span = IosRange.parse(ios)
    found = list(of_profile(profile, span))
    for payload in profile.payloads:
        found += of_payload(payload, span)
    return tuple(found)


def unknown_keys(payload: Payload) -> tuple[str, ...]:
    """The key paths of a known payload type that the table doesn't know: misspelled, or newer than it.

    Below a key whose content is free (a vendor's own settings) everything is known.
    """
    schema = schema_of(payload)
    return tuple(dict.fromkeys(p for p, _ in paths_of(payload.content) if schema.misses(p)))


def of_profile(profile: ConfigurationProfile, span: IosRange) -> Iterator[Finding]:
    """What there is to say of the keys of the profile itself."""
    for key, value in profile.extra.items():
        verdict = Rules.load().find(RuleKind.KEY, f"{TOP_LEVEL}:{key}", ios=span)
        # The value that changes nothing is no loss.
        if verdict is not None and not verdict.is_usable and value is not False:
            yield _of_key(CONFIGURATION, profile.identifier, key, verdict)


def of_payload(payload: Payload, span: IosRange) -> Iterator[Finding]:
    """What there is to say of one payload."""
    verdict = Rules.load().find(RuleKind.PAYLOAD, payload.type, ios=span)
    if verdict is None:
        yield _unknown_type(payload, span)
        return
    if not verdict.is_usable:
        yield _of_type(payload, verdict)
    else:
        if verdict.is_deprecated:
            yield _deprecated(payload.type, payload.identifier, None, verdict)
        yield from _unmet(payload, span)
        yield from _of_keys(payload, span)
    yield from _disagreements(payload, span)


def _unknown_type(payload: Payload, span: IosRange) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        payload_type=payload.type,
        payload_identifier=payload.identifier,
        key=None,
        mode=None,
        effect=Effect.UNCERTAIN,
        reason="Apple's schema, as known here, has no such payload type. "
        "iOS may refuse the whole profile for it.",
        basis=UNPROVEN,
        ios=span.lowest,
    )


def _of_type(payload: Payload, verdict: RuleVerdict) -> Finding:
    refuses = verdict.mode is not Mode.NOT_AVAILABLE or verdict.was_forbidden
    return Finding(
        severity=Severity.ERROR if refuses else Severity.WARNING,
        payload_type=payload.type,
        payload_identifier=payload.identifier,
        key=None,
        mode=verdict.mode,
        effect=Effect.REFUSES_PROFILE if refuses else Effect.NOT_AVAILABLE,
        reason=verdict.reason + _consequence(verdict, refuses),
        basis=verdict.basis,
        ios=verdict.ios,
        instead=str(verdict.instead or ""),
        sources=(verdict.source,),
    )


def _consequence(verdict: RuleVerdict, refuses: bool) -> str:
    before = " It was forbidden while it was there." if verdict.was_forbidden else ""
    return f"{before} iOS refuses the whole profile for it." if refuses else ""


def _of_key(payload_type: str, identifier: str, key: str, verdict: RuleVerdict) -> Finding:
    is_missing = verdict.mode is Mode.NOT_AVAILABLE
    return Finding(
        severity=Severity.WARNING,
        payload_type=payload_type,
        payload_identifier=identifier,
        key=key,
        mode=verdict.mode,
        effect=Effect.NOT_AVAILABLE if is_missing else Effect.NO_EFFECT,
        reason=verdict.reason,
        basis=verdict.basis,
        ios=verdict.ios,
        instead=str(verdict.instead or ""),
        sources=(verdict.source,),
    )


def _deprecated(
    payload_type: str, identifier: str, key: str | None, verdict: RuleVerdict
) -> Finding:
    return Finding(
        severity=Severity.NOTE,
        payload_type=payload_type,
        payload_identifier=identifier,
        key=key,
        mode=verdict.mode,
        effect=Effect.NONE,
        reason=f"It works. Apple advises against it from iOS {verdict.deprecated} on.",
        basis=verdict.basis,
        ios=verdict.ios,
        instead=str(verdict.instead or ""),
        sources=(verdict.source,),
        stays=True,
    )


def _disagreements(payload: Payload, span: IosRange) -> Iterator[Finding]:
    for told in Rules.load().disagreements:
        if told.payload == payload.type and (not told.key or told.key in payload.content):
            yield _disagreement(payload, told, span)


def _disagreement(payload: Payload, told: Disagreement, span: IosRange) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        payload_type=payload.type,
        payload_identifier=payload.identifier,
        key=told.key or None,
        mode=None,
        effect=Effect(told.effect),
        reason=f"Sources disagree. {told.claimed_by}: {told.claim}. Apple: {told.apple}.",
        basis=OVERRIDES,
        ios=span.lowest,
        instead=told.advice,
        sources=(told.claimed_by, told.source),
        stays=True,
    )


def _unmet(payload: Payload, span: IosRange) -> Iterator[Finding]:
    """Demands of User Enrollment that the payload doesn't meet."""
    for condition in Rules.load().conditions(payload.type, ios=span):
        if _is_broken(condition, payload, span.highest):
            yield Finding(
                severity=Severity.ERROR,
                payload_type=payload.type,
                payload_identifier=payload.identifier,
                key=condition.key,
                mode=Mode.FORBIDDEN if _must_be_absent(condition) else Mode.REQUIRED,
                effect=Effect.REFUSES_PROFILE,
                reason=_demand_text(condition),
                basis=OVERRIDES,
                ios=max(condition.since, span.lowest),
                sources=(condition.source,),
            )


def _is_broken(condition: Condition, payload: Payload, ios: IosVersion) -> bool:
    if condition.demand is not Demand.REQUIRED:
        marked = not _MDM_MARKS.isdisjoint(payload.content)
        if not marked and ios < ACCOUNT_DRIVEN_ONLY_SINCE:
            return False
    return (condition.key in payload.content) is _must_be_absent(condition)


def _must_be_absent(condition: Condition) -> bool:
    return condition.demand is Demand.ABSENT_ACCOUNT_DRIVEN


def _demand_text(condition: Condition) -> str:
    if _must_be_absent(condition):
        return "Account-driven User Enrollment stops when this key is there."
    return "User Enrollment demands this key, and the payload lacks it. iOS refuses the profile."


def _of_keys(payload: Payload, span: IosRange) -> Iterator[Finding]:
    """Each key once; of a dictionary or array that doesn't work, nothing inside is told again."""
    schema = schema_of(payload)
    demanded = {c.key for c in Rules.load().conditions(payload.type, ios=span)}
    told = set[str]()
    for path, value in paths_of(payload.content):
        if path in told or path in demanded:
            continue
        if owner_of(path) in told:
            told.add(path)
            continue
        finding = _of_path(payload, schema, path, value, span)
        if finding is not None:
            if finding.effect.is_loss:
                told.add(path)
            yield finding


def _of_path(
    payload: Payload, schema: Schema, path: str, value: PlistValue, span: IosRange
) -> Finding | None:
    verdict = schema.verdict(path, span)
    if verdict is None:
        return _unknown_key(payload, path, span) if schema.misses(path) else None
    if verdict.mode is Mode.IGNORED:
        return _ignored(payload, path, value, verdict)
    if not verdict.is_usable:
        finding = _of_key(payload.type, payload.identifier, path, verdict)
        neutral = Rules.load().neutral(payload.type, path)
        return _harmless(finding) if value == neutral and type(value) is type(neutral) else finding
    if verdict.is_deprecated:
        return _deprecated(payload.type, payload.identifier, path, verdict)
    return None


def _harmless(finding: Finding) -> Finding:
    """The value asks for what iOS does anyway, so nothing is lost."""
    return evolve(
        finding,
        severity=Severity.NOTE,
        effect=Effect.NONE,
        reason=f"{finding.reason} The value is what iOS does anyway, so nothing is lost.",
        instead="",
    )


def _unknown_key(payload: Payload, path: str, span: IosRange) -> Finding:
    return Finding(
        severity=Severity.NOTE,
        payload_type=payload.type,
        payload_identifier=payload.identifier,
        key=path,
        mode=None,
        effect=Effect.UNCERTAIN,
        reason="Apple's schema, as known here, has no such key: misspelled, or newer.",
        basis=UNPROVEN,
        ios=span.lowest,
        stays=True,
    )


def _ignored(
    payload: Payload, path: str, value: PlistValue, verdict: RuleVerdict
) -> Finding | None:
    """Why a value is without effect; `None` when iOS enforces the very same value by itself."""
    forced = Rules.load().forced(payload.type)
    reason = "A user-enrolled device accepts this key, and nothing comes of it."
    if forced is not None:
        if path in forced.values and value == forced.values[path]:
            return None
        reason = _forced_text(path, forced.values, forced.present_only)
    return Finding(
        severity=Severity.WARNING,
        payload_type=payload.type,
        payload_identifier=payload.identifier,
        key=path,
        mode=verdict.mode,
        effect=Effect.NO_EFFECT,
        reason=reason,
        basis=verdict.basis,
        ios=verdict.ios,
        sources=(verdict.source,) if forced is None else (forced.source,),
        stays=True,
    )


def _forced_text(path: str, values: Mapping[str, bool | int], present_only: tuple[str, ...]) -> str:
    if path in values:
        return f"iOS enforces {str(values[path]).lower()} instead."
    if path in present_only:
        return "The value has no effect; that the key is there takes away the choice of never."
    return "iOS enforces its own fixed passcode rules instead; this key has no part in them."
