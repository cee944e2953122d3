"""Listings: pages by number, and walking all of them within one flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from ueapi.errors import Unintelligible
from ueapi.flow import Flow, Page, ask
from ueapi_maas360.facets.calls import Account
from ueapi_maas360.wire.reading import Record, read

MATCH_EXACTLY: Final = {"match": "1"}
"""Without it, a search takes what begins with the text."""


@frozen(kw_only=True)
class Listing:
    """One of the product's lists. `root` and `row` name the answer's elements, `rows` is the page size to ask for."""

    account: Account
    operation: str
    path: str
    root: str
    row: str
    rows: int
    where: Mapping[str, str] = field(factory=dict)
    at: Mapping[str, str] = field(factory=dict)

    def page(self, cursor: str | None) -> Flow[Page[Record]]:
        """Read one page. A cursor is a page's number and how many rows came before it, such as "2:250".

        The rows are counted, so that a product that gives fewer than asked on each page is listed to its end too.

        Raises:
            Unintelligible: another page came than was asked for, as some of this product's lists give beyond their end.
        """
        number, before = _place(cursor)
        call = self.account.reading(
            self.operation,
            self.path,
            at=self.at,
            query={**self.where, "pageSize": str(self.rows), "pageNumber": str(number)},
        )
        answer = read((yield from ask(call)), self.root, of=self.operation)
        rows = answer.records(self.row)
        if rows and answer.number("pageNumber") not in (None, number):
            raise answer.misfit("pageNumber", "the page that was asked for")
        return self._page(rows, number, before, total=answer.number("count"))

    def walk(self) -> Flow[tuple[Record, ...]]:
        """Read all pages: one call for each started `rows` rows.

        Raises:
            Unintelligible: fewer rows came than the product announced.
        """
        rows: list[Record] = []
        cursor: str | None = None
        while True:
            page = yield from self.page(cursor)
            rows += page.items
            cursor = page.next
            if cursor is None:
                self._require_all(len(rows), page.total)
                return tuple(rows)

    def _page(
        self, rows: tuple[Record, ...], number: int, before: int, *, total: int | None
    ) -> Page[Record]:
        seen = before + len(rows)
        is_last = len(rows) < self.rows if total is None else seen >= total
        return Page(rows, None if is_last or not rows else f"{number + 1}:{seen}", total)

    def _require_all(self, rows: int, total: int | None) -> None:
        if total is not None and rows < total:
            raise Unintelligible(
                f"{rows} rows came where {total} are announced.",
                remedy="They may be changing just now; repeat. Nothing was changed.",
                operation=self.operation,
            )


def _place(cursor: str | None) -> tuple[int, int]:
    """The page's number, and how many rows came before it."""
    number, _, before = (cursor or "1:0").partition(":")
    if not (number.isdecimal() and before.isdecimal()):
        raise Unintelligible(
            "the cursor is none of this product's.",
            remedy="Use what the last page named as its next.",
        )
    return int(number), int(before)
