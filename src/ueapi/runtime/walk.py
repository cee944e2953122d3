"""Walks the pages of a listing: row by row, one page in memory, with suspicion."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TypeVar

from attrs import define, field

from ueapi.errors import Unintelligible
from ueapi.flow import Flow, Page
from ueapi.model import LicensePool, Thing

T = TypeVar("T")

PageAt = Callable[[str | None], Flow[Page[T]]]


@define
class Listing:
    """What must hold over all pages of one listing.

    Ids already seen are remembered (some hundred bytes a row); the rows themselves are not.
    """

    cursors: set[str] = field(factory=set)
    ids: set[str] = field(factory=set)
    rows: int = 0
    dropped: int = 0
    announced: int | None = None
    """How many rows the product said there are, the first time."""

    def fresh(self, page: Page[T]) -> tuple[T, ...]:
        """The page's rows that were not listed before.

        A row moves to a later page when the fleet changes while it is listed, so a repetition is dropped and counted.
        """
        kept = page.items if self._are_new(page.items) else tuple(filter(self._is_new, page.items))
        self.rows += len(kept)
        self.dropped += len(page.items) - len(kept)
        if self.announced is None:
            self.announced = page.total
        return kept

    def following(self, page: Page[T]) -> str | None:
        """The next cursor, or `None` after the last page.

        Raises:
            Unintelligible: a cursor came twice, so the listing would never end; fewer rows came than the product says
                there are; or it announces fewer than at the beginning. List again.
        """
        if page.next is None:
            self._require_complete(self.announced if page.total is None else page.total)
            return None
        if page.next in self.cursors:
            raise Unintelligible(
                "the product named the same next page twice.",
                remedy="List again, and report it to the plugin's author if it stays so.",
            )
        self.cursors.add(page.next)
        return page.next

    def _are_new(self, items: tuple[object, ...]) -> bool:
        """Whether these are objects with ids and none was listed before, as on nearly every page; if so, note them."""
        ids = {item.ref.id for item in items if isinstance(item, Thing)}
        if len(ids) < len(items) or not self.ids.isdisjoint(ids):
            return False
        self.ids |= ids
        return True

    def _is_new(self, item: object) -> bool:
        key = _key(item)
        if key is None:
            return True
        before = len(self.ids)
        self.ids.add(key)
        return len(self.ids) > before

    def _require_complete(self, total: int | None) -> None:
        if total is not None and self.announced is not None and total < self.announced:
            # With pages by number, each deletion moves a row across the border to a page that was read already.
            raise Unintelligible(
                f"the product announced {self.announced} rows at first and {total} at the end.",
                remedy="Some were deleted while they were listed, so others may be missing; list again.",
            )
        if total is not None and self.rows < total:
            raise Unintelligible(
                f"{self.rows} rows were listed, and the product says there are {total}.",
                remedy="The fleet may have changed meanwhile; list again.",
            )


def _key(item: object) -> str | None:
    match item:
        case Thing():
            return item.ref.id
        case LicensePool():
            return f"{item.location}/{item.store_id}"
        case _:
            return None


def walk(
    page_at: PageAt[T],
    drive: Callable[[Flow[Page[T]]], Page[T]],
    at_end: Callable[[Listing], None],
) -> Iterator[T]:
    """Yield the rows of all pages to a blocking caller."""
    listing, cursor = Listing(), None
    while True:
        page = drive(page_at(cursor))
        yield from listing.fresh(page)
        cursor = listing.following(page)
        if cursor is None:
            at_end(listing)
            return


async def awalk(
    page_at: PageAt[T],
    drive: Callable[[Flow[Page[T]]], Awaitable[Page[T]]],
    at_end: Callable[[Listing], None],
) -> AsyncIterator[T]:
    """Yield the rows of all pages to an asynchronous caller."""
    listing, cursor = Listing(), None
    while True:
        page = await drive(page_at(cursor))
        for row in listing.fresh(page):
            yield row
        cursor = listing.following(page)
        if cursor is None:
            at_end(listing)
            return
