"""Bounds on what a product may send: size while it streams in, and how deep its JSON nests."""

from __future__ import annotations

from typing import Final

from ueapi.errors import Unintelligible
from ueapi.flow import Reply
from ueapi.runtime.clock import Clock
from ueapi.runtime.deeds import NoAnswer, Request

DEEPEST_JSON: Final = 64
"""Levels of nesting; products use fewer than ten, and parsers fail in the hundreds."""

_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_ALL_ALIKE: Final = bytes.maketrans(b"{}", b"[]")
_OPENING: Final = ord("[")


class Intake:
    """Takes in one body chunk by chunk, and stops when it is too large or too late."""

    def __init__(self, request: Request, clock: Clock) -> None:
        """Bound it by the request's own limits."""
        self._request = request
        self._clock = clock
        self._chunks: list[bytes] = []
        self._size = 0

    def expect(self, length: str | None) -> None:
        """Refuse early when the product announces more than is allowed."""
        if length is not None and length.isdecimal():
            self._require_room(int(length))

    def take(self, chunk: bytes) -> None:
        """Add a chunk."""
        self._size += len(chunk)
        self._require_room(self._size)
        if self._clock.monotonic() > self._request.until:
            raise NoAnswer("the answer was still arriving at the deadline", was_sent=True)
        self._chunks.append(chunk)

    def body(self) -> bytes:
        """All of it."""
        return b"".join(self._chunks)

    def _require_room(self, size: int) -> None:
        if size > self._request.response_bytes:
            raise Unintelligible(
                f"the answer is larger than {self._request.response_bytes} bytes.",
                remedy="Check that the URL is the product's API; nothing of the answer was used.",
            )


def require_shallow(reply: Reply) -> None:
    """Refuse JSON nested deeper than any product needs.

    Raises:
        Unintelligible: it nests deeper than `DEEPEST_JSON` levels; check what answers at the URL.
    """
    if "json" in reply.content_type and is_deeper(reply.body, DEEPEST_JSON):
        raise Unintelligible(
            f"the JSON nests deeper than {DEEPEST_JSON} levels.",
            remedy="Check that the URL is the product's API; nothing of the answer was used.",
        )


def is_deeper(body: bytes, levels: int) -> bool:
    """Whether JSON nests deeper than that; in linear time and without a parser's recursion.

    Brackets inside strings are first counted along, since that is ten times cheaper; only when something is left over
    are strings taken out. A body made to hide its depth behind brackets in strings passes, and then fails at the
    parser's own limit.
    """
    if not _left_after(_brackets(body), levels):
        return False
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return _depth_exceeds(_brackets(b"".join(plain.split(b'"')[::2])), levels)


def _brackets(body: bytes) -> bytes:
    return body.translate(_ALL_ALIKE, _NOT_BRACKETS)


def _left_after(brackets: bytes, levels: int) -> bytes:
    """What stays after taking out the innermost pairs that many times."""
    for _ in range(levels):
        fewer = brackets.replace(b"[]", b"")
        if len(fewer) == len(brackets):
            break
        brackets = fewer
    return brackets


def _depth_exceeds(brackets: bytes, levels: int) -> bool:
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket == _OPENING else -1
        if depth > levels:
            return True
    return False
