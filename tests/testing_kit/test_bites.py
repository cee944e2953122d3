"""The fault suite bites: a planted mistake fails exactly the tests about it, and their messages say what to fix."""

from __future__ import annotations

import inspect

import pytest

from tests.testing_kit import bugs
from tests.testing_kit.planted import failing, promises
from ueapi.testing import FaultsConformance

A_429_WITH_A_DATE = "test_a_429_with_a_date_is_waited_out_and_no_call_is_lost"
LOST = "test_a_change_whose_answer_is_lost_is_there_once"
SLOW = "test_a_slow_answer_is_not_waited_for"
TRUTHFUL = "test_a_lost_answer_says_truthfully_whether_one_can_look"
FELT = "test_what_people_feel_is_never_sent_again_by_itself"
NEW_VALUE = "test_a_value_nobody_documented_is_never_taken_for_a_known_one"
MISSING = "test_a_missing_field_is_told_and_never_made_up"
SHRINKING = "test_a_page_that_shrinks_loses_no_row_silently"
TWICE = "test_a_row_that_comes_twice_is_listed_once"
PORTAL = "test_a_sign_in_page_of_a_network_is_never_taken_for_success"
LAGGING = "test_making_sure_twice_on_a_lagging_cluster_makes_one"
MINUTES = "test_credentials_of_a_minute_last_six_hours_of_calls"
TOGETHER = "test_one_signs_in_for_everyone"
BUDGET = "test_no_call_is_tried_more_often_than_the_budget"

PLANTED: list[tuple[bugs.Plant, str, set[str], str]] = [
    (bugs.ignores_dates, "hexnode", {A_429_WITH_A_DATE}, "retry_after"),
    (bugs.calls_creation_idempotent, "hexnode", {LOST, SLOW}, "READABLE, not IDEMPOTENT"),
    (bugs.claims_that_invitations_show, "hexnode", {TRUTHFUL}, "mark the call BLIND"),
    (bugs.repeats_invitations, "hexnode", {FELT}, "mark the call BLIND"),
    (bugs.takes_new_states_for_enrolled, "hexnode", {NEW_VALUE}, "by a table"),
    (bugs.makes_models_up, "hexnode", {MISSING}, "give `None`"),
    (bugs.forgets_totals, "hexnode", {SHRINKING}, "the product's total"),
    (bugs.takes_repetitions_for_rows, "hexnode", {TWICE}, "leaves repetitions out"),
    (bugs.reads_no_answers, "hexnode", {PORTAL}, "read the body"),
    (bugs.remembers_nothing, "hexnode", {LAGGING}, "look for the object"),
    (bugs.renews_all_the_time, "jamf", {MINUTES}, "true `lifetime`"),
    (bugs.lets_everyone_sign_in, "jamf", {TOGETHER}, "through `auth` only"),
    (bugs.never_gives_up, "jamf", {BUDGET}, "don't repeat in the adapter"),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plant", "backend", "expected", "remedy"), PLANTED, ids=[row[0].__name__ for row in PLANTED]
)
def test_a_planted_mistake_fails_exactly_the_tests_about_it(
    monkeypatch, plant, backend, expected, remedy
):
    plant(monkeypatch)

    failed = failing(backend)

    assert set(failed) == expected
    assert all(remedy in message for message in failed.values())


def test_every_test_of_the_suite_states_its_promise():
    undocumented = [n for n in promises() if not inspect.getdoc(getattr(FaultsConformance, n))]

    assert len(promises()) > 30
    assert undocumented == []
