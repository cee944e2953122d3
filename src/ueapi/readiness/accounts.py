"""Whether the tenant knows the person, once, with an account that can sign in."""

from __future__ import annotations

from typing import Final

from ueapi.contract import Capability, Level
from ueapi.model import Absence, User
from ueapi.readiness.case import Case, not_ready, ready, unknown
from ueapi.readiness.facts import sentences, why
from ueapi.readiness.findings import Check, Finding

LISTED: Final = "users.list of the tenant"
LOOK_UP: Final = "Look the person up in the product's console."
COMPARE: Final = "Compare with the account in Apple Business Manager, then confirm the check."
FIELD: Final = "managed_apple_id"


def known(case: Case) -> Finding:
    """The tenant has a record of the person."""
    check = Check.KNOWN
    if case.unread is not None:
        reason = f"the tenant's people can't be read: {case.unread}"
        return unknown(check, reason, fix=LOOK_UP, evidence="users.list")
    if not case.records:
        return not_ready(
            check, "the tenant has no record of this person", fix=_making(case), evidence=LISTED
        )
    if all(user.built_in for user in case.records):
        reason = "this is an account of the product itself"
        return not_ready(check, reason, fix="Name the person's own account.", evidence=LISTED)
    return ready(check, "the tenant has a record of this person", evidence=LISTED)


def _making(case: Case) -> str:
    support = case.facts.sheet[Capability.USERS_ENSURE]
    if support.is_callable:
        return "Add the person in the console, or let a move do it: `ueapi migrate apply` makes missing people."
    return sentences(support.steps) or "Add the person in the product's console."


def managed_apple_id(case: Case) -> Finding:
    """The person's record has a Managed Apple ID, and it is the one the source names."""
    check = Check.MANAGED_APPLE_ID
    if case.unread is not None or not case.records:
        return unknown(
            check, "there is no record to read it from", fix=LOOK_UP, evidence="users.list"
        )
    user = next((u for u in case.records if u.managed_apple_id is not None), case.records[0])
    if user.managed_apple_id is None:
        return _absent(case, user)
    before = next((u.managed_apple_id for u in case.old_records if u.managed_apple_id), None)
    if before is not None and before.key != user.managed_apple_id.key:
        return not_ready(
            check,
            "the tenant people leave names another Managed Apple ID",
            fix="Correct the wrong one of the two records.",
            evidence="users.list of both tenants",
        )
    if FIELD in user.origin.inferred:
        reason = f"it was concluded and not read: {why(case.facts.sheet[_ROW])}"
        return unknown(check, reason, fix=COMPARE, evidence=_row(case))
    return ready(check, "the record has a Managed Apple ID", evidence=LISTED)


_ROW: Final = Capability.USERS_MANAGED_APPLE_ID


def _absent(case: Case, user: User) -> Finding:
    """Tell an account that is not there from one that can't be seen."""
    check, is_shown = (
        Check.MANAGED_APPLE_ID,
        case.facts.sheet[_ROW].level is Level.NATIVE,
    )
    if FIELD in user.origin.inferred:
        return not_ready(
            check,
            "what the record has as a Managed Apple ID is not of the form name@domain",
            fix="Write the account into the record as Apple Business Manager shows it.",
            evidence=LISTED,
        )
    if user.why_absent(FIELD) is Absence.NOT_PERMITTED:
        reason = "the credentials may not see Managed Apple IDs"
        return unknown(check, reason, fix="Give them that right, and repeat.", evidence=LISTED)
    if not is_shown:
        reason = f"the product doesn't show it: {why(case.facts.sheet[_ROW])}"
        return unknown(check, reason, fix=COMPARE, evidence=_row(case))
    return not_ready(
        check,
        "the record has no Managed Apple ID",
        fix="Make the account in Apple Business Manager, and write it into the record.",
        evidence=LISTED,
    )


def _row(case: Case) -> str:
    return f"{_ROW.value}: {case.facts.sheet[_ROW].evidence}"


def domain(case: Case) -> Finding:
    """The account's domain is one the organization has verified and federated."""
    check, named = Check.DOMAIN, case.facts.federated
    if case.account is None:
        return unknown(
            check,
            "no Managed Apple ID is known",
            fix="See the check managed-apple-id.",
            evidence=LISTED,
        )
    if named is None:
        return unknown(
            check,
            f"nobody said whether {case.account.domain} is verified and federated",
            fix="Read the domains in Apple Business Manager, and give each with --federated.",
            evidence="no domains were given",
        )
    if case.account.domain not in named:
        return not_ready(
            check,
            f"{case.account.domain} is none of the domains that were given",
            fix="Use an account of a verified domain, or verify this one in Apple Business Manager.",
            evidence="domains as given",
        )
    return ready(
        check, f"{case.account.domain} is one of the domains given", evidence="domains as given"
    )


def one_record(case: Case) -> Finding:
    """No second record has the same account: the product would take either."""
    check = Check.ONE_RECORD
    if case.unread is not None:
        reason = f"the tenant's people can't be read: {case.unread}"
        return unknown(check, reason, fix=LOOK_UP, evidence="users.list")
    if len(case.records) > 1:
        return not_ready(
            check,
            f"{len(case.records)} records of the tenant have the same account",
            fix="Keep the right one, and remove the account from the others.",
            evidence=LISTED,
        )
    if not case.records:
        return ready(check, "no record is in the way", evidence=LISTED)
    if case.records[0].managed_apple_id is None:
        reason = "without a Managed Apple ID in the record, a second one can't be told"
        return unknown(check, reason, fix=LOOK_UP, evidence=LISTED)
    return ready(check, "one record has this account", evidence=LISTED)
