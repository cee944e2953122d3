"""What a user-enrolled iPhone makes of a profile: what it refuses, what it takes without effect, what remains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from attrs import evolve, frozen

from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles.document import CONFIGURATION, ConfigurationProfile, Payload
from ueapi.apple.profiles.keys import owner_of, paths_of, wildcard, without_paths
from ueapi.apple.rules import Condition, Demand, IosVersion, Mode, RuleKind, Rules, RuleVerdict

TOP_LEVEL: Final = "TopLevel"
"""Apple's name for the schema of the profile itself."""
KERBEROS: Final = "(kerberos)"
"""How the table marks the second schema of single sign-on payloads."""
ACCOUNT_DRIVEN_ONLY_SINCE: Final = IosVersion((18,))
"""From here on account-driven enrollment is the one way into User Enrollment."""
_MDM_MARKS: Final = frozenset({"EnrollmentMode", "AssignedManagedAppleID"})
_UNKNOWN_TYPE: Final = "Apple's schema, as known here, has no such payload type."


class Effect(StrEnum):
    """What happens because of what was found."""

    REFUSES_PROFILE = "refuses-profile"
    """iOS rejects the whole profile; nothing of it is installed."""
    NO_EFFECT = "no-effect"
    """The rest of the profile installs, and this part does nothing."""


@frozen(kw_only=True)
class Finding:
    """One thing a user-enrolled iPhone refuses or ignores.

    `key` is the path within the payload, `None` for the payload as a whole; `payload_type` is `Configuration` for a key
    of the profile itself. `mode` is `None` for a payload type nobody knows. `stays` says whether `split` leaves it in.
    """

    payload_type: str
    payload_identifier: str
    key: str | None
    mode: Mode | None
    effect: Effect
    reason: str
    basis: str
    stays: bool = False


def refusals(profile: ConfigurationProfile, *, ios: str) -> tuple[Finding, ...]:
    """List what an iPhone under User Enrollment refuses or ignores, in the order of the profile.

    One payload that Apple forbids makes iOS refuse the whole profile. That payload types missing on iOS only lose
    their effect is assumed, and that forbidden keys do; `split` takes both out, so nothing depends on it. Keys that
    the table doesn't know are no finding: see `unknown_keys`.

    Raises:
        UsageError: `ios` is no version.
    """
    asked = IosVersion.parse(ios)
    outer = tuple(_of_profile(profile, asked))
    return outer + tuple(f for payload in profile.payloads for f in _of_payload(payload, asked))


def split(
    profile: ConfigurationProfile, *, ios: str
) -> tuple[ConfigurationProfile | None, tuple[Finding, ...]]:
    """Take out what iOS refuses or has no use for; `None` when nothing remains.

    Payloads of unknown types are taken out as well: one refused payload would cost the whole profile. Keys that are
    accepted without effect stay where the schema says `ignored`. Every part taken out is a finding.

    Raises:
        UsageError: `ios` is no version.
    """
    asked = IosVersion.parse(ios)
    findings = list(_of_profile(profile, asked))
    dropped = frozenset(f.key for f in findings if f.key and not f.stays)
    kept: list[Payload] = []
    for payload in profile.payloads:
        own = tuple(_of_payload(payload, asked))
        findings += own
        if (rest := _rest(payload, own)) is not None:
            kept.append(rest)
    if not kept:
        return None, tuple(findings)
    extra = without_paths(profile.extra, dropped)
    return evolve(profile, payloads=tuple(kept), extra=extra), tuple(findings)


def unknown_keys(payload: Payload) -> tuple[str, ...]:
    """The key paths of a known payload type that the table doesn't know: misspelled, or newer than it.

    Below a key whose content is free (a vendor's own settings) everything is known.
    """
    schema = _Schema(payload)
    return tuple(
        path
        for path, _ in paths_of(payload.content)
        if schema.is_known_type and schema.misses(path)
    )


def _rest(payload: Payload, findings: tuple[Finding, ...]) -> Payload | None:
    if any(f.key is None or f.effect is Effect.REFUSES_PROFILE for f in findings):
        return None
    dropped = frozenset(f.key for f in findings if f.key and not f.stays)
    content = without_paths(payload.content, dropped)
    # A payload emptied here would only look like a policy; one that came empty (a passcode payload) has its effect.
    return evolve(payload, content=content) if content or not dropped else None


def _of_profile(profile: ConfigurationProfile, ios: IosVersion) -> Iterator[Finding]:
    for key, value in profile.extra.items():
        verdict = Rules.load().find(RuleKind.KEY, f"{TOP_LEVEL}:{key}", ios=ios)
        # The value that changes nothing is no loss.
        if verdict is not None and not verdict.is_usable and value is not False:
            yield _finding(CONFIGURATION, profile.identifier, key, verdict)


