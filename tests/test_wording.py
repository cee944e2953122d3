"""Numbers in sentences read as people write them."""

from __future__ import annotations

import pytest

from ueapi.wording import counted, people


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 phones"), (1, "1 phone"), (2, "2 phones"), (1200, "1,200 phones")]
)
def test_what_is_counted_stands_in_the_form_that_fits(number: int, text: str) -> None:
    assert counted(number, "phone") == text


def test_a_word_with_a_form_of_its_own_is_given_it() -> None:
    assert [counted(n, "entry", several="entries") for n in (1, 2)] == ["1 entry", "2 entries"]
    assert [people(n) for n in (1, 2)] == ["1 person", "2 people"]
