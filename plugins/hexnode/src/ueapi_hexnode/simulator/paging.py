"""Listings: page, envelope, and absolute addresses on the caller's own host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from ueapi_hexnode.simulator.answers import Refused, answer_encoded, encoded

T = TypeVar("T")

DEFAULT_PER_PAGE: Final = 100
LARGEST_PER_PAGE: Final = 250


def page(request: Request, rows: Sequence[T], show: Callable[[T], object]) -> Response:
    """One page of rows. Source: envelope and links as live portals give them; see the two guesses.

    Guess: 100 rows unless told, and never more than 250, both known from published clients only.
    """
    return page_encoded(request, rows, lambda row: encoded(show(row)))


def page_encoded(request: Request, rows: Sequence[T], show: Callable[[T], str]) -> Response:
    """The same, of rows that are in JSON already."""
    size = _size(request.query_params.get("per_page"))
    number = _number(request.query_params.get("page"))
    last = max(-(-len(rows) // size), 1)
    if not 1 <= number <= last:
        raise Refused(404, {"detail": "Invalid page."})
    start = (number - 1) * size
    following = encoded(_link(request, number + 1) if number < last else None)
    previous = encoded(_link(request, number - 1) if number > 1 else None)
    results = ",".join(show(row) for row in rows[start : start + size])
    return answer_encoded(
        f'{{"count":{len(rows)},"next":{following},"previous":{previous},"results":[{results}]}}'
    )


def ordered(request: Request, rows: Sequence[T], name: Callable[[T], str]) -> list[T]:
    """Rows by name when `order_by` says so. Source: published clients use `asc` and `desc`."""
    direction = request.query_params.get("order_by")
    if direction not in ("asc", "desc"):
        return list(rows)
    return sorted(rows, key=lambda row: name(row).casefold(), reverse=direction == "desc")


def _size(asked: str | None) -> int:
    """Guess: a size that is no positive number is ignored, one above the largest is lowered."""
    if asked is None or not asked.isdecimal() or int(asked) == 0:
        return DEFAULT_PER_PAGE
    return min(int(asked), LARGEST_PER_PAGE)


def _number(asked: str | None) -> int:
    if asked is None:
        return 1
    return int(asked) if asked.isdecimal() else 0


def _link(request: Request, number: int) -> str:
    url = request.url
    if number == 1:
        return str(url.remove_query_params("page"))
    return str(url.include_query_params(page=number))
