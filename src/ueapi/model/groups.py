"""Groups: static lists, or criteria as a tree."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from ueapi.model.base import Thing, Value

GroupOf = Literal["users", "devices"]


class CriterionField(StrEnum):
    """What a criterion looks at."""

    MANAGED_APPLE_ID = "managed-apple-id"
    ENROLLMENT_KIND = "enrollment-kind"
    OS_VERSION = "os-version"
    MODEL = "model"
    EMAIL = "email"
    USERNAME = "username"


class Comparison(StrEnum):
    """How a criterion compares."""

    IS = "is"
    IS_NOT = "is-not"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains-not"
    MORE_THAN = "more-than"
    LESS_THAN = "less-than"


class Criterion(Value):
    """One comparison."""

    node: Literal["criterion"] = "criterion"
    field: CriterionField
    comparison: Comparison
    value: str


class ForeignCriterion(Value):
    """A comparison that has no neutral word; kept in the product's own words, never dropped."""

    node: Literal["foreign"] = "foreign"
    text: str


class AllOf(Value):
    """True when each term is."""

    node: Literal["all"] = "all"
    terms: tuple[CriteriaTree, ...]


class AnyOf(Value):
    """True when at least one term is."""

    node: Literal["any"] = "any"
    terms: tuple[CriteriaTree, ...]


CriteriaTree = Annotated[Criterion | ForeignCriterion | AllOf | AnyOf, Field(discriminator="node")]


class Group(Thing):
    """A group of users or of devices.

    `members` holds ids of users or devices, and is `None` in listings that don't carry them. `criteria` is `None`
    for a static group, and for a dynamic one whose criteria the product doesn't show.
    """

    name: str
    of: GroupOf
    is_dynamic: bool = False
    is_built_in: bool = False
    criteria: CriteriaTree | None = None
    members: tuple[str, ...] | None = None


class GroupDraft(Value):
    """A static group as it should be; `name` together with `of` is the stable key.

    `members` are ids in the tenant where the group is made. Existing further members stay.
    """

    name: str
    of: GroupOf
    members: tuple[str, ...] = ()


AllOf.model_rebuild()
AnyOf.model_rebuild()
