"""The one canonical form of a property list: XML with sorted keys, checked while it is written.

The bytes are those `plistlib` gives, except that a carriage return stays one: XML turns a bare one into a line feed.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from attrs import define, field

from ueapi.apple.plist_values import (
    DEEPEST,
    LARGEST,
    NOT_IN_XML,
    PlistValue,
    Tally,
    check_number,
    refuse_output,
)

HEADER: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
    '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
    '<plist version="1.0">\n'
)
FOOTER: Final = "</plist>\n"
_find_unusual: Final = re.compile("[^\t\n -%'-;=?-\x7f]").search
"""What may need an escape, or may be nothing that XML can carry."""
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_INDENTS: Final = tuple("\t" * level for level in range(DEEPEST + 1))
_KEYS_KEPT: Final = 4096
_LONGEST_KEPT: Final = 64


def write_xml(value: Mapping[str, PlistValue]) -> bytes:
    """Write a dictionary with sorted keys.

    Raises:
        InvalidModel: a value the format can't hold, or too much of it.
    """
    page = _Page()
    try:
        page.tally.add_values(1, depth=1)
        _write(value, page, 0)
    except OverflowError:
        refuse_output("a date is out of range in UTC")
    content = f"{HEADER}{''.join(page.lines)}{FOOTER}".encode()
    if len(content) > LARGEST:
        refuse_output(f"it would have {len(content)} bytes, over the limit of {LARGEST}")
    return content


@define
class _Page:
    lines: list[str] = field(factory=list)
    tally: Tally = field(factory=lambda: Tally(refuse_output))


def _write(value: object, page: _Page, level: int) -> None:
    # Most values are of exactly these types, and one look into a table is quicker than asking for each.
    write = _BY_TYPE.get(type(value)) or _by_ancestry(value)
    write(value, page, level)


def _by_ancestry(value: object) -> _Write:
    found = next((write for ancestor, write in _BY_ANCESTOR if isinstance(value, ancestor)), None)
    if found is None:
        refuse_output(f"a value is of the type {type(value).__name__}")
    return found


def _escaped(text: str) -> str:
    return text if _find_unusual(text) is None else _with_escapes(text)


def _with_escapes(text: str) -> str:
    if NOT_IN_XML.search(text):
        refuse_output("a text holds a character that XML can't carry")
    return text.translate(_ESCAPES)


def _key(key: str) -> str:
    return f"<key>{_escaped(key)}</key>\n"


_known_key: Final = lru_cache(maxsize=_KEYS_KEPT)(_key)
"""The same keys come again all the time."""


def _write_text(value: str, page: _Page, level: int) -> None:
    page.tally.add_weight(len(value))
    # Calling little pays here, since most values are texts without escapes.
    text = value if _find_unusual(value) is None else _with_escapes(value)
    page.lines.append(f"{_INDENTS[level]}<string>{text}</string>\n")


def _write_boolean(value: bool, page: _Page, level: int) -> None:
    page.lines.append(f"{_INDENTS[level]}<{'true' if value else 'false'}/>\n")


def _write_integer(value: int, page: _Page, level: int) -> None:
    check_number(value, refuse_output)
    page.lines.append(f"{_INDENTS[level]}<integer>{int(value)}</integer>\n")


def _write_real(value: float, page: _Page, level: int) -> None:
    check_number(value, refuse_output)
    page.lines.append(f"{_INDENTS[level]}<real>{float(value)!r}</real>\n")


def _write_date(value: datetime, page: _Page, level: int) -> None:
    if value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    page.lines.append(
        f"{_INDENTS[level]}<date>{value.replace(microsecond=0).isoformat()}Z</date>\n"
    )


def _write_bytes(value: bytes, page: _Page, level: int) -> None:
    # The lengths of lines are plistlib's, so that digests taken with it stay good.
    page.tally.add_weight(len(value))
    width, indent = max(16, 76 - 8 * level) // 4 * 3, _INDENTS[level]
    page.lines.append(f"{indent}<data>\n")
    for start in range(0, len(value), width):
        packed = binascii.b2a_base64(value[start : start + width], newline=False)
        page.lines.append(f"{indent}{packed.decode()}\n")
    page.lines.append(f"{indent}</data>\n")


def _write_dictionary(value: Mapping[object, object], page: _Page, level: int) -> None:
    indent, lines = _INDENTS[level], page.lines
    if not value:
        lines.append(f"{indent}<dict/>\n")
        return
    lines.append(f"{indent}<dict>\n")
    page.tally.add_values(len(value), depth=level + 2)
    for key in _sorted_keys(value, page.tally):
        element = _known_key(key) if len(key) <= _LONGEST_KEPT else _key(key)
        lines.append(f"{indent}\t{element}")
        _write(value[key], page, level + 1)
    lines.append(f"{indent}</dict>\n")


def _sorted_keys(value: Mapping[object, object], tally: Tally) -> list[str]:
    keys = [key for key in value if isinstance(key, str)]
    if len(keys) != len(value):
        refuse_output("a key is no text")
    tally.add_weight(len("".join(keys)))
    keys.sort()
    return keys


def _write_array(value: list[object], page: _Page, level: int) -> None:
    indent = _INDENTS[level]
    if not value:
        page.lines.append(f"{indent}<array/>\n")
        return
    page.lines.append(f"{indent}<array>\n")
    page.tally.add_values(len(value), depth=level + 2)
    for child in value:
        _write(child, page, level + 1)
    page.lines.append(f"{indent}</array>\n")


_Write = Callable[[Any, _Page, int], None]
_BY_ANCESTOR: Final[tuple[tuple[type, _Write], ...]] = (
    (str, _write_text),
    (bool, _write_boolean),
    (int, _write_integer),
    (float, _write_real),
    (bytes, _write_bytes),
    (datetime, _write_date),
    (Mapping, _write_dictionary),
    (list, _write_array),
    (tuple, _write_array),
)
_BY_TYPE: Final[Mapping[type, _Write]] = {**dict(_BY_ANCESTOR), dict: _write_dictionary}
