"""Property lists: read from anyone, written in one canonical form, compared by meaning."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ueapi.apple.plist_binary import MAGIC, read_binary
from ueapi.apple.plist_values import (
    DEEPEST,
    LARGEST,
    MOST_VALUES,
    Census,
    PlistDict,
    PlistValue,
    refuse_input,
    refuse_output,
)
from ueapi.apple.plist_xml import read_xml, write_xml

__all__ = [
    "DEEPEST",
    "LARGEST",
    "MOST_VALUES",
    "PlistDict",
    "PlistValue",
    "digest",
    "is_array",
    "read",
    "without",
    "write_canonical",
]


def read(content: bytes, *, limit: int = LARGEST) -> PlistDict:
    """Read an XML or binary property list whose root is a dictionary.

    Args:
        content: the property list as received; nothing about it is trusted.
        limit: the most bytes to accept.

    Raises:
        InvalidModel: no property list, larger or deeper than allowed, with a key twice, with a number out of range, or
            with a document type that declares something (which is how entities are smuggled in). The message never
            holds content.
    """
    if len(content) > limit:
        refuse_input(f"it has {len(content)} bytes, over the limit of {limit}")
    root = read_binary(content) if content.startswith(MAGIC) else read_xml(content)
    if not isinstance(root, dict):
        refuse_input("its root is no dictionary")
    Census(refuse_input).count(root)
    return root


def write_canonical(value: Mapping[str, PlistValue]) -> bytes:
    """Write XML with sorted keys: equal values give equal bytes, and reading gives the value back.

    Dates are written in UTC and in whole seconds, which is all the format holds.

    Raises:
        InvalidModel: a value the format can't hold, such as an integer over 64 bits, NaN or a control character, or a
            result over `LARGEST` bytes, which `read` would refuse.
    """
    Census(refuse_output).count(value)
    try:
        content = write_xml({key: _plain(child) for key, child in value.items()})
    except OverflowError:
        refuse_output("a date is out of range in UTC")
    if len(content) > LARGEST:
        refuse_output(f"it would have {len(content)} bytes, over the limit of {LARGEST}")
    return content


def digest(value: Mapping[str, PlistValue], *, masked: frozenset[str] = frozenset()) -> str:
    """SHA-256, in hexadecimal, of the canonical form without the keys in `masked`, at any depth.

    Raises:
        InvalidModel: a value the format can't hold.
    """
    return hashlib.sha256(write_canonical(without(value, masked))).hexdigest()


def without(value: Mapping[str, PlistValue], masked: frozenset[str]) -> PlistDict:
    """A copy without the keys in `masked`, at any depth."""
    return {key: _without(child, masked) for key, child in value.items() if key not in masked}


def is_array(value: PlistValue) -> bool:
    """Whether a value is an array; text and data are sequences in Python, and no arrays."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _without(value: PlistValue, masked: frozenset[str]) -> PlistValue:
    if isinstance(value, Mapping):
        return without(value, masked)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_without(child, masked) for child in value]
    return value


def _plain(value: PlistValue) -> PlistValue:
    """The value in plain types, times in UTC."""
    if type(value) is str:
        return value
    if isinstance(value, Mapping):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(child) for child in value]
    return value
