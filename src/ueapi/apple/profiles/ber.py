"""ASN.1 bytes brought into one shape before anything reads them: definite lengths, whole strings, bounded size.

Signed messages may come in parts of unknown length (BER). Walking them here first, within bounds, keeps hostile nesting
away from the parser behind it. Source: ITU-T X.690, sections 8.1 and 8.7.
"""

from __future__ import annotations

from typing import Final, NoReturn

from ueapi.errors import InvalidModel

_DEEPEST: Final = 32
"""Levels of nesting; a signed message with its certificates needs about fifteen."""
_MOST_ELEMENTS: Final = 50_000
"""Enough for 16 MiB in parts of one KiB, which is how a stream is cut."""
_OBJECT_IDENTIFIER: Final = 0x06
_LONGEST_IDENTIFIER: Final = 64
"""Bytes; those in use have about ten. The parser's time for one grows with the square of its length."""
_OCTET_STRING: Final = 0x04
_CONSTRUCTED: Final = 0x20
_UNIVERSAL: Final = 0xC0
_MAY_NEST: Final = frozenset({0x28, 0x30, 0x31})
_LONG_TAG: Final = 0x1F
_INDEFINITE: Final = 0x80
_LONGEST_LENGTH: Final = 4
_NEVER: Final = 1 << 64
"""Further than any bytes go."""
_USUAL: Final = frozenset(
    tag
    for tag in range(1, 256)
    if tag & _LONG_TAG != _LONG_TAG
    and (tag & _UNIVERSAL or not tag & _CONSTRUCTED or tag in _MAY_NEST)
)
"""Tags of which nothing needs a closer look."""
_REMEDY: Final = "Get the signed file again from whoever signed it; nothing was changed."


def definite(content: bytes) -> bytes:
    """The same element with definite lengths, its octet strings in one piece.

    Raises:
        InvalidModel: cut short, followed by further bytes, nested too deep, in too many pieces, or no ASN.1 at all.
    """
    if _is_definite(content):
        return content
    tag, body, end = _Walk(content).element(0, len(content), 1)
    if end != len(content):
        _refuse("further bytes follow it")
    return encoded(tag, body)


def encoded(tag: int, body: bytes) -> bytes:
    """One element: tag, definite length and body."""
    length = len(body)
    if length < _INDEFINITE:
        return bytes((tag, length)) + body
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, _INDEFINITE | len(digits))) + digits + body


def _is_definite(content: bytes) -> bool:
    """Whether nothing has to be rewritten or refused; of everything else the walk finds out what it is."""
    at, seen, size = 0, 0, len(content)
    limit = size
    above: list[int] = []
    while at < size:
        if at == limit:
            limit = above.pop()
            continue
        seen += 1
        tag, first = content[at], content[at + 1] if at + 1 < limit else _INDEFINITE
        start, end = (at + 2, at + 2 + first) if first < _INDEFINITE else _bounds(content, at + 1)
        is_odd = tag not in _USUAL or end > limit or seen > _MOST_ELEMENTS
        if (
            is_odd
            or (at and not above)
            or (tag == _OBJECT_IDENTIFIER and end - start > _LONGEST_IDENTIFIER)
        ):
            return False
        if tag & _CONSTRUCTED and start < end:
            above.append(limit)
            if len(above) == _DEEPEST:
                return False
            at, limit = start, end
        else:
            at = end
    return seen > 0


def _bounds(content: bytes, at: int) -> tuple[int, int]:
    """Where a longer body starts and ends; no end can be reached where its length isn't written in the shortest way."""
    start = at + 1 + (content[at] & ~_INDEFINITE) if at < len(content) else at
    digits = content[at + 1 : start]
    length = int.from_bytes(digits, "big")
    is_shortest = 1 <= len(digits) <= _LONGEST_LENGTH and digits[0] and length >= _INDEFINITE
    return start, start + length if is_shortest else _NEVER


class _Walk:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._seen = 0

    def element(self, at: int, limit: int, depth: int) -> tuple[int, bytes, int]:
        """The element at a place: its tag, its body in definite form, and where it ends."""
        self._seen += 1
        if self._seen > _MOST_ELEMENTS:
            _refuse(f"it holds more than {_MOST_ELEMENTS} elements")
        if depth > _DEEPEST:
            _refuse(f"it nests deeper than {_DEEPEST} levels")
        tag = self._byte(at, limit)
        if tag & _LONG_TAG == _LONG_TAG or tag == 0:
            _refuse("an element is of a kind that signed messages don't have")
        length, start = self._length(at + 1, limit)
        if length is None:
            return self._open_ended(tag, start, limit, depth)
        end = start + length
        if end > limit:
            _refuse("it is cut short")
        if tag == _OBJECT_IDENTIFIER and length > _LONGEST_IDENTIFIER:
            _refuse(f"an object identifier has more than {_LONGEST_IDENTIFIER} bytes")
        if not tag & _CONSTRUCTED:
            return tag, self._content[start:end], end
        parts: list[tuple[int, bytes]] = []
        while start < end:
            child, body, start = self.element(start, end, depth + 1)
            parts.append((child, body))
        return *_joined(tag, parts), end

    def _open_ended(self, tag: int, at: int, limit: int, depth: int) -> tuple[int, bytes, int]:
        if not tag & _CONSTRUCTED:
            _refuse("a plain value has no length")
        parts: list[tuple[int, bytes]] = []
        while self._byte(at, limit) != 0:
            child, body, at = self.element(at, limit, depth + 1)
            parts.append((child, body))
        if self._byte(at + 1, limit) != 0:
            _refuse("the end of an element can't be read")
        return *_joined(tag, parts), at + 2

    def _byte(self, at: int, limit: int) -> int:
        if at >= limit:
            _refuse("it is cut short")
        return self._content[at]

    def _length(self, at: int, limit: int) -> tuple[int | None, int]:
        """The length, `None` when the end is marked instead, and where the body starts."""
        first = self._byte(at, limit)
        if first < _INDEFINITE:
            return first, at + 1
        if first == _INDEFINITE:
            return None, at + 1
        digits = first & ~_INDEFINITE
        if digits > _LONGEST_LENGTH:
            _refuse("a length is too large")
        self._byte(at + digits, limit)
        return int.from_bytes(self._content[at + 1 : at + 1 + digits], "big"), at + 1 + digits


def _joined(tag: int, parts: list[tuple[int, bytes]]) -> tuple[int, bytes]:
    if tag == _OCTET_STRING | _CONSTRUCTED:
        if any(child != _OCTET_STRING for child, _ in parts):
            _refuse("a string in parts holds something else")
        return _OCTET_STRING, b"".join(body for _, body in parts)
    if not tag & _UNIVERSAL and tag not in _MAY_NEST:
        _refuse("a value that can't be in parts is in parts")
    return tag, b"".join(encoded(child, body) for child, body in parts)


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this is no usable signed message: {why}.", remedy=_REMEDY)
