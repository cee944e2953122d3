"""Property lists in XML, read from hostile bytes.

The value is built in a single pass; whatever would have to be guessed about or passed over is refused.
"""

from __future__ import annotations

import binascii
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias
from xml.parsers import expat

from ueapi.apple.plist_values import DEEPEST, MOST_VALUES, PlistValue, check_number, refuse_input

_ENCODINGS: Final = frozenset({"UTF-8", "UTF-16", "UTF-16BE", "UTF-16LE", "US-ASCII", "ISO-8859-1"})
"""What expat decodes by itself. Any other name would be looked up among Python's codecs."""
_Container: TypeAlias = dict[str, PlistValue] | list[PlistValue]
_CONTAINERS: Final[Mapping[str, Callable[[], _Container]]] = {"dict": dict, "array": list}
_SPACE: Final = " \t\r\n"
_CHUNK: Final = 64 * 1024
_INTEGER: Final = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})")
_REAL: Final = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]{1,4})?|inf|infinity)", re.IGNORECASE
)
_LONGEST_REAL: Final = 400
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z")


def read_xml(content: bytes) -> PlistValue:
    """Read one property list.

    Raises:
        InvalidModel: anything but a well-formed property list within its bounds; the message holds no content.
    """
    return _Reader().run(content)


class _Reader:
    """Builds the value from the parser's calls. This is the busiest code there is here, and so it calls little."""

    def __init__(self) -> None:
        self._open: list[_Container] = []
        self._keys: list[str | None] = []
        """For each open container the key that waits for its value."""
        self._roots: list[PlistValue] = []
        self._has_frame = False
        self._leaf: str | None = None
        self._text: list[str] = []
        """What stands between elements, then what the open text or number holds so far."""
        self._begin = 0
        """Where that begins."""
        self._count = 0
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_size = _CHUNK
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._entity
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        return parser

    def run(self, content: bytes) -> PlistValue:
        try:
            self._parser.Parse(content, True)
        except (expat.ExpatError, LookupError, ValueError):
            refuse_input("it is neither XML nor binary")
        finally:
            # It refers to this reader; parted, both are freed at once.
            del self._parser
        if "".join(self._text).strip(_SPACE):
            refuse_input("text stands outside of any value")
        if len(self._roots) != 1:
            refuse_input("it holds no value, or more than one")
        return self._roots[0]

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.upper() not in _ENCODINGS:
            refuse_input("its XML is in an encoding that is not read here")

    def _doctype(
        self, name: str, _system: str | None, _public: str | None, has_subset: int
    ) -> None:
        if has_subset or name != "plist":
            refuse_input("its document type is not the one of property lists")

    def _entity(self, *_: object) -> None:
        refuse_input("it declares or uses an entity")

    def _start(self, name: str, _: dict[str, str]) -> None:
        if self._leaf is not None:
            refuse_input("an element stands inside a text, number, date or data")
        if name == "key":
            self._leaf, self._begin = name, len(self._text)
        elif name in LEAVES:
            self._leaf, self._begin = name, len(self._text)
            self._add_value()
        elif name == "plist":
            self._start_frame()
        else:
            self._start_container(name)

    def _add_value(self) -> None:
        self._count += 1
        if self._count > MOST_VALUES:
            refuse_input(f"it holds more than {MOST_VALUES} values")
        if len(self._open) >= DEEPEST:
            refuse_input(f"it nests deeper than {DEEPEST} levels")

    def _start_container(self, name: str) -> None:
        self._add_value()
        if name not in _CONTAINERS:
            refuse_input("it holds an element that property lists don't have")
        self._open.append(_CONTAINERS[name]())
        self._keys.append(None)

    def _start_frame(self) -> None:
        if self._has_frame or self._open or self._roots:
            refuse_input("the element around the value stands in the wrong place")
        self._has_frame = True

    def _end(self, name: str) -> None:
        if self._leaf is not None:
            self._end_leaf(name)
        elif name != "plist":
            self._end_container()

    def _end_leaf(self, name: str) -> None:
        texts, begin = self._text, self._begin
        # Nearly always there is one piece of text; the parser splits long ones only.
        text = texts.pop() if len(texts) == begin + 1 else "".join(texts[begin:])
        del texts[begin:]
        self._leaf = None
        if name == "key":
            self._name(text)
        else:
            self._place(LEAVES[name](text))

    def _end_container(self) -> None:
        if self._keys.pop() is not None:
            refuse_input("a dictionary holds a key without a value")
        self._place(self._open.pop())

    def _name(self, key: str) -> None:
        around = self._open[-1] if self._open else None
        if not isinstance(around, dict):
            refuse_input("a key stands outside of a dictionary")
        if self._keys[-1] is not None:
            refuse_input("a dictionary holds a key without a value")
        if key in around:
            refuse_input("a dictionary has the same key twice")
        self._keys[-1] = key

    def _place(self, value: PlistValue) -> None:
        if not self._open:
            self._roots.append(value)
            return
        around = self._open[-1]
        if isinstance(around, list):
            around.append(value)
            return
        if (key := self._keys[-1]) is None:
            refuse_input("a dictionary holds a value without a key")
        around[key] = value
        self._keys[-1] = None


def _integer(text: str) -> int:
    digits = text.strip(_SPACE)
    if not _INTEGER.fullmatch(digits):
        refuse_input("an integer can't be read")
    number = int(digits, 16 if "x" in digits.lower() else 10)
    check_number(number, refuse_input)
    return number


def _real(text: str) -> float:
    digits = text.strip(_SPACE)
    if digits.lower().lstrip("+-") == "nan":
        check_number(math.nan, refuse_input)
    if len(digits) > _LONGEST_REAL or not _REAL.fullmatch(digits):
        refuse_input("a real number can't be read")
    number = float(digits)
    if math.isinf(number) and "inf" not in digits.lower():
        refuse_input("a real number is out of range")
    return number


def _data(text: str) -> bytes:
    try:
        packed = text.encode("ascii").translate(None, _SPACE.encode())
        return binascii.a2b_base64(packed, strict_mode=True)
    except ValueError:
        refuse_input("data can't be read: it is not Base64")


def _date(text: str) -> datetime:
    found = _DATE.fullmatch(text.strip(_SPACE))
    if found is None:
        refuse_input("a date can't be read")
    year, month, day, hour, minute, second = (int(part) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - UTC without a zone
    except ValueError:
        refuse_input("a date is out of range")


def _true(text: str) -> bool:
    return _empty(text)


def _false(text: str) -> bool:
    return not _empty(text)


def _empty(text: str) -> bool:
    if text.strip(_SPACE):
        refuse_input("true or false holds text")
    return True


LEAVES: Final[Mapping[str, Callable[[str], PlistValue]]] = {
    "string": str,
    "integer": _integer,
    "real": _real,
    "data": _data,
    "date": _date,
    "true": _true,
    "false": _false,
}
