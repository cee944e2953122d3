"""What a property list can hold, and how much of it: the types, the bounds, and the check of both."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NoReturn, TypeAlias, Union

from ueapi.errors import InvalidModel

PlistValue: TypeAlias = Union[  # noqa: UP007 - the recursive names are not known yet
    str, int, float, bool, bytes, datetime, Sequence["PlistValue"], Mapping[str, "PlistValue"]
]
"""Anything a property list can hold. Dates are UTC without a zone and in whole seconds, as the format has them."""
PlistDict: TypeAlias = dict[str, PlistValue]
"""A dictionary of a property list."""

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of one property list, unless the caller says otherwise; profiles with fonts reach a few million.

Also the most characters and bytes of all its texts and data together: a binary list can name one long text many times.
"""
DEEPEST: Final = 64
"""Levels of nesting; Apple's own formats need about ten."""
MOST_VALUES: Final = 250_000
"""Values in one property list. A binary one can name the same list many times over and so grow without limit."""
LEAST_INTEGER: Final = -(2**63)
"""The format has signed integers of 64 bits."""
GREATEST_INTEGER: Final = 2**64 - 1
"""The format has unsigned integers of 64 bits as well."""

NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters no XML document may hold."""
_READ_REMEDY: Final = (
    "Check that it is an unsigned XML or binary property list; nothing was changed."
)
_WRITE_REMEDY: Final = "Change the value; nothing was written."


def refuse_input(why: str) -> NoReturn:
    """Say why bytes are no usable property list.

    Raises:
        InvalidModel: always.
    """
    raise InvalidModel(f"this is no usable property list: {why}.", remedy=_READ_REMEDY)


def refuse_output(why: str) -> NoReturn:
    """Say why a value can't be written as a property list.

    Raises:
        InvalidModel: always.
    """
    raise InvalidModel(f"a property list can't hold this content: {why}.", remedy=_WRITE_REMEDY)


def check_number(value: float, refuse: Callable[[str], NoReturn]) -> None:
    """Refuse a number that no property list holds."""
    if isinstance(value, int):
        if not LEAST_INTEGER <= value <= GREATEST_INTEGER:
            refuse("an integer needs more than 64 bits")
    elif math.isnan(value):
        # It equals nothing, not even itself, so no two readings would be the same.
        refuse("a number is not a number (NaN)")


class Tally:
    """Counts what a property list holds while it is read or walked, and refuses at the first thing too many."""

    def __init__(self, refuse: Callable[[str], NoReturn]) -> None:
        self._refuse = refuse
        self._values = 0
        self._weight = 0

    def add_values(self, count: int, *, depth: int) -> None:
        """Count values, all at one depth; the root has depth 1."""
        self._values += count
        if self._values > MOST_VALUES:
            self._refuse(f"it holds more than {MOST_VALUES} values")
        if depth > DEEPEST:
            self._refuse(f"it nests deeper than {DEEPEST} levels")

    def add_weight(self, length: int) -> None:
        """Count the characters of a text or the bytes of data."""
        self._weight += length
        if self._weight > LARGEST:
            self._refuse(f"its texts and data are longer than {LARGEST} in all")


class Census:
    """Walks a value once, counting values and levels, and refuses what no property list holds."""

    def __init__(self, refuse: Callable[[str], NoReturn]) -> None:
        self._refuse = refuse
        self._tally = Tally(refuse)

    def count(self, value: object, depth: int = 1) -> None:
        """Count a value and all below it."""
        self._tally.add_values(1, depth=depth)
        if isinstance(value, Mapping):
            self._count_keys(value, depth)
        elif isinstance(value, list | tuple):
            for child in value:
                self.count(child, depth + 1)
        else:
            self._check_leaf(value)

    def _count_keys(self, value: Mapping[object, object], depth: int) -> None:
        for key, child in value.items():
            if not isinstance(key, str):
                self._refuse("a key is no text")
            self._check_text(key)
            self.count(child, depth + 1)

    def _check_leaf(self, value: object) -> None:
        if isinstance(value, str):
            self._check_text(value)
        elif isinstance(value, bytes):
            self._tally.add_weight(len(value))
        elif isinstance(value, int | float):
            check_number(value, self._refuse)
        elif not isinstance(value, datetime):
            self._refuse(f"a value is of the type {type(value).__name__}")

    def _check_text(self, value: str) -> None:
        self._tally.add_weight(len(value))
        if NOT_IN_XML.search(value):
            self._refuse("a text holds a character that XML can't carry")
