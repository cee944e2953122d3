"""Whose turn it is when a phone lacks something: a person's who has to delete or accept it, or the move's."""

from __future__ import annotations

import pytest

from ueapi.migration.finishing import Missing


@pytest.mark.parametrize(
    ("missing", "is_for_person"),
    [
        (Missing(is_told=True), True),
        (Missing(is_told=True, profiles=True), True),
        (Missing(is_some=True), True),
        (Missing(is_some=True, profiles=True), False),
        (Missing(profiles=True), False),
        (Missing(), False),
    ],
    ids=["told", "told-among-others", "one-of-several", "and-a-profile", "profile", "every-app"],
)
def test_one_missing_app_of_several_is_for_the_person_and_no_fault_of_the_move(
    missing: Missing, is_for_person: bool
) -> None:
    assert missing.is_for_person is is_for_person
