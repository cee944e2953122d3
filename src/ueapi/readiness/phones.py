"""Whether the person's phones can be enrolled by their person."""

from __future__ import annotations

from typing import Final

from ueapi.apple.rules import IosVersion
from ueapi.errors import UsageError
from ueapi.readiness.case import Case, not_ready, ready, unknown
from ueapi.readiness.findings import Check, Finding

OLDEST: Final = IosVersion.parse("15.0")
"""The first version with account-driven enrollment. Source: Apple, device management guide."""
ONLY_WAY_SINCE: Final = IosVersion.parse("18.0")
"""From here on there is no other User Enrollment. Source: Apple's schema, `com.apple.mdm`, `ManagedAppleID`."""
SOURCE: Final = "Apple, device management guide, account-driven enrollment methods"


def versions(case: Case) -> tuple[IosVersion | None, ...]:
    """The version of each phone, `None` where nobody can tell; what the operator told where no phone is known."""
    if not case.phones:
        return (case.facts.ios,) if case.facts.ios else ()
    return tuple(_version(phone.os_version) for phone in case.phones)


def _version(text: str | None) -> IosVersion | None:
    try:
        return IosVersion.parse(text) if text else None
    except UsageError:
        return None


def ios(case: Case) -> Finding:
    """Every phone known is new enough."""
    check, found = Check.IOS, versions(case)
    evidence = f"{'devices.list of the source' if case.phones else 'told with --ios'}; {SOURCE}"
    old = [v for v in found if v is not None and v < OLDEST]
    if old:
        return not_ready(
            check,
            f"{_some(len(old), len(found))} on iOS {min(old)}; account-driven enrollment begins with iOS {OLDEST}",
            fix="Ask the person to update, or to use a phone that can be.",
            evidence=evidence,
        )
    if not found:
        return _nothing(case)
    lowest = min((v for v in found if v is not None), default=None)
    if lowest is None or None in found:
        reason = "the product shows no version of iOS that can be read"
        return unknown(check, reason, fix="Ask for the version, 15 or later.", evidence=evidence)
    only = ", where it is the only way in" if lowest >= ONLY_WAY_SINCE else ""
    return ready(
        check, f"iOS {lowest} or later has account-driven enrollment{only}", evidence=evidence
    )


def _some(old: int, known: int) -> str:
    return "the phone is" if known == 1 else f"{old} of {known} phones are"


def _nothing(case: Case) -> Finding:
    source = case.facts.source
    reason = "no phone of this person is known"
    if source is None:
        fix = "Name the tenant people leave with --source, or the version of iOS with --ios."
    elif "devices" in source.missing:
        reason = f"phones of the tenant people leave can't be read: {source.missing['devices']}"
        fix = "Give the version of iOS with --ios."
    else:
        fix = "Ask the person which phone and version of iOS they have."
    return unknown(Check.IOS, reason, fix=fix, evidence=SOURCE)
