"""Putting people before every check; nothing here talks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from attrs import evolve

from ueapi.readiness import accounts, phones, seats, ways_in
from ueapi.readiness.case import Case
from ueapi.readiness.facts import Facts
from ueapi.readiness.findings import Check, Finding, Invitee, Readiness, Standing

CHECKS: Final[Mapping[Check, Callable[[Case], Finding]]] = {
    Check.KNOWN: accounts.known,
    Check.MANAGED_APPLE_ID: accounts.managed_apple_id,
    Check.DOMAIN: accounts.domain,
    Check.ONE_RECORD: accounts.one_record,
    Check.IOS: phones.ios,
    Check.LICENSES: seats.licenses,
    Check.DISCOVERY: ways_in.discovery,
    Check.ACCOUNT_DRIVEN: ways_in.account_driven,
    Check.CONDITIONAL_ACCESS: ways_in.conditional_access,
}
CONFIRMED: Final = "confirmed by the operator"


def ready(people: Iterable[Invitee], facts: Facts) -> tuple[Readiness, ...]:
    """Say of each person whether they can be asked now, and if not, why and what to do first.

    Free seats go to people in the order given. What is unknown and was confirmed counts as ready; what is seen to be
    wrong can't be confirmed away.
    """
    wanted: Counter[str] = Counter()
    return tuple(_one(person, facts, wanted) for person in people)


def _one(person: Invitee, facts: Facts, wanted: Counter[str]) -> Readiness:
    apps = person.apps or frozenset()
    case = _case(person, facts, {app: wanted[app] for app in apps})
    wanted.update(apps)
    return Readiness(
        person=person,
        findings=tuple(_confirmed(judge(case), facts) for judge in CHECKS.values()),
    )


def _case(person: Invitee, facts: Facts, ranks: Mapping[str, int]) -> Case:
    old = facts.old_records(person)
    return Case(
        person=person,
        facts=facts,
        records=facts.records(person),
        old_records=old,
        account=facts.account(person),
        phones=tuple(facts.source.phones(old)) if facts.source else (),
        ranks=ranks,
    )


def _confirmed(finding: Finding, facts: Facts) -> Finding:
    if finding.level is not Standing.UNKNOWN or finding.check not in facts.confirmed:
        return finding
    return evolve(finding, level=Standing.READY, fix="", evidence=CONFIRMED)


def tally(found: Iterable[Readiness]) -> Mapping[Finding, int]:
    """Each thing to do with the number of people it concerns, the worst and most frequent first."""
    counted = Counter(f for one in found for f in one.findings if f.level is not Standing.READY)
    return dict(sorted(counted.items(), key=lambda at: (at[0].level is Standing.UNKNOWN, -at[1])))
