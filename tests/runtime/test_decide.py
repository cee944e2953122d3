from __future__ import annotations

import pytest
from attrs import evolve

from ueapi.runtime.decide import MOST_ATTEMPTS, Failure, Handling, decide

READ_LOST = Failure(handling=Handling.UNKNOWN, may_repeat=True, attempt=1, left=100.0, draw=1.0)


def test_a_final_answer_is_never_repeated():
    assert decide(evolve(READ_LOST, handling=Handling.FINAL)) is None


def test_a_change_of_unknown_outcome_is_never_repeated_even_if_a_wait_is_named():
    assert decide(evolve(READ_LOST, may_repeat=False, hint=1.0)) is None


@pytest.mark.parametrize("handling", [Handling.NOT_SENT, Handling.TURNED_AWAY])
def test_a_change_that_was_surely_not_made_is_repeated(handling):
    assert decide(evolve(READ_LOST, handling=handling, may_repeat=False)) is not None


def test_the_products_hint_outranks_our_backoff():
    assert decide(evolve(READ_LOST, hint=0.2)) == 0.2
    assert decide(evolve(READ_LOST, hint=42.0)) == 42.0


def test_a_hint_of_nothing_is_no_leave_to_knock_at_once():
    assert decide(evolve(READ_LOST, hint=0.0)) == decide(READ_LOST)


def test_no_wait_outlasts_the_deadline():
    assert decide(evolve(READ_LOST, left=0.4)) is None
    assert decide(evolve(READ_LOST, hint=100.0)) is None


def test_waits_double_up_to_a_ceiling_and_then_end():
    waits = [decide(evolve(READ_LOST, attempt=n)) for n in range(1, MOST_ATTEMPTS + 1)]

    assert waits == [0.5, 1.0, 2.0, 4.0, None]


def test_half_of_a_wait_is_random():
    assert decide(evolve(READ_LOST, draw=0.0)) == 0.25


def test_a_throttled_call_waits_longer_by_itself():
    assert decide(evolve(READ_LOST, throttled=True)) == 2.0
