"""Elements of ASN.1 in definite form, found by where they are: nothing is copied and nothing below is looked at.

What is read here went through `ber.definite` before, or a library took it for a certificate. Source: ITU-T X.690.
"""

from __future__ import annotations

from typing import Final, NamedTuple

INTEGER: Final = 0x02
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30
SET: Final = 0x31
_LONG: Final = 0x80
_MARKED: Final = 0xA0


def tagged(number: int) -> int:
    """The tag of an element that a number tells apart and that has elements in it."""
    return _MARKED | number


class Element(NamedTuple):
    """One element within `content`: it begins at `begins`, its body at `starts`, and both end at `ends`."""

    content: bytes
    tag: int
    begins: int
    starts: int
    ends: int

    def __repr__(self) -> str:
        """Without what is in it."""
        return f"Element(tag={self.tag:#x}, begins={self.begins}, ends={self.ends})"

    @property
    def body(self) -> bytes:
        """What is in it."""
        return self.content[self.starts : self.ends]

    @property
    def whole(self) -> bytes:
        """Its bytes with tag and length."""
        return self.content[self.begins : self.ends]

    @property
    def number(self) -> int:
        """The value of an integer."""
        return int.from_bytes(self.body, "big", signed=True)

    def demanded(self, tag: int) -> Element:
        """The same, once it is of that kind.

        Raises:
            ValueError: it is of another kind.
        """
        if self.tag != tag:
            raise ValueError("an element is of another kind")
        return self

    def parts(self) -> list[Element]:
        """The elements in it.

        Raises:
            ValueError: they don't fill it.
        """
        found, at = [], self.starts
        while at < self.ends:
            one = _element(self.content, at)
            found.append(one)
            at = one.ends
        if at != self.ends:
            raise ValueError("an element is cut short")
        return found


def element(content: bytes) -> Element:
    """The one element that bytes are.

    Raises:
        ValueError: they are none, or more than one.
    """
    found = _element(content, 0)
    if found.ends != len(content):
        raise ValueError("an element is cut short, or another follows it")
    return found


def _element(content: bytes, at: int) -> Element:
    try:
        tag, length = content[at], content[at + 1]
    except IndexError:
        raise ValueError("an element is cut short") from None
    start = at + 2
    if length >= _LONG:
        digits = length - _LONG
        length = int.from_bytes(content[start : start + digits], "big")
        start += digits
    return Element(content, tag, at, start, start + length)
