"""Damage to ASN.1 that keeps its lengths right, so that it reaches what lies behind the first check."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Final

from attrs import define

CONSTRUCTED: Final = 0x20
LONG_FORM: Final = 0x80
DEEPEST: Final = 40


class NoElements(ValueError):
    """The bytes are no ASN.1 with definite lengths."""


@define
class Element:
    """One element; a constructed one has parts, a plain one a body."""

    tag: int
    body: bytes
    parts: list[Element]

    @property
    def is_plain(self) -> bool:
        return not self.tag & CONSTRUCTED

    def packed(self) -> bytes:
        body = self.body if self.is_plain else b"".join(part.packed() for part in self.parts)
        length = len(body)
        if length < LONG_FORM:
            return bytes((self.tag, length)) + body
        digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
        return bytes((self.tag, LONG_FORM | len(digits))) + digits + body

    def all(self) -> list[Element]:
        return [self, *(below for part in self.parts for below in part.all())]


def parsed(content: bytes) -> list[Element]:
    """The elements that bytes consist of.

    Raises:
        NoElements: anything else.
    """
    return _parsed(content, 0)


def _parsed(content: bytes, depth: int) -> list[Element]:
    found: list[Element] = []
    at = 0
    while at < len(content):
        if depth > DEEPEST or at + 2 > len(content):
            raise NoElements
        tag, length, at = content[at], content[at + 1], at + 2
        if length >= LONG_FORM:
            width = length & ~LONG_FORM
            length, at = int.from_bytes(content[at : at + width], "big"), at + width
        body = content[at : at + length]
        if len(body) != length:
            raise NoElements
        at += length
        parts = _parsed(body, depth + 1) if tag & CONSTRUCTED else []
        found.append(Element(tag, body, parts))
    return found


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The same elements with one of them changed, moved, repeated, nested or taken away.

    Raises:
        NoElements: the bytes have none.
    """
    roots = parsed(content)
    every = [element for root in roots for element in root.all()]
    if not every:
        raise NoElements
    target, other = chance.choice(every), chance.choice(every)
    parent = next((one for one in every if any(part is target for part in one.parts)), None)
    siblings = roots if parent is None else parent.parts
    at = next(place for place, one in enumerate(siblings) if one is target)
    match chance.randrange(7):
        case 0:
            del siblings[at]
        case 1:
            siblings[at:at] = [target] * chance.choice((1, 2, 40))
        case 2:
            siblings[at] = deepcopy(other)
        case 3:
            siblings[at] = _nested(target, chance.choice((1, 3, 40)))
        case 4:
            target.tag ^= chance.choice((0x01, 0x04, 0x80, 0xA0))
        case 5:
            chance.shuffle(siblings)
        case _:
            target.body = _changed(target.body, chance)
    return b"".join(root.packed() for root in roots)


def _nested(inner: Element, times: int) -> Element:
    for _ in range(times):
        inner = Element(0x30, b"", [inner])
    return inner


def _changed(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body or b"\x00")
    if chance.random() < 0.5:
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        return bytes(changed)
    return chance.choice(
        (b"", b"\x00", b"\xff", b"\x7f" * 40, bytes(changed) * 2, b"\x1b\n\xe2\x80\xae")
    )
