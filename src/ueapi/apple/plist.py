"""Property lists: read from anyone, written in one canonical form, compared by meaning."""

from __future__ import annotations

import hashlib
import plistlib
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NoReturn, TypeAlias, Union
from xml.parsers import expat

from ueapi.errors import InvalidModel

PlistValue: TypeAlias = Union[  # noqa: UP007 - the recursive names are not known yet
    str, int, float, bool, bytes, datetime, Sequence["PlistValue"], Mapping[str, "PlistValue"]
]
"""Anything a property list can hold. Dates are UTC without a zone, as the format has them."""
PlistDict: TypeAlias = dict[str, PlistValue]
"""A dictionary of a property list."""

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of one property list, unless the caller says otherwise; profiles with fonts reach a few million."""
DEEPEST: Final = 64
"""Levels of nesting; Apple's own formats need about ten."""
MOST_VALUES: Final = 250_000
"""Values in one property list. A binary one can name the same list many times over and so grow without limit."""

_BINARY: Final = b"bplist00"
_ELEMENTS: Final = frozenset(
    {"plist", "dict", "array", "key", "string", "data", "date", "integer", "real", "true", "false"}
)
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_READ_REMEDY: Final = (
    "Check that it is an unsigned XML or binary property list; nothing was changed."
)
_WRITE_REMEDY: Final = "Change the value; nothing was written."


def read(content: bytes, *, limit: int = LARGEST) -> PlistDict:
    """Read an XML or binary property list whose root is a dictionary.

    Args:
        content: the property list as received; nothing about it is trusted.
        limit: the most bytes to accept.

    Raises:
        InvalidModel: no property list, larger or deeper than allowed, with a key twice, or with a document type that
            declares something (which is how entities are smuggled in). The message never holds content.
    """
    if len(content) > limit:
        _refuse_input(f"it has {len(content)} bytes, over the limit of {limit}")
    is_binary = content.startswith(_BINARY)
    if not is_binary:
        _Inspection().run(content)
    root = _parsed(content, is_binary=is_binary)
    if not isinstance(root, dict):
        _refuse_input("its root is no dictionary")
    _Census(_refuse_input).count(root, 1)
    return root


def write_canonical(value: Mapping[str, PlistValue]) -> bytes:
    """Write XML with sorted keys: equal values give equal bytes.

    Raises:
        InvalidModel: a value the format can't hold, such as an integer over 64 bits or a control character.
    """
    _Census(_refuse_output).count(value, 1)
    try:
        plain = {key: _plain(child) for key, child in value.items()}
        return plistlib.dumps(plain, fmt=plistlib.FMT_XML, sort_keys=True)
    except (ValueError, OverflowError, TypeError) as problem:
        raise InvalidModel(
            f"a property list can't hold this content: {type(problem).__name__}.",
            remedy=_WRITE_REMEDY,
        ) from None


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
    """The value in types plistlib knows, times in UTC."""
    if isinstance(value, Mapping):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(child) for child in value]
    return value


def _parsed(content: bytes, *, is_binary: bool) -> object:
    fmt = plistlib.FMT_BINARY if is_binary else plistlib.FMT_XML
    try:
        return plistlib.loads(content, fmt=fmt)
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
        expat.ExpatError,
        struct.error,
    ) as problem:
        _refuse_input(f"it can't be read ({type(problem).__name__})")


def _refuse_input(why: str) -> NoReturn:
    raise InvalidModel(f"this is no usable property list: {why}.", remedy=_READ_REMEDY)


def _refuse_output(why: str) -> NoReturn:
    raise InvalidModel(f"a property list can't hold this content: {why}.", remedy=_WRITE_REMEDY)


class _Census:
    """Walks a value once, counting values and levels, and refuses what no property list holds."""

    def __init__(self, refuse: Callable[[str], NoReturn]) -> None:
        self._refuse = refuse
        self._seen = 0

    def count(self, value: object, depth: int) -> None:
        self._seen += 1
        if self._seen > MOST_VALUES:
            self._refuse(f"it holds more than {MOST_VALUES} values")
        if depth > DEEPEST:
            self._refuse(f"it nests deeper than {DEEPEST} levels")
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
            self._check_leaf(key)
            self.count(child, depth + 1)

    def _check_leaf(self, value: object) -> None:
        if not isinstance(value, str | int | float | bytes | datetime):
            self._refuse(f"a value is of the type {type(value).__name__}")
        if isinstance(value, str) and _NOT_IN_XML.search(value):
            self._refuse("a text holds a character that XML can't carry")


class _Inspection:
    """Looks over an XML property list before it is built, for what plistlib passes over in silence."""

    def __init__(self) -> None:
        self._keys: list[set[str]] = []
        self._text: list[str] | None = None
        self._depth = 0
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._parser = parser

    def run(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except expat.ExpatError:
            _refuse_input("it is neither XML nor binary")

    def _doctype(
        self, name: str, _system: str | None, _public: str | None, has_subset: int
    ) -> None:
        if has_subset or name != "plist":
            _refuse_input("its document type is not the one of property lists")

    def _entity(self, *_: object) -> None:
        _refuse_input("it declares an entity")

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._depth += 1
        # One level of the document is the root element around the value.
        if self._depth > DEEPEST + 1:
            _refuse_input(f"it nests deeper than {DEEPEST} levels")
        if name not in _ELEMENTS:
            _refuse_input("it holds an element that property lists don't have")
        if name == "dict":
            self._keys.append(set())
        self._text = [] if name == "key" else None

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name == "dict":
            self._keys.pop()
        if name == "key" and self._text is not None and self._keys:
            self._note_key("".join(self._text))
        self._text = None

    def _note_key(self, key: str) -> None:
        if key in self._keys[-1]:
            _refuse_input("a dictionary has the same key twice")
        self._keys[-1].add(key)
