"""Listings: pages by number, and walking all of them within one flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Final, TypeVar
from urllib.parse import parse_qs, urlsplit

from attrs import frozen

from ueapi.errors import NotFound, Unintelligible
from ueapi.flow import Call, Effect, Flow, Page, Reply, ask, query_of
from ueapi_hexnode.wire.base import Envelope, Row, read

V1: Final = "/api/v1"

T = TypeVar("T")
R = TypeVar("R", bound=Row)

ReadPage = Callable[[Reply], tuple[int, str | None, tuple[T, ...]]]
"""Reads how many rows there are, the address of the next page, and the rows."""


@frozen(kw_only=True)
class Listing:
    """One of the product's lists. `path` ends with a slash, as all of the product's paths must."""

    operation: str
    path: str
    per_page: int
    at: tuple[tuple[str, str], ...] = ()
    where: tuple[tuple[str, str], ...] = ()

    def page(self, kind: type[R], cursor: str | None) -> Flow[Page[R]]:
        """Read one page. A cursor is a page number and how many rows were announced so far, such as "2:57".

        Raises:
            Unintelligible: fewer rows are announced than before, or the page no longer exists. Each row that goes away
                meanwhile moves another one to a page that was read already, so it would be missing.
        """
        return (yield from self.page_by(partial(self._rows, kind), cursor))

    def page_by(self, read_page: ReadPage[T], cursor: str | None) -> Flow[Page[T]]:
        """The same, with a reader of its own for the reply; it raises as `page` does."""
        number, announced = _place(cursor)
        try:
            reply = yield from ask(self._call(number))
        except NotFound:
            if cursor is None:
                raise
            raise _shrunk(self.operation) from None
        page = self._read(read_page, reply, announced)
        if page.total is not None and page.total < announced:
            raise _shrunk(self.operation)
        return page

    def walk(self, kind: type[R]) -> Flow[tuple[R, ...]]:
        """Read all pages: one call for each started `per_page` rows."""
        rows: list[R] = []
        seen: set[str] = set()
        cursor: str | None = None
        while True:
            page = yield from self.page(kind, cursor)
            rows += page.items
            cursor = page.next
            if cursor is None:
                return tuple(rows)
            if cursor in seen:
                raise _circular(self.operation)
            seen.add(cursor)

    def _call(self, number: str) -> Call:
        return Call(
            operation=self.operation,
            method="GET",
            path=V1 + self.path,
            effect=Effect.READS,
            at=dict(self.at),
            query=(*self.where, *_paging(number, self.per_page)),
        )

    def _read(self, read_page: ReadPage[T], reply: Reply, announced: int) -> Page[T]:
        count, url, rows = read_page(reply)
        following = _number(url)
        if following is not None:
            following = f"{following}:{max(count, announced)}"
        return Page(rows, following, count)

    def _rows(self, kind: type[R], reply: Reply) -> tuple[int, str | None, tuple[R, ...]]:
        envelope = read(_envelope_of(kind), reply, of=self.operation)
        return envelope.count, envelope.next, tuple(envelope.results)


@cache
def _envelope_of(kind: type[R]) -> type[Envelope[R]]:
    """The page of a kind of rows; putting such a class together takes longer than reading a page with it."""
    return Envelope[kind]  # type: ignore[valid-type]  # made at run time


def _paging(number: str, per_page: int) -> Iterator[tuple[str, str]]:
    # `query_of` would turn the underscore of per_page into a hyphen.
    yield from query_of(page=number)
    yield "per_page", str(per_page)


def _number(url: str | None) -> str | None:
    # Only the page number is taken from the absolute address: a reply must not send us, and the key, elsewhere.
    if url is None:
        return None
    number = parse_qs(urlsplit(url).query).get("page", [""])[0]
    if not number.isdecimal():
        raise Unintelligible(
            "the address of the next page carries no page number.",
            remedy="Report it to the plugin's author; nothing was changed.",
        )
    return number


def _place(cursor: str | None) -> tuple[str, int]:
    """The page's number, and the rows announced so far."""
    number, _, announced = (cursor or "1:0").partition(":")
    if not (number.isdecimal() and announced.isdecimal()):
        raise Unintelligible(
            "the cursor is none of this product's.",
            remedy="Use what the last page named as its next.",
        )
    return number, int(announced)


def _shrunk(operation: str) -> Unintelligible:
    return Unintelligible(
        "rows went away while they were listed.",
        remedy="Others may be missing from the list for that reason, so list again. Nothing was changed.",
        operation=operation,
    )


def _circular(operation: str) -> Unintelligible:
    return Unintelligible(
        "the list leads back to a page already read.",
        remedy="Repeat later; if it stays so, report it to the product's support. Nothing was changed.",
        operation=operation,
    )
