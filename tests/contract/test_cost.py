"""What an operation takes: read from the words of a sheet, and worked out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ueapi.contract import Cost, Unit
from ueapi.contract.cost import Term

TERMS = st.lists(
    st.builds(
        Term,
        st.integers(0, 999),
        st.lists(st.sampled_from(Unit), max_size=3, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda term: frozenset(term.units),
).map(tuple)


@pytest.mark.parametrize(
    ("text", "one_page", "three_pages"),
    [("2", 2, 2), ("1 per page", 1, 3), ("1 + 2 per page", 3, 7)],
)
def test_a_cost_says_requests_for_pages(text: str, one_page: int, three_pages: int) -> None:
    cost = Cost.parse(text)

    assert (cost.at(), cost.at(pages=3)) == (one_page, three_pages)
    assert str(cost) == text


def test_a_cost_per_app_and_target_is_for_each_pair() -> None:
    cost = Cost.parse("1 per app and target")

    assert cost.at(apps=3, targets=5) == 15


def test_further_people_can_take_less() -> None:
    cost = Cost.parse("4, then 2")

    assert (cost.at(), cost.further.at()) == (4, 2)
    assert str(cost) == "4, then 2"
    assert Cost.parse("2").further == Cost.parse("2")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "many",
        "-1",
        "1 per row",
        "1+1 per page",
        "9999",
        "1 + 2",
        "1 per page and page",
        "1, then",
        "1, then 1, then 1",
    ],
)
def test_a_cost_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a cost has the form"):
        Cost.parse(text)


@given(TERMS, st.none() | TERMS)
def test_what_a_cost_is_written_as_is_read_as_the_same(
    terms: tuple[Term, ...], then: tuple[Term, ...] | None
) -> None:
    cost = Cost(terms, then)

    assert Cost.parse(str(cost)) == cost
