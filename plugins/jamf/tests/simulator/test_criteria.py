"""Criteria rows mean what their tree means, for every truth their terms can have."""

from __future__ import annotations

import random
from contextlib import suppress
from itertools import islice, product

import pytest

from ueapi.model import (
    AllOf,
    AnyOf,
    Comparison,
    Criterion,
    CriterionField,
    EnrollmentKind,
    ForeignCriterion,
)
from ueapi_jamf.simulator import criteria
from ueapi_jamf.simulator.criteria import CriterionRow, rows_from_tree

NAMES = ("a", "b", "c", "d")


def named(value):
    return Criterion(field=CriterionField.USERNAME, comparison=Comparison.CONTAINS, value=value)


def grown(rng, depth=4):
    if depth == 0 or rng.random() < 0.3:
        return named(rng.choice(NAMES))
    kind = rng.choice((AllOf, AnyOf))
    return kind(terms=tuple(grown(rng, depth - 1) for _ in range(rng.randint(1, 3))))


def meant(tree, truths):
    if isinstance(tree, Criterion):
        return truths[tree.value]
    holds = (meant(term, truths) for term in tree.terms)
    return all(holds) if isinstance(tree, AllOf) else any(holds)


def says(rows, text):
    return criteria.test_of(rows)(lambda _: text)


def row(value, joint="and", *, opens=False, closes=False):
    return CriterionRow(
        name="Username",
        and_or=joint,
        search_type="like",
        value=value,
        opens=opens,
        closes=closes,
    )


def writable(rng):
    """Trees whose parentheses rows can carry, with their rows."""
    while True:
        tree = grown(rng)
        with suppress(ValueError):
            yield tree, rows_from_tree(tree)


@pytest.mark.parametrize("seed", range(10))
def test_rows_mean_what_the_tree_means(seed):
    for tree, rows in islice(writable(random.Random(seed)), 50):
        for truths in product((True, False), repeat=len(NAMES)):
            known = dict(zip(NAMES, truths, strict=True))
            text = "".join(name for name, is_true in known.items() if is_true)
            assert says(rows, text) is meant(tree, known), (tree.model_dump(), text)


def test_a_tree_that_needs_two_parentheses_at_one_row_is_refused_and_not_changed():
    inner = AllOf(terms=(AnyOf(terms=(named("a"), named("b"))), named("c")))
    tree = AllOf(terms=(AnyOf(terms=(inner, named("d"))), named("a")))

    with pytest.raises(ValueError, match="parenthesis"):
        rows_from_tree(tree)


def test_another_products_words_are_refused():
    with pytest.raises(ValueError, match="another product"):
        rows_from_tree(ForeignCriterion(text="in the moon's shadow"))


def test_and_is_taken_before_or():
    rows = (row("a"), row("b", "or"), row("c", "and"))

    assert says(rows, "a")
    assert says(rows, "bc")
    assert not says(rows, "b")


def test_parentheses_are_taken_before_and():
    rows = (row("a", opens=True), row("b", "or", closes=True), row("c", "and"))

    assert not says(rows, "a")
    assert says(rows, "ac")


def test_a_group_without_criteria_has_everybody():
    assert says((), "anybody")


@pytest.mark.parametrize(
    "rows",
    [
        (row("a", opens=True), row("b", "or")),
        (row("a"), row("b", "or", closes=True)),
        (row("a"), row("b", "xor")),
    ],
)
def test_a_group_whose_criteria_can_not_be_read_has_nobody(rows):
    assert not says(rows, "ab")


@pytest.mark.parametrize(
    ("comparison", "value", "has", "has_not"),
    [
        (Comparison.IS, "26.1", "26.1", "26.10"),
        (Comparison.IS_NOT, "26.1", "26.10", "26.1"),
        (Comparison.CONTAINS, "26", "26.1", "27.0"),
        (Comparison.CONTAINS_NOT, "26", "27.0", "26.1"),
        (Comparison.MORE_THAN, "26.9", "26.10", "26.8"),
        (Comparison.LESS_THAN, "26.10", "26.9", "26.11"),
    ],
)
def test_every_comparison_has_its_search_type(comparison, value, has, has_not):
    rows = rows_from_tree(
        Criterion(field=CriterionField.OS_VERSION, comparison=comparison, value=value)
    )

    assert says(rows, has)
    assert not says(rows, has_not)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (EnrollmentKind.ACCOUNT_DRIVEN_USER, "Personal (Account-Driven User Enrollment)"),
        (EnrollmentKind.PROFILE_DRIVEN_USER, "Personal (User Enrollment)"),
    ],
)
def test_ways_of_enrollment_are_written_as_the_console_shows_them(kind, shown):
    tree = Criterion(
        field=CriterionField.ENROLLMENT_KIND, comparison=Comparison.IS, value=kind.value
    )

    (only,) = rows_from_tree(tree)

    assert (only.name, only.search_type, only.value) == ("Device Ownership Type", "is", shown)
