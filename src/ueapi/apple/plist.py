"""Property lists: read from anyone, written in one canonical form, compared by meaning."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from ueapi.apple.plist_binary import MAGIC, read_binary
from ueapi.apple.plist_canonical import read_canonical
from ueapi.apple.plist_values import (
    DEEPEST,
    LARGEST,
    MOST_VALUES,
    Census,
    PlistDict,
    PlistValue,
    refuse_input,
)
from ueapi.apple.plist_writer import write_xml
from ueapi.apple.plist_xml import read_xml

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
    if (canonical := read_canonical(content)) is not None:
        return canonical
    is_binary = content.startswith(MAGIC)
    root = read_binary(content) if is_binary else read_xml(content)
    if not isinstance(root, dict):
        refuse_input("its root is no dictionary")
    if is_binary or len(content) > LARGEST:
        # XML has no room for more than its length, and no way to say what XML can't carry.
        Census(refuse_input).count(root)
    return root


def write_canonical(value: Mapping[str, PlistValue]) -> bytes:
    """Write XML with sorted keys: equal values give equal bytes, and reading gives the value back.

    Dates are written in UTC and in whole seconds, which is all the format holds.

    Raises:
        InvalidModel: a value the format can't hold, such as an integer over 64 bits, NaN or a control character, or a
            result over `LARGEST` bytes, which `read` would refuse.
    """
    return write_xml(value)


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
