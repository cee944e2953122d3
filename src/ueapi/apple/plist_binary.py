"""Binary property lists, read from hostile bytes.

The format lets values be shared, and so lets a list hold itself or the same long text a million times. Here every
mention is read anew and counted, so the result is a plain tree within its bounds, and time follows its size.
"""

from __future__ import annotations

import struct
from datetime import datetime, timedelta
from typing import Final, NoReturn

from ueapi.apple.plist_values import PlistValue, Tally, refuse_input

MAGIC: Final = b"bplist00"
"""What every binary property list of the one known version starts with."""

_TRAILER: Final = struct.Struct(">6xBBQQQ")
_EPOCH: Final = datetime(2001, 1, 1)  # noqa: DTZ001 - UTC without a zone, as the format has it
_WIDEST: Final = 8
_LONG_COUNT: Final = 0xF
_LONGEST_INTEGER: Final = 4
"""As a power of two: 16 bytes, used for what is over 63 bits."""
_TEXTS: Final = frozenset({0x5, 0x6})
_SIMPLE: Final[dict[int, bool]] = {0x08: False, 0x09: True}


def read_binary(content: bytes) -> PlistValue:
    """Read one property list.

    Raises:
        InvalidModel: anything but a property list within its bounds; the message holds no content.
    """
    return _Reader(content).read()


class _Reader:
    def __init__(self, content: bytes) -> None:
        if len(content) < len(MAGIC) + _TRAILER.size:
            refuse_input("it is cut short")
        width, ref_width, count, top, table = _TRAILER.unpack(content[-_TRAILER.size :])
        self._content = content
        self._width = _checked_width(width)
        self._ref_width = _checked_width(ref_width)
        self._count: int = count
        self._top: int = top
        self._table: int = table
        # Bytes of values end where the table begins.
        self._end: int = table
        self._tally = Tally(refuse_input)
        self._above: set[int] = set()
        if not len(MAGIC) < table <= len(content) - _TRAILER.size - count * self._width:
            refuse_input("its table of values lies outside of it")

    def read(self) -> PlistValue:
        self._tally.add_values(1, depth=1)
        return self._value(self._top, 1)

    def _value(self, ref: int, depth: int) -> PlistValue:
        at = self._offset(ref)
        kind, low = divmod(self._bytes(at, 1)[0], 16)
        if kind in {0xA, 0xD}:
            return self._container(ref, at, depth)
        return self._leaf(at, kind, low)

    def _container(self, ref: int, at: int, depth: int) -> PlistValue:
        if ref in self._above:
            refuse_input("a value holds itself")
        self._above.add(ref)
        count, start = self._counted(at)
        is_array = self._content[at] >> 4 == 0xA
        self._tally.add_values(count, depth=depth + 1 if count else depth)
        value: PlistValue
        if is_array:
            value = [self._value(child, depth + 1) for child in self._refs(start, count)]
        else:
            value = self._dictionary(start, count, depth)
        self._above.discard(ref)
        return value

    def _dictionary(self, start: int, count: int, depth: int) -> PlistValue:
        refs = self._refs(start, 2 * count)
        value: dict[str, PlistValue] = {}
        for name, child in zip(refs[:count], refs[count:], strict=True):
            key = self._key(name)
            if key in value:
                refuse_input("a dictionary has the same key twice")
            value[key] = self._value(child, depth + 1)
        return value

    def _key(self, ref: int) -> str:
        at = self._offset(ref)
        kind = self._bytes(at, 1)[0] >> 4
        if kind not in _TEXTS:
            refuse_input("a key is no text")
        return self._string(at, kind)

    def _leaf(self, at: int, kind: int, low: int) -> PlistValue:
        match kind:
            case 0x0 if low in _SIMPLE:
                return _SIMPLE[low]
            case 0x1:
                return self._integer(at, low)
            case 0x2 if low in {2, 3}:
                return self._real(at, low)
            case 0x3 if low == 3:
                return self._date(at)
            case 0x4:
                return self._data(at)
            case _ if kind not in _TEXTS:
                _refuse_kind(kind)
        return self._string(at, kind)

    def _integer(self, at: int, power: int) -> int:
        if power > _LONGEST_INTEGER:
            refuse_input("an integer needs more than 64 bits")
        # Short ones have no sign.
        return int.from_bytes(self._bytes(at + 1, 1 << power), "big", signed=power >= 3)

    def _real(self, at: int, power: int) -> float:
        packed = self._bytes(at + 1, 1 << power)
        number: float = struct.unpack(">f" if power == 2 else ">d", packed)[0]
        return number

    def _date(self, at: int) -> datetime:
        try:
            return (_EPOCH + timedelta(seconds=self._real(at, 3))).replace(microsecond=0)
        except (OverflowError, ValueError):
            refuse_input("a date is out of range")

    def _data(self, at: int) -> bytes:
        length, start = self._counted(at)
        self._tally.add_weight(length)
        return self._bytes(start, length)

    def _string(self, at: int, kind: int) -> str:
        length, start = self._counted(at)
        self._tally.add_weight(length)
        try:
            if kind == 0x5:
                return self._bytes(start, length).decode("ascii")
            return self._bytes(start, 2 * length).decode("utf-16be")
        except UnicodeDecodeError:
            refuse_input("a text is not in the encoding it names")

    def _counted(self, at: int) -> tuple[int, int]:
        """How many items follow, and where they start."""
        low = self._content[at] & 0xF
        if low != _LONG_COUNT:
            return low, at + 1
        kind, power = divmod(self._bytes(at + 1, 1)[0], 16)
        if kind != 0x1 or 1 << power > _WIDEST:
            refuse_input("a length can't be read")
        width = 1 << power
        return int.from_bytes(self._bytes(at + 2, width), "big"), at + 2 + width

    def _refs(self, start: int, count: int) -> list[int]:
        width = self._ref_width
        packed = self._bytes(start, count * width)
        return [
            int.from_bytes(packed[at : at + width], "big") for at in range(0, len(packed), width)
        ]

    def _offset(self, ref: int) -> int:
        if ref >= self._count:
            refuse_input("it names a value that it doesn't have")
        at = self._table + ref * self._width
        offset = int.from_bytes(self._content[at : at + self._width], "big")
        if offset < len(MAGIC):
            refuse_input("a value lies outside of it")
        return offset

    def _bytes(self, at: int, length: int) -> bytes:
        if at + length > self._end:
            refuse_input("a value lies outside of it")
        return self._content[at : at + length]


def _refuse_kind(kind: int) -> NoReturn:
    if kind == 0x8:
        refuse_input("a value is of the type UID, which settings don't have")
    refuse_input("a value is of a type that property lists don't have")


def _checked_width(width: int) -> int:
    if not 1 <= width <= _WIDEST:
        refuse_input("its table of values can't be read")
    return width
