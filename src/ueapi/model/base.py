"""What all neutral objects share: identity, origin, and the reason why a field is absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field


class Absence(StrEnum):
    """Why a field is `None`. Never an empty string, never a fake."""

    FORBIDDEN_BY_APPLE = "forbidden-by-apple"
    NOT_EXPOSED_BY_PRODUCT = "not-exposed-by-product"
    NOT_PERMITTED = "not-permitted"
    NOT_FETCHED = "not-fetched"


class Value(BaseModel):
    """A frozen neutral value. Its `repr` shows no content, since most of it is personal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __str__(self) -> str:
        return repr(self)


V = TypeVar("V", bound=Value)

# The slots of every model; setting them by name takes twice as long.
_put_fields = vars(BaseModel)["__dict__"].__set__
_put_fields_set = vars(BaseModel)["__pydantic_fields_set__"].__set__
_put_extra = vars(BaseModel)["__pydantic_extra__"].__set__
_put_private = vars(BaseModel)["__pydantic_private__"].__set__


def builder(kind: type[V]) -> Callable[[dict[str, object]], V]:
    """What builds values of this kind from parts that were validated before, without validating them again.

    For listings of whole fleets, whose rows were validated on the wire; everyone else calls the class. The dictionary
    must name every field and becomes the value's own, so don't use it again.

    Raises:
        TypeError: by what is returned, when a field is missing or unknown; fix the caller.
    """
    in_order = tuple(kind.model_fields)
    names = set(in_order)
    new = object.__new__

    def build(parts: dict[str, object]) -> V:
        # Callers name the fields in their order, and comparing tuples takes half as long as comparing sets.
        if tuple(parts) != in_order and parts.keys() != names:
            raise TypeError(f"a {kind.__name__} is built of {sorted(names)}")
        value = new(kind)
        _put_fields(value, parts)
        # One set for all: a frozen value never adds to it, and copying a value copies it.
        _put_fields_set(value, names)
        _put_extra(value, None)
        _put_private(value, None)
        return value

    return build


class Ref(Value):
    """How an object is known: the tenant's name and the product's own id there."""

    tenant: str
    id: str

    def __repr__(self) -> str:
        return f"<{self.tenant}:{self.id}>"


class Origin(Value):
    """Where an object was read, and how far it can be trusted.

    `inferred` names fields that were concluded and not read, for example a Managed Apple ID assumed equal to the
    e-mail address. `raw` is the product's own row as the adapter read it; it is never written to a file.
    """

    backend: str
    read_at: datetime
    inferred: frozenset[str] = frozenset()
    absent: Mapping[str, Absence] = Field(default_factory=dict)
    raw: object = Field(default=None, exclude=True, repr=False)


class Thing(Value):
    """A neutral object of a tenant."""

    ref: Ref
    origin: Origin

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.ref.tenant}:{self.ref.id}>"

    @property
    def id(self) -> str:
        """The product's own id; unique within the tenant and kind."""
        return self.ref.id

    @property
    def raw(self) -> object:
        """The product's own row, as the adapter read it; `None` after reading from a file."""
        return self.origin.raw

    def why_absent(self, name: str) -> Absence | None:
        """Say why the field `name` is `None`; `None` when it has a value.

        Raises:
            AttributeError: this kind of object has no such field.
        """
        if getattr(self, name) is not None:
            return None
        return self.origin.absent.get(name, Absence.NOT_FETCHED)
