"""What the kit computes of a backend's moves and page, and when the author's word counts instead."""

from __future__ import annotations

from pathlib import Path
from unittest import SkipTest

import pytest

from tests.testing_kit.test_grading import ALL_DONE, finished, stated
from ueapi.errors import PlanRefused
from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi.rehearsal.fleet import Habit, Mix
from ueapi.testing import (
    Harness,
    ManualConformance,
    MovesConformance,
    all_tests,
    grade,
    manual,
    moves,
)
from ueapi.testing.quality import Quality
from ueapi.testing.tiers import Tier

TRIED = {
    "moves-away": "moves.away.loses-nobody",
    "moves-here": "moves.here.loses-nobody",
    "docs-page": "manual.page.names-settings",
}


def saying(answer: object, rule: str = "docs-page") -> Quality:
    return stated(rules={rule: answer})


@pytest.mark.parametrize("rule", TRIED)
def test_a_passed_test_needs_no_word_of_the_author(rule: str) -> None:
    rules = {name: word for name, word in ALL_DONE.items() if name != rule}

    assert grade(finished(), stated(rules=rules)).tier is Tier.GOLD


@pytest.mark.parametrize("rule", TRIED)
def test_a_failed_test_is_stronger_than_the_authors_word(rule: str) -> None:
    found = grade(finished(failing={TRIED[rule]}), stated(rules=ALL_DONE))

    assert found.tier is Tier.SILVER
    assert found.next is not None
    assert found.next.id == TRIED[rule]


@pytest.mark.parametrize("rule", TRIED)
def test_the_authors_word_counts_for_what_could_not_be_tried(rule: str) -> None:
    run = finished(skipping={TRIED[rule]})
    without = {name: word for name, word in ALL_DONE.items() if name != rule}

    assert grade(run, stated(rules=ALL_DONE)).tier is Tier.GOLD
    open_one = grade(run, stated(rules=without))
    assert open_one.tier is Tier.SILVER
    assert open_one.next is not None
    assert open_one.next.id == rule


@pytest.mark.parametrize("rule", TRIED)
def test_an_exemption_says_why(rule: str) -> None:
    run = finished(skipping={TRIED[rule]})
    answer = {"status": "exempt", "reason": "there is no API to write with"}

    found = grade(run, stated(rules={**ALL_DONE, rule: answer}))

    assert found.tier is Tier.GOLD
    row = next(s for s in found.standings if s.rule.id == rule)
    assert row.note == "there is no API to write with"


def test_each_of_these_rules_has_its_test() -> None:
    known = {test.promise.id: test.promise.topic for test in all_tests()}

    assert {rule: known[name].value for rule, name in TRIED.items()} == {r: r for r in TRIED}


# -- moves -------------------------------------------------------------------------------------------


def test_a_move_that_leaves_licenses_behind_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        AppsAndBooks, "holders", lambda *_: frozenset({"someone@example.org"}), raising=True
    )

    with pytest.raises(AssertionError, match="licenses of one app are still held"):
        MovesConformance().test_a_move_away_loses_nobody(Harness.build("memory", users=1))


def test_a_move_that_nobody_makes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "PROMPT", Mix(habits={Habit.NEVER: 1.0}, odd=0))

    with pytest.raises(AssertionError, match="isn't enrolled at the target") as caught:
        MovesConformance().test_a_move_here_loses_nobody(Harness.build("memory", users=1))

    assert "the report says" in str(caught.value)


@pytest.mark.parametrize("rule", ["moves-away", "moves-here"])
def test_an_exempt_move_is_not_tried(rule: str) -> None:
    quality = saying({"status": "exempt", "reason": "people come only"}, rule)
    harness = Harness.build("memory", users=1, quality=quality)
    suite = MovesConformance()
    test = {
        "moves-away": suite.test_a_move_away_loses_nobody,
        "moves-here": suite.test_a_move_here_loses_nobody,
    }[rule]

    with pytest.raises(SkipTest, match="people come only"):
        test(harness)


def refused(*_: object, **__: object) -> list[str]:
    raise PlanRefused("the target can't be told who gets a profile.", remedy="Choose another one.")


def test_a_backend_nobody_can_be_moved_to_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "broken", refused)
    harness = Harness.build("memory", users=1, quality=saying("todo", "moves-here"))

    with pytest.raises(SkipTest, match="can't be told who gets a profile"):
        MovesConformance().test_a_move_here_loses_nobody(harness)


def test_the_author_may_not_say_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "broken", refused)
    harness = Harness.build("memory", users=1, quality=saying("done", "moves-here"))

    with pytest.raises(PlanRefused):
        MovesConformance().test_a_move_here_loses_nobody(harness)


def test_without_a_simulator_nothing_is_rehearsed() -> None:
    settings = {"url": "https://product.example.org", "key": "k-example"}
    harness = Harness.build("memory", settings=settings)

    with pytest.raises(SkipTest, match="no simulator"):
        MovesConformance().test_a_move_here_loses_nobody(harness)


# -- the page ----------------------------------------------------------------------------------------


def tried(quality: Quality) -> None:
    harness = Harness.build("memory", users=1, quality=quality)
    ManualConformance().test_the_page_is_there_and_names_what_connecting_takes(harness)


def test_a_page_that_is_not_there_fails() -> None:
    with pytest.raises(AssertionError, match=r"there is no docs/nowhere\.md"):
        tried(saying({"status": "done", "evidence": "docs/nowhere.md"}))


def test_a_page_without_a_place_fails() -> None:
    with pytest.raises(AssertionError, match="not where"):
        tried(saying("done"))


def test_a_page_about_something_else_fails() -> None:
    with pytest.raises(AssertionError, match="doesn't name key"):
        tried(saying({"status": "done", "evidence": "docs/decisions/0003-one-virtual-clock.md"}))


@pytest.mark.parametrize(
    "answer",
    [
        "todo",
        {"status": "exempt", "reason": "for ourselves"},
        {"status": "done", "evidence": "https://docs.example.org/acme"},
    ],
)
def test_a_page_that_can_not_be_looked_at_is_skipped(answer: object) -> None:
    with pytest.raises(SkipTest):
        tried(saying(answer))


def test_an_installed_backend_has_no_page_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manual, "quality_file", lambda *_: tmp_path / "a/b/c/d/e/f/quality.yaml")

    with pytest.raises(SkipTest, match="without its sources"):
        tried(saying({"status": "done", "evidence": "docs/acme.md"}))


def test_what_connecting_takes_is_what_is_needed_and_what_is_secret() -> None:
    registry = Harness.build("memory", users=1).registry

    assert manual.needed(registry.settings_type("jamf")) == ["client_secret", "password"]
    assert manual.needed(registry.settings_type("maas360")) == [
        *("billing_id", "username", "password", "app_id", "app_version", "app_access_key"),
    ]
