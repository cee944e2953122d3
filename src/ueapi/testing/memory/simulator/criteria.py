"""Criteria of dynamic groups: what they mean, and how the API shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from ueapi.model import AllOf, AnyOf, Comparison, CriteriaTree, Criterion, ForeignCriterion


def holds(tree: CriteriaTree, value_of: Callable[[str], str]) -> bool:
    """Whether it is true of something whose values are looked up by name."""
    match tree:
        case AllOf():
            return all(holds(term, value_of) for term in tree.terms)
        case AnyOf():
            return any(holds(term, value_of) for term in tree.terms)
        case Criterion():
            return _compares(tree, value_of(tree.field.value))
        case ForeignCriterion():
            return False
        case _:
            assert_never(tree)


def shown(tree: CriteriaTree) -> dict[str, object]:
    """The tree in the API's words: `all`, `any`, or one comparison."""
    match tree:
        case AllOf():
            return {"all": [shown(term) for term in tree.terms]}
        case AnyOf():
            return {"any": [shown(term) for term in tree.terms]}
        case Criterion():
            words = (tree.field.value, tree.comparison.value)
            name, comparison = (word.replace("-", "_") for word in words)
            return {"field": name, "comparison": comparison, "value": tree.value}
        case ForeignCriterion():
            return {"text": tree.text}
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
