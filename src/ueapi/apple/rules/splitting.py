"""Parting a profile into what works on a user-enrolled iPhone and what doesn't."""

from __future__ import annotations

from attrs import evolve, frozen

from ueapi.apple.profiles.document import ConfigurationProfile, Payload
from ueapi.apple.profiles.keys import without_paths
from ueapi.apple.rules.checking import of_payload, of_profile
from ueapi.apple.rules.findings import Effect, Finding
from ueapi.apple.rules.table import Ios
from ueapi.apple.rules.version import CURRENT_IOS, IosRange


@frozen(kw_only=True)
class Parts:
    """A profile in two: `works` installs and has its effect, `rest` is everything taken out of it.

    Either is `None` when it would be empty. `findings` say why each part was taken out, and what stays without effect.
    """

    works: ConfigurationProfile | None
    rest: ConfigurationProfile | None
    findings: tuple[Finding, ...]


def split(profile: ConfigurationProfile, *, ios: Ios = CURRENT_IOS) -> Parts:
    """Take out what iOS refuses or has no use for.

    Payloads of unknown types are taken out as well: one refused payload would cost the whole profile. Keys that are
    accepted without effect stay where the schema says `ignored`, and so does what is only uncertain. A payload that
    loses some keys is in both parts, each with its own.

    Raises:
        UsageError: `ios` is neither a version nor a range.
    """
    span = IosRange.parse(ios)
    findings = list(of_profile(profile, span))
    dropped = frozenset(f.key for f in findings if f.key and not f.stays)
    kept: list[Payload] = []
    lost: list[Payload] = []
    for payload in profile.payloads:
        own = tuple(of_payload(payload, span))
        findings += own
        works, rest = _parted(payload, own)
        kept += [works] if works else []
        lost += [rest] if rest else []
    works_extra = without_paths(profile.extra, dropped)
    rest_extra = {key: value for key, value in profile.extra.items() if key in dropped}
    return Parts(
        works=evolve(profile, payloads=tuple(kept), extra=works_extra) if kept else None,
        rest=evolve(profile, payloads=tuple(lost), extra=rest_extra)
        if lost or rest_extra
        else None,
        findings=tuple(findings),
    )


def _parted(
    payload: Payload, findings: tuple[Finding, ...]
) -> tuple[Payload | None, Payload | None]:
    gone = tuple(f for f in findings if not f.stays)
    if any(f.key is None or f.effect is Effect.REFUSES_PROFILE for f in gone):
        return None, payload
    dropped = frozenset(f.key for f in gone if f.key)
    if not dropped:
        return payload, None
    content = without_paths(payload.content, dropped)
    # A payload emptied here would only look like a policy; one that came empty (a passcode payload) has its effect.
    if not content:
        return None, payload
    rest = {key: value for key, value in payload.content.items() if content.get(key) != value}
    return evolve(payload, content=content), evolve(payload, content=rest)