def _of_payload(payload: Payload, ios: IosVersion) -> Iterator[Finding]:
    verdict = Rules.load().find(RuleKind.PAYLOAD, payload.type, ios=ios)
    if verdict is None:
        yield _unknown_type(payload)
        return
    if not verdict.is_usable:
        yield _finding(payload.type, payload.identifier, None, verdict)
        return
    yield from _unmet(payload, ios)
    yield from _of_keys(payload, ios)


def _unknown_type(payload: Payload) -> Finding:
    return Finding(
        payload_type=payload.type,
        payload_identifier=payload.identifier,
        key=None,
        mode=None,
        effect=Effect.REFUSES_PROFILE,
        reason=f"{_UNKNOWN_TYPE} iOS may refuse the whole profile for it.",
        basis="unproven",
    )


def _finding(payload_type: str, identifier: str, key: str | None, verdict: RuleVerdict) -> Finding:
    refuses = key is None and verdict.mode in (Mode.FORBIDDEN, Mode.REQUIRES_SUPERVISION)
    consequence = " iOS refuses the whole profile for it." if refuses else ""
    return Finding(
        payload_type=payload_type,
        payload_identifier=identifier,
        key=key,
        mode=verdict.mode,
        effect=Effect.REFUSES_PROFILE if refuses else Effect.NO_EFFECT,
        reason=f"{verdict.reason}{consequence}",
        basis=verdict.basis,
        stays=verdict.mode is Mode.IGNORED,
    )


def _unmet(payload: Payload, ios: IosVersion) -> Iterator[Finding]:
    """Demands of User Enrollment that the payload doesn't meet."""
    for condition in Rules.load().conditions(payload.type, ios=ios):
        if _applies(condition, payload, ios):
            yield Finding(
                payload_type=payload.type,
                payload_identifier=payload.identifier,
                key=condition.key,
                mode=Mode.FORBIDDEN if _must_be_absent(condition) else Mode.REQUIRED,
                effect=Effect.REFUSES_PROFILE,
                reason=_demand_text(condition),
                basis="overrides",
            )


def _applies(condition: Condition, payload: Payload, ios: IosVersion) -> bool:
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


def _of_keys(payload: Payload, ios: IosVersion) -> Iterator[Finding]:
    schema = _Schema(payload)
    told = set[str]()
    for path, value in paths_of(payload.content):
        verdict = schema.verdict(path, ios)
        if path in told or owner_of(path) in told:
            told.add(path)
            continue
        if verdict is None or verdict.is_usable:
            continue
        told.add(path)
        if verdict.mode is not Mode.IGNORED:
            yield _finding(payload.type, payload.identifier, path, verdict)
        elif (reason := _ignored(payload.type, path, value)) is not None:
            found = _finding(payload.type, payload.identifier, path, verdict)
            yield evolve(found, reason=reason)


def _ignored(payload_type: str, path: str, value: PlistValue) -> str | None:
    """Why a value is without effect; `None` when iOS enforces the very same value by itself."""
    forced = Rules.load().forced(payload_type)
    if forced is None:
        return "A user-enrolled device accepts this key, and nothing comes of it."
    if path in forced.values:
        enforced = forced.values[path]
        return None if value == enforced else f"iOS enforces {_shown(enforced)} instead."
    if path in forced.present_only:
        return "The value has no effect; that the key is there takes away the choice of never."
    return "iOS enforces its own fixed passcode rules instead; this key has no part in them."


def _shown(value: bool | int) -> str:
    return str(value).lower()


class _Schema:
    """The keys the table knows for one payload, its second schema included where it has one."""

    def __init__(self, payload: Payload) -> None:
        rules = Rules.load()
        self._owners = (payload.type, payload.type + KERBEROS)
        self._keys: Mapping[str, frozenset[str]] = {
            owner: keys for owner in self._owners if (keys := rules.keys_of(owner))
        }
        self.is_known_type = bool(self._keys)

    def verdict(self, path: str, ios: IosVersion) -> RuleVerdict | None:
        """The verdict on a key; `None` for one the table doesn't know."""
        for owner, keys in self._keys.items():
            for spelling in (path, wildcard(path)):
                if spelling in keys:
                    return Rules.load().verdict(RuleKind.KEY, f"{owner}:{spelling}", ios=ios)
        return None

    def misses(self, path: str) -> bool:
        """Whether the table should know a key and doesn't."""
        every = frozenset().union(*self._keys.values())
        if path in every or wildcard(path) in every:
            return False
        owner = path.rpartition(".")[0]
        return not owner or any(known.startswith(f"{owner}.") for known in every)
