"""Whether the way in is open: discovery, account-driven enrollment, and who else has a say at the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ueapi.apple.rules import IosVersion
from ueapi.contract import Capability, Level
from ueapi.discovery.checking import Grade, Result
from ueapi.readiness.case import Case, not_ready, ready, unknown
from ueapi.readiness.facts import sentences, why
from ueapi.readiness.findings import Check, Finding
from ueapi.readiness.phones import versions

ASKED: Final = "service discovery, asked as devices do"
APPLE_ANSWERS_SINCE: Final = IosVersion.parse("18.2")
"""From here on devices ask Apple when the domain answers with an error. Source: Apple, service discovery."""
SIGN_IN: Final = (
    "Apple, platform deployment guide, User Enrollment: "
    "the person signs in before the enrollment profile is sent"
)


def discovery(case: Case) -> Finding:
    """The domain of the account leads to this tenant."""
    check, account = Check.DISCOVERY, case.account
    results = case.facts.discovery.get(account.domain) if account else None
    if account is None or results is None:
        return unknown(
            check,
            "the domain of this person's account was not asked",
            fix="Run `ueapi discovery check` with the domain.",
            evidence="no question was sent",
        )
    by_probe = {r.probe: r for r in results}
    found = [r for r in results if r.grade is Grade.FINDING]
    if found:
        return _broken(case, found, by_probe)
    if by_probe["agreement"].grade is not Grade.GOOD:
        return unknown(
            check,
            f"{account.domain} answers; the product's console alone tells whether that is this tenant's address",
            fix="Give the console's enrollment address with --base-url, or compare and confirm the check.",
            evidence=ASKED,
        )
    return ready(check, f"{account.domain} leads to this tenant", evidence=ASKED)


def _broken(case: Case, found: list[Result], by_probe: Mapping[str, Result]) -> Finding:
    check = Check.DISCOVERY
    if _apple_may_answer(case, found, by_probe):
        return unknown(
            check,
            "the domain has no document; these phones ask Apple next, and nobody else sees what Apple answers",
            fix="See in Apple Business Manager that the tenant is the default for iPhone, then confirm the check.",
            evidence=ASKED,
        )
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return not_ready(check, f"{found[0].text}{more}", fix=found[0].fix, evidence=ASKED)


def _apple_may_answer(case: Case, found: list[Result], by_probe: Mapping[str, Result]) -> bool:
    """The only thing wrong is an error as the answer, and every phone is new enough to go on from there."""
    is_only_status = {r.probe for r in found} <= {"status"}
    phones = versions(case)
    are_new = bool(phones) and all(v is not None and v >= APPLE_ANSWERS_SINCE for v in phones)
    note = by_probe.get("fallback")
    return is_only_status and are_new and note is not None and note.grade is Grade.NOTE


def account_driven(case: Case) -> Finding:
    """Account-driven enrollment is set up on the tenant, as far as the product shows it."""
    check, capability = Check.ACCOUNT_DRIVEN, Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP
    support = case.facts.sheet[capability]
    evidence = f"{capability.value}: {support.evidence}" if support.evidence else capability.value
    if case.facts.has_account_driven:
        return ready(
            check,
            "the tenant shows a phone that was enrolled this way",
            evidence="devices.list of the tenant",
        )
    if support.level is Level.UNSUPPORTED:
        fix = (
            "Enroll with another product; the people's phones have no other way in from iOS 18 on."
        )
        return not_ready(
            check, f"the product doesn't have it: {why(support)}", fix=fix, evidence=evidence
        )
    steps = sentences(support.steps) or "Look in the product's console."
    return unknown(
        check,
        "no phone there shows that it is set up",
        fix=f"{steps} Then confirm the check.",
        evidence=evidence,
    )


def conditional_access(case: Case) -> Finding:
    """A note that is the same for everyone: no product of this kind sees the identity provider's rules."""
    del case
    return unknown(
        Check.CONDITIONAL_ACCESS,
        "the person signs in while the phone isn't managed yet; "
        "a rule of the identity provider that demands a managed device would refuse that",
        fix="Have the identity provider's administrator leave this sign-in out of such rules, then confirm the check.",
        evidence=SIGN_IN,
    )
