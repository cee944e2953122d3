"""What criteria of dynamic groups mean, for simulators that keep them as the model has them.

Texts are compared without regard to case, and versions part by part; what only another product understands holds of
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from ueapi.model import (
    AllOf,
    AnyOf,
    Comparison,
    CriteriaTree,
    Criterion,
    CriterionField,
    ForeignCriterion,
)


def holds(tree: CriteriaTree, value_of: Callable[[CriterionField], str]) -> bool:
    """Whether a tree of criteria is true of something whose values are looked up by field."""
    match tree:
        case AllOf():
            return all(holds(term, value_of) for term in tree.terms)
        case AnyOf():
            return any(holds(term, value_of) for term in tree.terms)
        case Criterion():
            return _compares(tree, value_of(tree.field))
        case ForeignCriterion():
            return False
        case _:
            assert_never(tree)


def _compares(criterion: Criterion, value: str) -> bool:
    found, wanted = value.casefold(), criterion.value.casefold()
    match criterion.comparison:
        case Comparison.IS:
            return found == wanted
        case Comparison.IS_NOT:
            return found != wanted
        case Comparison.CONTAINS:
            return wanted in found
        case Comparison.CONTAINS_NOT:
            return wanted not in found
        case Comparison.MORE_THAN:
            return _version(found) > _version(wanted)
        case Comparison.LESS_THAN:
            return _version(found) < _version(wanted)
        case _:
            assert_never(criterion.comparison)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())
