"""Tiers follow from a run and the author's answers, and the next step is the first that is open."""

from __future__ import annotations

import inspect
import json
from collections.abc import Collection, Mapping

import pytest

from tests.testing_kit.bugs import ignores_dates
from ueapi.testing import FaultsConformance, Harness, all_tests, grade, run
from ueapi.testing.catalog import SUITES
from ueapi.testing.quality import Quality
from ueapi.testing.running import Conformance, Outcome, Result
from ueapi.testing.tiers import REQUIREMENTS, STATED, Tier, Topic

ALL_DONE = dict.fromkeys(STATED, "done")
VERIFIED = {"on": "2026-10-30", "version": "11.30"}


def finished(failing: Collection[str] = (), skipping: Collection[str] = ()) -> Conformance:
    def outcome(name: str) -> Outcome:
        if name in failing:
            return Outcome.FAILED
        return Outcome.SKIPPED if name in skipping else Outcome.PASSED

    ids = [test.promise.id for test in all_tests()]
    results = tuple(Result(id=name, outcome=outcome(name)) for name in ids)
    return Conformance(
        backend="acme", product="Acme", contract="1.1", seed=3, levels={}, results=results
    )


def stated(**parts: object) -> Quality:
    return Quality.model_validate(parts)


def test_each_topic_belongs_to_one_rule_and_each_rule_to_a_tier() -> None:
    topics = [rule.topic for rule in REQUIREMENTS if rule.topic is not None]

    assert sorted(topics) == sorted(Topic)
    assert {rule.tier for rule in REQUIREMENTS} == set(Tier)
    assert {test.promise.topic for test in all_tests()} == set(Topic)


def test_every_test_of_every_suite_is_a_promise_with_an_id_of_its_own() -> None:
    marked = {(test.suite, test.method) for test in all_tests()}
    there = {
        (suite, name)
        for suite in SUITES
        for name, _ in inspect.getmembers(suite, inspect.isfunction)
        if name.startswith("test_")
    }

    assert marked == there
    assert len({test.promise.id for test in all_tests()}) == len(marked) > 120


@pytest.mark.parametrize(
    ("quality", "reached"),
    [
        ({}, Tier.BRONZE),
        ({"rules": {"changelog": "done"}}, Tier.SILVER),
        ({"rules": ALL_DONE}, Tier.GOLD),
        ({"rules": ALL_DONE, "verified": VERIFIED}, Tier.PLATINUM),
        ({"verified": VERIFIED}, Tier.BRONZE),
    ],
)
def test_a_tier_needs_everything_below_it(quality: Mapping[str, object], reached: Tier) -> None:
    found = grade(finished(), stated(**quality))

    assert found.tier is reached


@pytest.mark.parametrize(
    ("failing", "reached"),
    [
        ("users.list.every-person-once", None),
        ("privacy.errors.say-nothing", None),
        ("faults.answers.portal", Tier.BRONZE),
        ("equality.facts.as-in-the-fleet", Tier.SILVER),
    ],
)
def test_a_failing_test_can_not_be_excused(failing: str, reached: Tier | None) -> None:
    found = grade(finished({failing}), stated(rules=ALL_DONE, verified=VERIFIED))

    assert found.tier is reached
    assert found.next is not None
    assert found.next.id == failing
    assert found.next.reason
    assert found.next.fix


def test_an_exemption_counts_as_met_and_a_skipped_test_too() -> None:
    rules = {**ALL_DONE, "moves-here": {"status": "exempt", "reason": "there is no API"}}

    found = grade(finished(skipping={"faults.credentials.lifetime"}), stated(rules=rules))

    assert found.tier is Tier.GOLD


def test_a_test_that_was_not_run_is_open() -> None:
    whole = finished()
    part = whole.model_copy(update={"results": whole.results[1:]})

    assert grade(part, stated(rules=ALL_DONE)).tier is None


def test_at_the_top_there_is_no_next_step() -> None:
    found = grade(finished(), stated(rules=ALL_DONE, verified=VERIFIED))

    assert found.next is None
    assert str(found.verified) == "2026-10-30"


def test_two_runs_are_equal_files() -> None:
    tests = [test for test in all_tests() if test.suite.__name__ == "UsersConformance"]

    first, second = (run("hexnode", tests=tests).to_json() for _ in range(2))

    assert first == second
    ids = [result["id"] for result in json.loads(first)["results"]]
    assert ids == sorted(ids)
    assert Conformance.model_validate_json(first).backend == "hexnode"


def test_a_failure_tells_id_reason_and_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    ignores_dates(monkeypatch)
    test = FaultsConformance().test_a_429_with_a_date_is_waited_out_and_no_call_is_lost

    with pytest.raises(AssertionError) as caught:
        test(Harness.build("hexnode", users=3))

    told = "\n".join(caught.value.__notes__)
    assert "[faults.refusals.429-date]" in told
    assert "kept to the second" in told
    assert "Fix: " in told
