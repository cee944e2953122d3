"""Groups and their criteria. A comparison without a neutral word is kept in the product's own, never dropped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from ueapi.errors import Unintelligible
from ueapi.model import (
    AllOf,
    AnyOf,
    Comparison,
    CriteriaTree,
    Criterion,
    CriterionField,
    ForeignCriterion,
    Group,
    GroupOf,
)
from ueapi.testing.memory import wire
from ueapi.testing.memory.mapping import Source, known

OF: Final[Mapping[str, GroupOf]] = {"users": "users", "devices": "devices"}
FIELDS: Final = {field.value.replace("-", "_"): field for field in CriterionField}
COMPARISONS: Final = {one.value.replace("-", "_"): one for one in Comparison}
_DEEPEST: Final = 16


def group(source: Source, row: wire.GroupRow) -> Group:
    """Translate a group of a listing, or one with members."""
    full = row if isinstance(row, wire.GroupInFullRow) else None
    tree = None if full is None or full.criteria is None else criteria(full.criteria)
    return Group(
        ref=source.ref(row.id),
        origin=source.origin(row, unread=("members",), unknown=("criteria",)),
        name=row.name,
        of=known(OF, row.of, of="of a group"),
        is_dynamic=row.dynamic,
        criteria=tree,
        members=None if full is None else full.members,
    )


def criteria(node: object, depth: int = 0) -> CriteriaTree:
    """Translate a tree of criteria.

    Raises:
        Unintelligible: it nests without end.
    """
    if depth > _DEEPEST:
        raise Unintelligible(
            f"criteria of a group nest deeper than {_DEEPEST} levels.",
            remedy="Look at the group in the console; nothing was changed.",
        )
    match node:
        case {"all": list(terms)}:
            return AllOf(terms=tuple(criteria(t, depth + 1) for t in terms))
        case {"any": list(terms)}:
            return AnyOf(terms=tuple(criteria(t, depth + 1) for t in terms))
        case {"field": str(name), "comparison": str(comparison), "value": str(value)} if (
            name in FIELDS and comparison in COMPARISONS
        ):
            return Criterion(field=FIELDS[name], comparison=COMPARISONS[comparison], value=value)
        case _:
            return ForeignCriterion(text=json.dumps(node, sort_keys=True))
