"""Where a mover can be told to die: around every request, every message to people, and every ledger transaction.

Each point reached is a line of a trace on disk, which outlives the process. So the points are counted over all the
processes of one move, and each is met once.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from sqlite3 import Connection as SqliteConnection
from typing import Any, Literal, TypeVar

import httpx
from attrs import define, field, frozen
from sqlalchemy import Engine, event

T = TypeVar("T")

Moment = Literal["before", "after"]
Place = tuple[Moment, str]
"""A moment, and what was about to happen or had happened."""

DIED = 77
"""Exit code of a mover that met its point."""
CHANGING = re.compile(r"(POST|PUT|PATCH|DELETE) (?!.*/token$)|ask |task ")
"""What reaches a product or a person; whoever dies around it knows least."""
CERTAIN = re.compile(
    r"ledger (opened|closed|wave) (?!apps)|POST /api/v1/(users|usergroups|policy)/$"
)
"""What every run of a plan does as often as the first, whenever its processes die."""
OFTEN = 5
"""What happened less often, and is not certain, may not happen again."""
EARLY = 0.6
"""Part of the uncertain occurrences to choose among: another run may have fewer."""
_NUMBER = re.compile(r"(?<=/)[0-9][0-9A-Za-z-]*(?=/|$)")


@frozen(order=True)
class Point:
    """The n-th time, counted from 1 over the whole move, that a moment of something comes."""

    moment: Moment
    what: str
    n: int

    def __str__(self) -> str:
        return f"{self.moment} {self.what} (number {self.n})"


@define
class Sentinel:
    """Writes down each point that is reached, and ends the process at those it was given."""

    trace: int
    """Handle of the file of points, open for appending."""
    counts: Counter[Place] = field(factory=Counter)
    deadly: frozenset[Point] = frozenset()

    def reach(self, moment: Moment, what: str) -> None:
        self.counts[moment, what] += 1
        os.write(self.trace, f"{moment} {what}\n".encode())
        if Point(moment, what, self.counts[moment, what]) in self.deadly:
            os._exit(DIED)

    def around(self, what: str, act: Callable[[], T]) -> T:
        self.reach("before", what)
        result = act()
        self.reach("after", what)
        return result


class Watched(httpx.BaseTransport):
    """The real network, with a point before each request and one after its whole answer has arrived.

    `settle` is called before each request.
    """

    def __init__(self, sentinel: Sentinel, settle: Callable[[], None]) -> None:
        self._sentinel, self._settle = sentinel, settle
        # Reading certificates, which plain http needs none of, takes longer than all else a new mover does.
        self._inner = httpx.HTTPTransport(verify=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._settle()
        what = f"{request.method} {_NUMBER.sub('N', request.url.path)}"
        return self._sentinel.around(what, lambda: self._answered(request))

    def _answered(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        response.read()
        return response

    def close(self) -> None:
        self._inner.close()


def watch_ledgers(sentinel: Sentinel) -> None:
    """Put a point before and after each transaction of any ledger this process opens from now on."""
    written: list[str] = []

    class Watching(SqliteConnection):
        def commit(self) -> None:
            what = f"ledger {written[-1]}" if written else ""
            written.clear()
            if what:
                sentinel.around(what, super().commit)
            else:
                super().commit()

    @event.listens_for(Engine, "do_connect")
    def connect(_: object, __: object, ___: object, settings: dict[str, Any]) -> None:
        settings["factory"] = Watching

    @event.listens_for(Engine, "rollback")
    def forget(_: object) -> None:
        written.clear()

    @event.listens_for(Engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, ___: Any, context: Any, ____: Any) -> None:
        written.extend(_told(statement, context))


def _told(statement: str, context: Any) -> Iterator[str]:
    """What a statement writes, in the words of the evidence where it is an entry of it."""
    words = statement.split(maxsplit=3)
    match words:
        case ["INSERT", "INTO", "evidence", *_]:
            for row in context.compiled_parameters:
                yield f"{row['kind']} {row['action']}"
        case ["INSERT" | "DELETE", _, table, *_] | ["UPDATE", table, *_]:
            yield table


# -- reading and choosing ---------------------------------------------------------------------------


def read_trace(path: Path) -> list[Point]:
    """Every point of a move in order, numbered."""
    counts: Counter[Place] = Counter()
    found = []
    for line in path.read_text().splitlines():
        place = place_of(line)
        counts[place] += 1
        found.append(Point(*place, counts[place]))
    return found


def place_of(line: str) -> Place:
    """Read a line of a trace."""
    moment, what = line.split(" ", 1)
    return ("before" if moment == "before" else "after"), what


def chosen(trace: Iterable[Point], *, deaths: int, rng: Random) -> list[Point]:
    """Points to die at, in the order of the trace: one of every kind in turn, changes first, until there are enough."""
    order = {point: at for at, point in enumerate(trace)}
    kinds = _by_kind(order)
    for points in kinds:
        rng.shuffle(points)
    rng.shuffle(kinds)
    kinds.sort(key=lambda points: CHANGING.match(points[0].what) is None)
    found: list[Point] = []
    while kinds and len(found) < deaths:
        found += [points.pop() for points in kinds[: deaths - len(found)]]
        kinds = [points for points in kinds if points]
    return sorted(found, key=lambda point: order[point])


def _by_kind(trace: Iterable[Point]) -> list[list[Point]]:
    kinds: dict[Place, list[Point]] = {}
    for point in trace:
        kinds.setdefault((point.moment, point.what), []).append(point)
    return [few for points in kinds.values() if (few := _repeatable(points))]


def _repeatable(points: list[Point]) -> list[Point]:
    what = points[0].what
    if CERTAIN.match(what):
        return points
    if len(points) >= OFTEN:
        return points[: int(len(points) * EARLY)]
    return points[:1] if CHANGING.match(what) else []
