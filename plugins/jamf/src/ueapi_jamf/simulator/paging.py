"""Pages and order of a list. Source: Jamf Pro API 11.30 schema, `page`, `page-size`, `sort`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Generic, TypeVar

from attrs import define, field, frozen
from starlette.requests import Request
from starlette.responses import Response

from ueapi_jamf.simulator.answers import Json, answer_encoded, answer_json, refuse

T = TypeVar("T")

LARGEST_PAGE: Final = 2000
"""Rows of one page. Asking for more gets this many and no error; observed, not declared."""
LARGEST_USER_PAGE: Final = 1000
"""Rows of one page of users; declared as the parameter's maximum."""
_ORDERS_KEPT: Final = 8


@frozen
class Window:
    """Which rows of a list were asked for."""

    page: int
    size: int

    def cut(self, rows: Sequence[T]) -> Sequence[T]:
        """These rows of all."""
        return rows[self.page * self.size : (self.page + 1) * self.size]


def window(request: Request, largest: int = LARGEST_PAGE) -> Window:
    """Read `page` and `page-size`; a size beyond the largest is made smaller silently.

    Raises:
        Refused: one is no number, or is negative. Guess: the code.
    """
    page = _number(request, "page", 0, least=0)
    size = _number(request, "page-size", 100, least=1)
    return Window(page, min(size, largest))


def _number(request: Request, name: str, otherwise: int, *, least: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return otherwise
    if not text.isascii() or not text.isdecimal() or int(text) < least:
        refuse(400, "INVALID_FIELD", f"{name} must be a number of at least {least}", field=name)
    return int(text)


Order = tuple[tuple[str, bool], ...]
"""Fields to sort by, each with whether it is descending."""


def order(request: Request, otherwise: str, allowed: Iterable[str]) -> Order:
    """Read `sort`: fields separated by commas or as several parameters, each with an optional direction.

    Raises:
        Refused: a field can't be sorted by, or the direction is neither `asc` nor `desc`. Guess: the code.
    """
    texts = [t for v in request.query_params.getlist("sort") for t in v.split(",") if t.strip()]
    known = frozenset(allowed)
    return tuple(_direction(text.strip(), known) for text in texts or [otherwise])


def _direction(text: str, allowed: frozenset[str]) -> tuple[str, bool]:
    name, _, way = text.partition(":")
    if name not in allowed:
        refuse(400, "INVALID_FIELD", "The field can't be used to sort", field=name)
    if way.casefold() not in {"", "asc", "desc"}:
        refuse(400, "INVALID_FIELD", "The direction must be asc or desc", field=name)
    return name, way.casefold() == "desc"


def in_order(
    rows: Iterable[T], wanted: Order, value: Callable[[T, str], object], tie: Callable[[T], object]
) -> list[T]:
    """The rows sorted; equal ones by `tie`, so that pages never overlap."""
    found = sorted(rows, key=lambda row: sortable(tie(row)))
    for name, is_descending in reversed(wanted):
        found.sort(key=lambda row: sortable(value(row, name)), reverse=is_descending)
    return found


def sortable(value: object) -> tuple[int, float, str]:
    """A key for values of one field: nothing first, then numbers, then texts without regard to case."""
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, bool | int | float):
        return (1, float(value), "")
    return (2, 0.0, str(value).casefold())


@define
class Orders(Generic[T]):
    """Remembers how a table was sorted, until it changes."""

    _kept: dict[Order, tuple[int, Sequence[T]]] = field(factory=dict)

    def get(self, wanted: Order, version: int, make: Callable[[], Sequence[T]]) -> Sequence[T]:
        """The order made for this version of the table, or a new one."""
        kept = self._kept.get(wanted)
        if kept is not None and kept[0] == version:
            return kept[1]
        while len(self._kept) >= _ORDERS_KEPT:
            self._kept.pop(next(iter(self._kept)))
        made = make()
        self._kept[wanted] = (version, made)
        return made


def page_of(total: int, results: Sequence[Mapping[str, object]]) -> Response:
    """The envelope of most lists."""
    envelope: Json = {"totalCount": total, "results": results}
    return answer_json(envelope)


def page_of_encoded(total: int, results: Iterable[bytes]) -> Response:
    """The same envelope around rows that are in JSON already."""
    return answer_encoded(b'{"totalCount":%d,"results":[%b]}' % (total, b",".join(results)))
