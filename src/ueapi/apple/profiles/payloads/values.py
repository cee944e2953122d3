"""Types of values that several payloads share, as strict as a property list is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, TypeVar

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from ueapi.apple.plist import PlistValue

_Item = TypeVar("_Item")


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _whole(value: object) -> object:
    # Equal to a number is not enough: `True == 1`, and a property list tells them apart.
    if type(value) is not int:
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


def _free(value: object) -> Mapping[str, PlistValue]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise PydanticCustomError("dict_type", "Input should be a dictionary with text as keys")
    return value


Array: TypeAlias = Annotated[tuple[_Item, ...], BeforeValidator(_as_tuple)]
"""An array: given as list or tuple, kept as a tuple. No set, which has no order."""

Whole: TypeAlias = Annotated[_Item, BeforeValidator(_whole)]
"""One of a few integers."""

Switch: TypeAlias = Annotated[Literal[0, 1], BeforeValidator(_whole)]
"""Off or on, where Apple wants an integer."""

if TYPE_CHECKING:
    FreeKeys: TypeAlias = Mapping[str, PlistValue]
    """A dictionary whose keys Apple leaves to someone else. Values are looked at when the profile is written."""
else:
    # The type of property lists is recursive, and pydantic would unfold it in each model without need.
    FreeKeys = Annotated[
        Mapping[str, object], PlainValidator(_free), WithJsonSchema({"type": "object"})
    ]
