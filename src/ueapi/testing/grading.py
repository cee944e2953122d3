"""From a run's results and the author's answers to a grade, and to what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from attrs import evolve, frozen

from ueapi.contract import Level
from ueapi.testing.catalog import SUITES, all_tests
from ueapi.testing.promises import Promise
from ueapi.testing.quality import Quality, Status
from ueapi.testing.running import Conformance, Outcome
from ueapi.testing.tiers import REQUIREMENTS, Requirement, Tier, Topic

_PASSED: Final = Outcome.PASSED
_GOOD: Final = (_PASSED, Outcome.REFUSED, Outcome.SKIPPED)
_CLAIMS: Final = (Level.NATIVE.value, Level.PARTIAL.value)
_EMPTY: Final = "the sheet claims nothing that could be read."
_SEE: Final = (
    "Run those suites with a simulator that has something to try them with, or correct the rows."
)
_FIRST: Final = "Write a first listing, say `page` of users, and claim it in the sheet."


@frozen(kw_only=True)
class Standing:
    """How a backend stands with one rule; `note` says what is missing, or why it is exempt."""

    rule: Requirement
    is_met: bool
    note: str = ""


@frozen(kw_only=True)
class NextStep:
    """What to do next: a test to make green, or a rule to answer."""

    id: str
    tier: Tier
    reason: str
    fix: str
    found: str = ""
    """What the test found."""


@frozen(kw_only=True)
class Grade:
    """The tier that is reached (`None`: not yet bronze), how each rule stands, and the next step (`None`: no more).

    `verified` is the day of the last run against a real tenant.
    """

    tier: Tier | None
    standings: tuple[Standing, ...]
    next: NextStep | None
    verified: date | None = None


def grade(conformance: Conformance, quality: Quality) -> Grade:
    """Grade a run. A tier needs its own rules and those of every tier below; what is exempt counts as met."""
    standings = tuple(_standing(rule, conformance, quality) for rule in REQUIREMENTS)
    open_rules = [s for s in standings if not s.is_met]
    reached = None
    for tier in Tier:
        if any(s.rule.tier is tier for s in open_rules):
            break
        reached = tier
    return Grade(
        tier=reached,
        standings=standings,
        next=next(_steps(conformance, open_rules), None),
        verified=quality.verified.on if quality.verified else None,
    )


def _standing(rule: Requirement, conformance: Conformance, quality: Quality) -> Standing:
    if rule.topic is not None:
        proved = _proved(rule, conformance)
        return _answered(proved, conformance, quality) if rule.is_answered else proved
    if rule.tier is Tier.PLATINUM:
        return _verified(rule, quality)
    answer = quality.answer(rule.id)
    return Standing(
        rule=rule, is_met=answer.status is not Status.TODO, note=answer.reason or answer.evidence
    )


def _proved(rule: Requirement, conformance: Conformance) -> Standing:
    asked = [t.promise for t in all_tests() if t.promise.topic is rule.topic]
    outcomes = [conformance.outcome(promise) for promise in asked]
    unrun = sum(outcome is None for outcome in outcomes)
    bad = sum(outcome not in _GOOD for outcome in outcomes) - unrun
    passed = sum(outcome is Outcome.PASSED for outcome in outcomes)
    refused = sum(outcome is Outcome.REFUSED for outcome in outcomes)
    skipped = sum(outcome is Outcome.SKIPPED for outcome in outcomes)
    parts = (
        (passed, "passed"),
        (refused, "refused as declared"),
        (skipped, "skipped"),
        (bad, "open"),
        (unrun, "not run"),
    )
    told = ", ".join(f"{number} {word}" for number, word in parts if number)
    # Nothing is wrong with a backend that reads nothing, and nothing is proved by it either.
    is_empty = rule.topic is Topic.READS and not passed
    unseen = unproved(conformance) if rule.topic is Topic.SHEET else []
    if unseen:
        told = f"{told}; {_unseen(unseen)}"
    is_met = bool(asked) and not (bad or unrun or is_empty or unseen)
    return Standing(rule=rule, is_met=is_met, note=told)


def _answered(proved: Standing, conformance: Conformance, quality: Quality) -> Standing:
    """What an author answers counts where the rule is exempt, and where no test could try it; never against a test."""
    answer = quality.answer(proved.rule.id)
    if answer.status is Status.EXEMPT:
        return evolve(proved, is_met=True, note=answer.reason)
    if not proved.is_met or _is_tried(proved.rule, conformance):
        return proved
    note = answer.evidence if answer.status is Status.DONE else "not tried"
    return evolve(proved, is_met=answer.status is Status.DONE, note=note)


def _is_tried(rule: Requirement, conformance: Conformance) -> bool:
    asked = (test.promise for test in all_tests() if test.promise.topic is rule.topic)
    return any(conformance.outcome(promise) is _PASSED for promise in asked)


def unproved(conformance: Conformance) -> list[str]:
    """Facets of which the sheet claims something, and of whose suite no test passed."""
    passed = {test.suite for test in all_tests() if conformance.outcome(test.promise) is _PASSED}
    claimed = {name.partition(".")[0] for name, of in conformance.levels.items() if of in _CLAIMS}
    return sorted(claimed - {suite.facet for suite in SUITES if suite in passed})


def _unseen(facets: list[str]) -> str:
    return f"nothing was seen to work of {', '.join(facets)}"


def _verified(rule: Requirement, quality: Quality) -> Standing:
    if quality.verified is None:
        return Standing(rule=rule, is_met=False)
    note = f"{quality.verified.on.isoformat()}, version {quality.verified.version}"
    return Standing(rule=rule, is_met=True, note=note)


def _steps(conformance: Conformance, open_rules: list[Standing]) -> Iterator[NextStep]:
    """What is open, tier by tier: tests first, in the order to work on them, then the author's rules."""
    for tier in Tier:
        rules = [s.rule for s in open_rules if s.rule.tier is tier]
        topics = {rule.topic for rule in rules if rule.topic is not None}
        for test in all_tests():
            if test.promise.topic in topics and conformance.outcome(test.promise) not in _GOOD:
                yield _test_step(test.promise, conformance)
        for rule in rules:
            if rule.topic is Topic.SHEET and (unseen := unproved(conformance)):
                yield NextStep(
                    id=rule.id, tier=tier, reason=rule.means, fix=_SEE, found=f"{_unseen(unseen)}."
                )
            if rule.topic is Topic.READS and not _has_failed(rule.topic, conformance):
                yield NextStep(id=rule.id, tier=tier, reason=rule.means, fix=_FIRST, found=_EMPTY)
            if not rule.is_proved or (
                rule.is_answered and not _has_failed(rule.topic, conformance)
            ):
                yield NextStep(id=rule.id, tier=tier, reason=rule.means, fix=_how(rule))


def _has_failed(topic: Topic | None, conformance: Conformance) -> bool:
    promises = (test.promise for test in all_tests() if test.promise.topic is topic)
    return any(conformance.outcome(promise) not in _GOOD for promise in promises)


def _test_step(promise: Promise, conformance: Conformance) -> NextStep:
    found = next((r.note for r in conformance.results if r.id == promise.id), "it was not run")
    return NextStep(
        id=promise.id, tier=promise.tier, reason=promise.reason, fix=promise.fix, found=found
    )


def _how(rule: Requirement) -> str:
    if rule.tier is Tier.PLATINUM:
        return (
            "Run your tests against a real tenant, and write `verified: {on: DATE, version: VERSION}` into "
            "quality.yaml."
        )
    return f"Do it and write `{rule.id}: done` under `rules` in quality.yaml, or exempt it with a reason."
