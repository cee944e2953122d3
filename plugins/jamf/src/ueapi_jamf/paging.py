"""Walking Jamf Pro's numbered pages."""

from __future__ import annotations

from ueapi.errors import Unintelligible


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
