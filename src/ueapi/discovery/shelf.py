"""Where the responder finds its list and its kill switch: files that are looked at again all the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import define, field

from ueapi.discovery.allow_list import LARGEST, AllowList, read_list
from ueapi.errors import InvalidModel

if TYPE_CHECKING:
    from cryptography import x509

BETWEEN_LOOKS: Final = 0.25
"""Seconds for which what was seen holds; so a new list or the switch works within one second."""


def _unheard(outcome: str, detail: str) -> None:
    del outcome, detail


@define(kw_only=True, eq=False)
class Shelf:
    """The list in use, and the switch. A new file takes the place of the list whole, or not at all.

    While the file `halt` exists the switch is thrown: everybody gets the default answer, whoever they are.
    """

    path: Path
    anchors: Sequence[x509.Certificate] = field(repr=False)
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    halt: Path | None = None
    tell: Callable[[str, str], None] = field(default=_unheard, repr=False)
    current: AllowList = field(init=False, repr=False)
    is_halted: bool = field(default=False, init=False)
    _seen: tuple[int, int, int] = field(default=(0, 0, 0), init=False)
    _looked: float = field(default=float("-inf"), init=False)

    def __attrs_post_init__(self) -> None:
        """Read the first list.

        Raises:
            InvalidModel: it can't be used; there is none in use, so nothing is served.
            OSError: the file can't be read.
        """
        self._seen = self._stamp()
        self.current = self._read()
        self.is_halted = self._switch()
        self._looked = self.monotonic()

    def look(self) -> None:
        """See whether the list or the switch changed, unless somebody just did."""
        now = self.monotonic()
        if now - self._looked < BETWEEN_LOOKS:
            return
        self._looked = now
        halted = self._switch()
        if halted != self.is_halted:
            self.is_halted = halted
            self.tell("halted" if halted else "resumed", "")
        self._renew()

    def _renew(self) -> None:
        try:
            stamp = self._stamp()
            if stamp == self._seen:
                return
            self._seen = stamp
            fresh = self._read()
            self._require_later(fresh)
        except (InvalidModel, OSError) as problem:
            text = problem.message if isinstance(problem, InvalidModel) else type(problem).__name__
            self.tell("list-refused", text)
            return
        self.current = fresh
        self.tell("list-changed", f"number {fresh.number}")

    def _require_later(self, fresh: AllowList) -> None:
        if fresh.number <= self.current.number:
            raise InvalidModel(
                f"list {fresh.number} is not later than list {self.current.number}, which is in use."
            )

    def _read(self) -> AllowList:
        with self.path.open("rb") as file:
            content = file.read(LARGEST + 1)
        return read_list(content, anchors=self.anchors, at=self.now())

    def _stamp(self) -> tuple[int, int, int]:
        found = self.path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _switch(self) -> bool:
        return self.halt is not None and self.halt.exists()
