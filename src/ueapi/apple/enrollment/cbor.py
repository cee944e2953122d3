"""The small part of CBOR that attestations use: numbers, bytes, texts, lists and maps with texts as keys.

Lengths are definite and nothing is tagged. Source: RFC 8949; WebAuthn Level 2, section 6.5.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NoReturn, TypeAlias

from ueapi.errors import InvalidModel

CborValue: TypeAlias = (
    bool | int | bytes | str | Sequence["CborValue"] | Mapping[str, "CborValue"] | None
)

LARGEST: Final = 64 * 1024
"""Bytes of one value; an attestation with its two certificates has about two thousand."""
DEEPEST: Final = 8
"""Levels of nesting; an attestation has three."""
MOST_ITEMS: Final = 1024
"""Values in all."""

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _SIMPLE = 0, 1, 2, 3, 4, 5, 7
_KINDS: Final = frozenset({_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _SIMPLE})
_SIMPLE_VALUES: Final[dict[int, bool | None]] = {20: False, 21: True, 22: None}
_SIMPLE_CODES: Final = {value: code for code, value in _SIMPLE_VALUES.items()}
_ONE_BYTE: Final = 24
_WIDTHS: Final = {24: 1, 25: 2, 26: 4, 27: 8}
_LIMIT: Final = 2**64
_REMEDY: Final = "Send the attestation again as the device made it; nothing was changed."


def encode(value: CborValue) -> bytes:
    """The one encoding of a value: shortest lengths, keys in the order of their bytes (RFC 8949, section 4.2.1).

    Raises:
        InvalidModel: a number beyond 64 bits, too deep, or a type that is not read here either.
    """
    return _encoded(value, 1)


def decode(content: bytes) -> CborValue:
    """Read one value; nothing may follow it.

    Raises:
        InvalidModel: cut short, followed by further bytes, over its bounds, a key twice, or a kind that attestations
            don't have.
    """
    if len(content) > LARGEST:
        _refuse(f"it has {len(content)} bytes, over the limit of {LARGEST}")
    reader = _Reader(content)
    value = reader.value(1)
    if reader.at != len(content):
        _refuse("further bytes follow it")
    return value


def _encoded(value: CborValue, depth: int) -> bytes:
    if depth > DEEPEST:
        _refuse(f"it nests deeper than {DEEPEST} levels")
    if value is None or isinstance(value, bool):
        return _head(_SIMPLE, _SIMPLE_CODES[value])
    if isinstance(value, int):
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        rows = sorted((_text(key), _encoded(child, depth + 1)) for key, child in value.items())
        return _head(_MAP, len(rows)) + b"".join(key + child for key, child in rows)
    return _head(_LIST, len(value)) + b"".join(_encoded(child, depth + 1) for child in value)


def _text(value: str) -> bytes:
    try:
        content = value.encode()
    except UnicodeEncodeError:
        _refuse("a text is no Unicode")
    return _head(_TEXT, len(content)) + content


def _head(kind: int, count: int) -> bytes:
    if count < _ONE_BYTE:
        return bytes((kind << 5 | count,))
    if count >= _LIMIT:
        _refuse("a number is beyond 64 bits")
    code, width = next(row for row in _WIDTHS.items() if count < 256 ** row[1])
    return bytes((kind << 5 | code,)) + count.to_bytes(width, "big")


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._items = 0
        self.at = 0

    def value(self, depth: int) -> CborValue:
        """The value that begins here."""
        self._items += 1
        if self._items > MOST_ITEMS:
            _refuse(f"it holds more than {MOST_ITEMS} values")
        if depth > DEEPEST:
            _refuse(f"it nests deeper than {DEEPEST} levels")
        kind, count = self._start()
        match kind:
            case 0:
                return count
            case 1:
                return -1 - count
            case 2:
                return self._taken(count)
            case 3:
                return self._text(count)
            case 4:
                self._demand(count)
                return [self.value(depth + 1) for _ in range(count)]
            case 5:
                self._demand(count)
                return self._map(count, depth)
            case _:
                return self._simple(count)

    def _map(self, count: int, depth: int) -> Mapping[str, CborValue]:
        found: dict[str, CborValue] = {}
        for _ in range(count):
            key = self.value(depth + 1)
            if not isinstance(key, str):
                _refuse("a key of a map is no text")
            if key in found:
                _refuse("a map has the same key twice")
            found[key] = self.value(depth + 1)
        return found

    def _start(self) -> tuple[int, int]:
        first = self._taken(1)[0]
        kind, count = first >> 5, first & 0x1F
        if kind not in _KINDS:
            _refuse("it has a tag")
        if count < _ONE_BYTE:
            return kind, count
        if count not in _WIDTHS or kind == _SIMPLE:
            _refuse("a value has no definite length, or is of a kind that attestations don't have")
        return kind, int.from_bytes(self._taken(_WIDTHS[count]), "big")

    def _simple(self, code: int) -> bool | None:
        if code not in _SIMPLE_VALUES:
            _refuse("a value is neither true, false nor null")
        return _SIMPLE_VALUES[code]

    def _text(self, count: int) -> str:
        try:
            return self._taken(count).decode()
        except UnicodeDecodeError:
            _refuse("a text is no Unicode")

    def _demand(self, count: int) -> None:
        # Each child needs a byte at least, so a length beyond the rest is a lie and is not followed.
        if count > len(self._content) - self.at:
            _refuse("it is cut short")

    def _taken(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self._content):
            _refuse("it is cut short")
        taken, self.at = self._content[self.at : end], end
        return taken


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this attestation can't be used: {why}.", remedy=_REMEDY)
