"""Walking Jamf Pro's numbered pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ueapi.errors import Unintelligible
from ueapi.flow import Call, Flow, Reply, ask

T = TypeVar("T")


def page_number(cursor: str | None) -> int:
    """The zero-based page a cursor names; a cursor is the page's number as text.

    Raises:
        Unintelligible: the cursor was not made by this backend.
    """
    if cursor is None:
        return 0
    if not cursor.isdecimal():
        raise Unintelligible(
            "the cursor is not a page number.", remedy="Use what the last page named as its next."
        )
    return int(cursor)


def next_cursor(*, page: int, size: int, rows: int, total: int) -> str | None:
    """The cursor of the page after this one, or `None` at the end.

    Jamf Pro caps page sizes without saying so; all of ours are below the known caps. A short page before the end
    means a lower cap, and going on would skip rows.

    Raises:
        Unintelligible: a page before the last one is shorter than asked.
    """
    if rows == 0 or page * size + rows >= total:
        return None
    if rows != size:
        raise Unintelligible(
            f"page {page} holds {rows} rows where {size} were asked and {total} are announced.",
            remedy="The server caps pages lower than known; report it to the plugin's author.",
        )
    return str(page + 1)


def every_row(
    call_at: Callable[[int], Call],
    read_page: Callable[[Reply], tuple[Sequence[T], int]],
    *,
    size: int,
) -> Flow[tuple[T, ...]]:
    """Walk all pages of a listing that belongs to one object, such as the members of a group.

    Raises:
        Unintelligible: the pages end before the announced total.
    """
    rows: list[T] = []
    cursor: str | None = None
    while True:
        page = page_number(cursor)
        found, total = read_page((yield from ask(call_at(page))))
        rows.extend(found)
        cursor = next_cursor(page=page, size=size, rows=len(found), total=total)
        if cursor is None:
            _require_all(len(rows), total)
            return tuple(rows)


def _require_all(rows: int, total: int) -> None:
    if rows < total:
        raise Unintelligible(
            f"{rows} rows came where {total} are announced.",
            remedy="They may be changing just now; repeat.",
        )
