"""Criteria: Jamf Pro keeps rows with `and`, `or` and parentheses; ours are a tree.

Without parentheses `and` is taken before `or`: "a or b and c" means a, or both b and c. See `assumed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, assert_never

from attrs import define

from ueapi.errors import Unintelligible
from ueapi.model import (
    AllOf,
    AnyOf,
    Comparison,
    CriteriaTree,
    Criterion,
    CriterionField,
    EnrollmentKind,
    ForeignCriterion,
)
from ueapi_jamf.assumed import CRITERION_NAMES, LOOSER, SEARCH_TYPES, TIGHTER, Joint
from ueapi_jamf.wire.groups import CriterionWire

DEEPEST: Final = 32
"""Levels of parentheses; the console offers two."""

Sign = Joint | Literal["(", ")"]

_KINDS: Final[Mapping[str, EnrollmentKind]] = {
    "personal (account-driven user enrollment)": EnrollmentKind.ACCOUNT_DRIVEN_USER,
    "personal (user enrollment)": EnrollmentKind.PROFILE_DRIVEN_USER,
}
"""Values of "Device Ownership Type" as the console shows them; other ones stay in Jamf's words."""


def criteria_from_wire(rows: Sequence[CriterionWire]) -> CriteriaTree | None:
    """Build the tree; `None` when there is no row.

    Raises:
        Unintelligible: parentheses don't match, or a row is joined by another word than `and` and `or`.
    """
    if not rows:
        return None
    reader = _Reader(_tokens(sorted(rows, key=lambda row: row["priority"])))
    tree = reader.whole()
    if not reader.is_done:
        raise _unbalanced()
    return tree


def criterion_from_wire(row: CriterionWire) -> CriteriaTree:
    """Translate one row, or keep it in Jamf's words."""
    field = CRITERION_NAMES.get(row["name"].casefold())
    comparison = SEARCH_TYPES.get(row["searchType"].casefold())
    value = row.get("value") or ""
    if field is CriterionField.ENROLLMENT_KIND:
        kind = _KINDS.get(value.casefold())
        if kind is None or comparison not in (Comparison.IS, Comparison.IS_NOT):
            field = None
        else:
            value = kind.value
    if field is None or comparison is None:
        return ForeignCriterion(
            text=f'"{row["name"]}" {row["searchType"]} "{row.get("value") or ""}"'
        )
    return Criterion(field=field, comparison=comparison, value=value)


def _tokens(rows: Sequence[CriterionWire]) -> list[CriterionWire | Sign]:
    tokens: list[CriterionWire | Sign] = []
    depth = 0
    for place, row in enumerate(rows):
        if place:
            tokens.append(_joint(row.get("andOr")))
        if row.get("openingParen"):
            tokens.append("(")
        tokens.append(row)
        if row.get("closingParen"):
            tokens.append(")")
        depth += bool(row.get("openingParen")) - bool(row.get("closingParen"))
        if not 0 <= depth <= DEEPEST:
            raise _unbalanced()
    return tokens


def _joint(word: str | None) -> Sign:
    match (word or "").casefold():
        case "and":
            return "and"
        case "or":
            return "or"
        case _:
            raise Unintelligible(
                "criteria are joined by a word that is neither `and` nor `or`.",
                remedy="Open the group in Jamf Pro and save it again, then repeat.",
            )


def _unbalanced() -> Unintelligible:
    return Unintelligible(
        "the parentheses of the criteria do not match.",
        remedy="Open the group in Jamf Pro, repair the parentheses and save it, then repeat.",
    )


def _joined(joint: Joint, terms: tuple[CriteriaTree, ...]) -> CriteriaTree:
    match joint:
        case "and":
            return AllOf(terms=terms)
        case "or":
            return AnyOf(terms=terms)
        case _:
            assert_never(joint)


@define
class _Reader:
    """Reads tokens by recursive descent, the looser joint outside."""

    tokens: Sequence[CriterionWire | Sign]
    place: int = 0

    @property
    def is_done(self) -> bool:
        return self.place == len(self.tokens)

    def whole(self) -> CriteriaTree:
        terms = [self._part()]
        while self._takes(LOOSER):
            terms.append(self._part())
        return terms[0] if len(terms) == 1 else _joined(LOOSER, tuple(terms))

    def _part(self) -> CriteriaTree:
        terms = [self._one()]
        while self._takes(TIGHTER):
            terms.append(self._one())
        return terms[0] if len(terms) == 1 else _joined(TIGHTER, tuple(terms))

    def _one(self) -> CriteriaTree:
        if self._takes("("):
            tree = self.whole()
            if not self._takes(")"):
                raise _unbalanced()
            return tree
        token = ")" if self.is_done else self.tokens[self.place]
        if isinstance(token, str):
            raise _unbalanced()
        self.place += 1
        return criterion_from_wire(token)

    def _takes(self, sign: Sign) -> bool:
        if self.is_done or self.tokens[self.place] != sign:
            return False
        self.place += 1
        return True
