"""Listings: what a page holds, and what it says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from attrs import frozen

from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.answers import number_in
from ueapi_maas360.simulator.elements import Value

T = TypeVar("T")

EXACT: Final = "1"


@frozen
class Page:
    """Which page is asked for."""

    number: int
    size: int

    @classmethod
    def asked(cls, found: Mapping[str, str], default: int = assumed.DEFAULT_PAGE_SIZE) -> Page:
        """Source: published clients, `pageNumber` from 1 and `pageSize`. Guess: what is no such number is ignored."""
        size = number_in(found, "pageSize") or default
        return cls(number_in(found, "pageNumber") or 1, min(size, assumed.LARGEST_PAGE_SIZE))

    def of(self, rows: Sequence[T]) -> Sequence[T]:
        """The rows of this page; none behind the end."""
        start = (self.number - 1) * self.size
        return rows[start : start + self.size]


def listing(
    page: Page, rows: Sequence[T], name: str, show: Callable[[T], Value]
) -> dict[str, Value]:
    """The fields of a listing's root.

    Source: published clients: `count` is how many rows there are on all pages, `pageSize` how many are on this one, and
    both hold behind the end too.
    """
    shown = page.of(rows)
    return {
        "count": len(rows),
        "pageNumber": page.number,
        "pageSize": len(shown),
        name: [show(row) for row in shown],
    }


@frozen
class Wanted:
    """The filters of a search. An empty one is none."""

    found: Mapping[str, str]

    def asks(self, name: str) -> bool:
        """Whether there is such a filter."""
        return self._asked(name) is not None

    def begins(self, name: str, value: str) -> bool:
        """Whether a value fits a filter by its beginning, or as a whole with `match=1`. Guess: case doesn't matter."""
        asked = self._asked(name)
        if asked is None or self.found.get("match") == EXACT:
            return asked is None or value.casefold() == asked
        return value.casefold().startswith(asked)

    def equals(self, name: str, value: str) -> bool:
        """Whether a value fits a filter as a whole."""
        asked = self._asked(name)
        return asked is None or value.casefold() == asked

    def _asked(self, name: str) -> str | None:
        text = self.found.get(name, "").strip().casefold()
        return text or None
