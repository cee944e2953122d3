"""How the API shows the criteria of dynamic groups."""

from __future__ import annotations

from typing import assert_never

from ueapi.model import AllOf, AnyOf, CriteriaTree, Criterion, ForeignCriterion


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
