"""Property lists in the form that ueapi itself writes, read several times as fast as any other XML.

This reader refuses nothing: whatever is unusual, or wrong in any way, it leaves to the reader of XML. What it does
read, that one reads the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from ueapi.apple.plist_values import PlistDict, PlistValue
from ueapi.apple.plist_writer import FOOTER, HEADER
from ueapi.apple.plist_xml import LEAVES
from ueapi.errors import InvalidModel

_BEGIN: Final = HEADER.encode()
_END: Final = FOOTER.encode()
_LARGEST: Final = 128 * 1024
"""Bytes; messages of devices have a few thousand. So few bytes can't hold too many values."""
_DEEPEST: Final = 16
_CHARACTER: Final = "[^<>&\x00-\x08\x0b-\x1f\ufffe\uffff]"
"""What stands for itself: no escape, nothing that XML can't carry, no carriage return, which XML replaces."""
_TOKEN: Final = re.compile(
    rf"\t*+(?:<key>({_CHARACTER}++)</key>\n\t*+)?"
    rf"<(?:(string|integer|real|date|data)>({_CHARACTER}*+)</\2>"
    r"|((?:true|false|dict|array)/|/?(?:dict|array))>)\n"
    r"|(?s:.)+"
)
"""A value, or where a container begins or ends, with the key before it. All the rest is one token without parts."""
_Token: TypeAlias = tuple[str, str, str, str]
"""The key, the name of a leaf and its text, and the element of anything else. What isn't there is empty."""


class _Unusual(Exception):
    """This is for the reader of XML."""


def read_canonical(content: bytes) -> PlistDict | None:
    """Read a property list in canonical form whose root is a dictionary; `None` for whatever may be anything else."""
    if len(content) > _LARGEST or not (content.startswith(_BEGIN) and content.endswith(_END)):
        return None
    try:
        text = content.decode()
        return _root(iter(_TOKEN.findall(text, len(HEADER), len(text) - len(FOOTER))))
    except (_Unusual, InvalidModel, UnicodeDecodeError):
        return None


def _root(tokens: Iterator[_Token]) -> PlistDict:
    if next(tokens, None) != ("", "", "", "dict"):
        raise _Unusual
    value = _dictionary(tokens, 1)
    if next(tokens, None) is not None:
        raise _Unusual
    return value


def _dictionary(tokens: Iterator[_Token], depth: int) -> PlistDict:
    found: PlistDict = {}
    for key, leaf, text, element in tokens:
        if element == "/dict" and not key:
            return found
        if not key or key in found:
            raise _Unusual
        # Most values are texts, and this is the busiest loop there is here.
        found[key] = text if leaf == "string" else _value(tokens, depth, leaf, text, element)
    raise _Unusual


def _array(tokens: Iterator[_Token], depth: int) -> list[PlistValue]:
    found: list[PlistValue] = []
    for key, leaf, text, element in tokens:
        if key:
            raise _Unusual
        if element == "/array":
            return found
        found.append(text if leaf == "string" else _value(tokens, depth, leaf, text, element))
    raise _Unusual


def _value(tokens: Iterator[_Token], depth: int, leaf: str, text: str, element: str) -> PlistValue:
    if leaf:
        return LEAVES[leaf](text)
    if depth == _DEEPEST or element not in _ELEMENTS:
        raise _Unusual
    return _ELEMENTS[element](tokens, depth + 1)


_ELEMENTS: Final[Mapping[str, Callable[[Iterator[_Token], int], PlistValue]]] = {
    "true/": lambda *_: True,
    "false/": lambda *_: False,
    "dict/": lambda *_: {},
    "array/": lambda *_: [],
    "dict": _dictionary,
    "array": _array,
}
