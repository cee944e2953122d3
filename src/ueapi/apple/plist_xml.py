"""Property lists in XML: a strict reader for hostile bytes, and the one canonical form.

The reader builds the value in a single pass and refuses whatever it would have to guess about or pass over. The writer
gives the bytes `plistlib` gives, except that a carriage return stays one: XML turns a bare one into a line feed.
"""

from __future__ import annotations

import binascii
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from xml.parsers import expat

from ueapi.apple.plist_values import PlistValue, Tally, refuse_input

_HEADER: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
    '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
    '<plist version="1.0">\n'
)
_FOOTER: Final = "</plist>\n"
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ENCODINGS: Final = frozenset({"UTF-8", "UTF-16", "UTF-16BE", "UTF-16LE", "US-ASCII", "ISO-8859-1"})
"""What expat decodes by itself. Any other name would be looked up among Python's codecs."""
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


def write_xml(value: Mapping[str, PlistValue]) -> bytes:
    """Write checked content with sorted keys.

    The value must have passed a census: nothing is checked here.
    """
    lines: list[str] = []
    _write(value, lines, 0)
    return f"{_HEADER}{''.join(lines)}{_FOOTER}".encode()


class _Dictionary:
    """An open dictionary; a key waits for its value."""

    def __init__(self) -> None:
        self.value: dict[str, PlistValue] = {}
        self.key: str | None = None

    def place(self, child: PlistValue) -> None:
        if self.key is None:
            refuse_input("a dictionary holds a value without a key")
        self.value[self.key] = child
        self.key = None

    def name(self, key: str) -> None:
        if self.key is not None:
            refuse_input("a dictionary holds a key without a value")
        if key in self.value:
            refuse_input("a dictionary has the same key twice")
        self.key = key


class _Array:
    """An open array."""

    def __init__(self) -> None:
        self.value: list[PlistValue] = []

    def place(self, child: PlistValue) -> None:
        self.value.append(child)


class _Reader:
    def __init__(self) -> None:
        self._open: list[_Dictionary | _Array] = []
        self._roots: list[PlistValue] = []
        self._has_frame = False
        self._leaf: str | None = None
        self._text: list[str] = []
        self._tally = Tally(refuse_input)
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
        parser.CharacterDataHandler = self._characters
        return parser

    def run(self, content: bytes) -> PlistValue:
        try:
            self._parser.Parse(content, True)
        except (expat.ExpatError, LookupError, ValueError):
            refuse_input("it is neither XML nor binary")
        finally:
            # It refers to this reader; parted, both are freed at once.
            del self._parser
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
        if name == "plist":
            self._start_frame()
            return
        if name != "key":
            self._tally.add_values(1, depth=len(self._open) + 1)
        if name == "dict":
            self._open.append(_Dictionary())
        elif name == "array":
            self._open.append(_Array())
        elif name == "key" or name in _LEAVES:
            self._leaf = name
        else:
            refuse_input("it holds an element that property lists don't have")

    def _start_frame(self) -> None:
        if self._has_frame or self._open or self._roots:
            refuse_input("the element around the value stands in the wrong place")
        self._has_frame = True

    def _characters(self, text: str) -> None:
        if self._leaf is not None:
            self._text.append(text)
        elif text.strip(_SPACE):
            refuse_input("text stands outside of any value")

    def _end(self, name: str) -> None:
        if name in {"dict", "array"}:
            self._end_container()
        elif name != "plist":
            text = "".join(self._text)
            self._leaf = None
            self._text.clear()
            self._end_leaf(name, text)

    def _end_container(self) -> None:
        container = self._open.pop()
        if isinstance(container, _Dictionary) and container.key is not None:
            refuse_input("a dictionary holds a key without a value")
        self._place(container.value)

    def _end_leaf(self, name: str, text: str) -> None:
        if name != "key":
            self._place(_LEAVES[name](text))
            return
        around = self._open[-1] if self._open else None
        if not isinstance(around, _Dictionary):
            refuse_input("a key stands outside of a dictionary")
        around.name(text)

    def _place(self, value: PlistValue) -> None:
        if self._open:
            self._open[-1].place(value)
        else:
            self._roots.append(value)


def _text(text: str) -> str:
    return text


def _integer(text: str) -> int:
    digits = text.strip(_SPACE)
    if not _INTEGER.fullmatch(digits):
        refuse_input("an integer can't be read")
    return int(digits, 16 if "x" in digits.lower() else 10)


def _real(text: str) -> float:
    digits = text.strip(_SPACE)
    if digits.lower().lstrip("+-") == "nan":
        return math.nan
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


_LEAVES: Final[Mapping[str, Callable[[str], PlistValue]]] = {
    "string": _text,
    "integer": _integer,
    "real": _real,
    "data": _data,
    "date": _date,
    "true": _true,
    "false": _false,
}


def _write(value: PlistValue, lines: list[str], level: int) -> None:
    indent = "\t" * level
    match value:
        case str():
            lines.append(f"{indent}<string>{value.translate(_ESCAPES)}</string>\n")
        case bool():
            lines.append(f"{indent}<true/>\n" if value else f"{indent}<false/>\n")
        case int():
            lines.append(f"{indent}<integer>{int(value)}</integer>\n")
        case float():
            lines.append(f"{indent}<real>{float(value)!r}</real>\n")
        case bytes():
            _write_data(value, lines, indent)
        case datetime():
            lines.append(f"{indent}<date>{value.replace(microsecond=0).isoformat()}Z</date>\n")
        case Mapping():
            _write_dictionary(value, lines, level)
        case _:
            _write_array(value, lines, level)


def _write_data(value: bytes, lines: list[str], indent: str) -> None:
    # The lengths of lines are plistlib's, so that digests taken with it stay good.
    width = max(16, 76 - 8 * len(indent)) // 4 * 3
    lines.append(f"{indent}<data>\n")
    for start in range(0, len(value), width):
        packed = binascii.b2a_base64(value[start : start + width], newline=False)
        lines.append(f"{indent}{packed.decode()}\n")
    lines.append(f"{indent}</data>\n")


def _write_dictionary(value: Mapping[str, PlistValue], lines: list[str], level: int) -> None:
    indent = "\t" * level
    if not value:
        lines.append(f"{indent}<dict/>\n")
        return
    lines.append(f"{indent}<dict>\n")
    for key in sorted(value):
        lines.append(f"{indent}\t<key>{key.translate(_ESCAPES)}</key>\n")
        _write(value[key], lines, level + 1)
    lines.append(f"{indent}</dict>\n")


def _write_array(value: Sequence[PlistValue], lines: list[str], level: int) -> None:
    indent = "\t" * level
    if not value:
        lines.append(f"{indent}<array/>\n")
        return
    lines.append(f"{indent}<array>\n")
    for child in value:
        _write(child, lines, level + 1)
    lines.append(f"{indent}</array>\n")
