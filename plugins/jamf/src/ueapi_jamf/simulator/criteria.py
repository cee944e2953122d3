"""Criteria of smart groups: rows joined by `and` and `or`, with parentheses.

Source: Jamf Pro API 11.30 schema, `SmartGroupCriteria`; Classic API, `criterion`; Jamf's guide for personally owned
devices for the two criteria that matter there. Guess: without parentheses `and` is taken before `or`, and texts
compare without regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from attrs import define, evolve, frozen

from ueapi.model import (
    AllOf,
    AnyOf,
    Comparison,
    CriteriaTree,
    Criterion,
    CriterionField,
    EnrollmentKind,
)
from ueapi_jamf.simulator.state import (
    ACCOUNT_DRIVEN_DEVICE,
    ACCOUNT_DRIVEN_USER,
    INSTITUTIONAL,
    PROFILE_DRIVEN_USER,
)

Lookup = Callable[[str], str]
"""Value of a criterion's subject, for one row."""
Test = Callable[[Lookup], bool]

OWNERSHIP_SHOWN: Final[Mapping[str, str]] = {
    ACCOUNT_DRIVEN_USER: "Personal (Account-Driven User Enrollment)",
    PROFILE_DRIVEN_USER: "Personal (User Enrollment)",
    ACCOUNT_DRIVEN_DEVICE: "Institutional (Account-Driven Device Enrollment)",
    INSTITUTIONAL: "Institutional",
}
"""How the console shows a device's ownership. Guess: the third."""
SEARCH_TYPES: Final = frozenset(
    {"is", "is not", "like", "not like", "more than", "greater than", "less than"}
)
_FIELDS: Final[Mapping[CriterionField, str]] = {
    CriterionField.MANAGED_APPLE_ID: "Managed Apple ID",
    CriterionField.ENROLLMENT_KIND: "Device Ownership Type",
    CriterionField.OS_VERSION: "OS Version",
    CriterionField.MODEL: "Model",
    CriterionField.EMAIL: "Email Address",
    CriterionField.USERNAME: "Username",
}
_COMPARISONS: Final[Mapping[Comparison, str]] = {
    Comparison.IS: "is",
    Comparison.IS_NOT: "is not",
    Comparison.CONTAINS: "like",
    Comparison.CONTAINS_NOT: "not like",
    Comparison.MORE_THAN: "more than",
    Comparison.LESS_THAN: "less than",
}
_KINDS: Final[Mapping[str, str]] = {
    EnrollmentKind.ACCOUNT_DRIVEN_USER.value: OWNERSHIP_SHOWN[ACCOUNT_DRIVEN_USER],
    EnrollmentKind.PROFILE_DRIVEN_USER.value: OWNERSHIP_SHOWN[PROFILE_DRIVEN_USER],
    EnrollmentKind.DEVICE.value: OWNERSHIP_SHOWN[INSTITUTIONAL],
}


@frozen(kw_only=True)
class CriterionRow:
    """One row of a smart group."""

    name: str
    and_or: str = "and"
    search_type: str = "is"
    value: str = ""
    opens: bool = False
    closes: bool = False


def rows_from_tree(tree: CriteriaTree) -> tuple[CriterionRow, ...]:
    """Write a tree as rows.

    Raises:
        ValueError: it has no rows, because it is in another product's words or needs two parentheses at one row.
    """
    if isinstance(tree, Criterion):
        value = tree.value
        if tree.field is CriterionField.ENROLLMENT_KIND:
            value = _KINDS[value]
        return (
            CriterionRow(
                name=_FIELDS[tree.field], search_type=_COMPARISONS[tree.comparison], value=value
            ),
        )
    if not isinstance(tree, AllOf | AnyOf):
        raise ValueError("a criterion in another product's words can't be a row here")
    joint = "and" if isinstance(tree, AllOf) else "or"
    rows: list[CriterionRow] = []
    for term in tree.terms:
        inner = rows_from_tree(term)
        if joint == "and" and isinstance(term, AnyOf) and len(inner) > 1:
            inner = _in_parentheses(inner)
        rows.extend((evolve(inner[0], and_or=joint if rows else "and"), *inner[1:]))
    return tuple(rows)


def _in_parentheses(rows: tuple[CriterionRow, ...]) -> tuple[CriterionRow, ...]:
    if rows[0].opens or rows[-1].closes:
        raise ValueError("a row can carry one parenthesis of each kind, not two")
    return (evolve(rows[0], opens=True), *rows[1:-1], evolve(rows[-1], closes=True))


def test_of(rows: Sequence[CriterionRow]) -> Test:
    """A test of one subject. A group without criteria has everybody; unbalanced parentheses have nobody."""
    if not rows:
        return lambda _: True
    reader = _Reader(list(_signs(rows)))
    try:
        test = reader.any_of()
    except _UnbalancedError:
        return lambda _: False
    return test if reader.is_done else lambda _: False


class _UnbalancedError(Exception):
    """The parentheses don't match."""


def _signs(rows: Sequence[CriterionRow]) -> Iterator[CriterionRow | str]:
    for place, row in enumerate(rows):
        if place:
            yield row.and_or
        if row.opens:
            yield "("
        yield row
        if row.closes:
            yield ")"


@define
class _Reader:
    """Recursive descent; `or` is looser than `and`."""

    signs: list[CriterionRow | str]
    place: int = 0

    @property
    def is_done(self) -> bool:
        return self.place == len(self.signs)

    def any_of(self) -> Test:
        tests = [self._all_of()]
        while self._takes("or"):
            tests.append(self._all_of())
        return tests[0] if len(tests) == 1 else lambda lookup: any(t(lookup) for t in tests)

    def _all_of(self) -> Test:
        tests = [self._one()]
        while self._takes("and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda lookup: all(t(lookup) for t in tests)

    def _one(self) -> Test:
        if self._takes("("):
            inner = self.any_of()
            if not self._takes(")"):
                raise _UnbalancedError
            return inner
        sign = ")" if self.is_done else self.signs[self.place]
        if isinstance(sign, str):
            raise _UnbalancedError
        self.place += 1
        return _row_test(sign)

    def _takes(self, sign: str) -> bool:
        if self.is_done or self.signs[self.place] != sign:
            return False
        self.place += 1
        return True


def _row_test(row: CriterionRow) -> Test:
    name, value = row.name.casefold(), row.value.casefold()
    match row.search_type.casefold():
        case "is":
            return lambda lookup: lookup(name).casefold() == value
        case "is not":
            return lambda lookup: lookup(name).casefold() != value
        case "like":
            return lambda lookup: value in lookup(name).casefold()
        case "not like":
            return lambda lookup: value not in lookup(name).casefold()
        case "more than" | "greater than":
            return lambda lookup: _numbers(lookup(name)) > _numbers(value)
        case "less than":
            return lambda lookup: _numbers(lookup(name)) < _numbers(value)
        case _:
            return lambda _: False


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))
