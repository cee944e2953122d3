"""Finding the route of a request without trying one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import define, field
from starlette.applications import Starlette
from starlette.convertors import PathConvertor
from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import Receive, Scope, Send

_HTTP: Final = "http"


@define
class _Index:
    """Routes by what tells them apart at once: the whole path, or how many steps it has."""

    plain: dict[str, list[BaseRoute]] = field(factory=dict)
    by_steps: dict[int, list[BaseRoute]] = field(factory=dict)
    anywhere: list[BaseRoute] = field(factory=list)
    """Routes whose paths may have any number of steps."""

    @classmethod
    def of(cls, routes: Sequence[BaseRoute]) -> _Index:
        """Sort routes in; each list keeps their order."""
        index = cls()
        simple = [r for r in routes if isinstance(r, Route) and not _is_open(r)]
        index.anywhere = [r for r in routes if not isinstance(r, Route) or _is_open(r)]
        for steps in {_steps(r.path) for r in simple}:
            index.by_steps[steps] = [
                r for r in routes if r in index.anywhere or _has_steps(r, steps)
            ]
        for path in {r.path for r in simple if not r.param_convertors}:
            index.plain[path] = [
                r for r in routes if not isinstance(r, Route) or r.path_regex.match(path)
            ]
        return index

    def candidates(self, path: str) -> Sequence[BaseRoute]:
        """Every route that can fit a path, in their order."""
        found = self.plain.get(path)
        return self.by_steps.get(_steps(path), self.anywhere) if found is None else found


class IndexedRouter(Router):
    """A router that looks a path up before it tries routes.

    It answers as its base class does: of several routes that fit, the first one wins, and one for another method only
    when none fits in full. Routes are indexed when the first request comes; add none after that.
    """

    _index: _Index | None = None

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to its route; what fits none goes the usual way."""
        chosen = self._chosen(scope)
        if chosen is None:
            await super().app(scope, receive, send)
            return
        route, found = chosen
        scope.setdefault("router", self)
        scope["route"] = route
        scope.update(found)
        await route.handle(scope, receive, send)

    def _chosen(self, scope: Scope) -> tuple[BaseRoute, Scope] | None:
        if scope["type"] != _HTTP or scope.get("root_path"):
            return None
        if self._index is None:
            self._index = _Index.of(self.routes)
        partial: tuple[BaseRoute, Scope] | None = None
        for route in self._index.candidates(scope["path"]):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return route, found
            if match is Match.PARTIAL and partial is None:
                partial = (route, found)
        return partial


def indexed_application(routes: Iterable[BaseRoute]) -> Starlette:
    """An application with that router."""
    application = Starlette()
    application.router = IndexedRouter(list(routes))
    return application


def _is_open(route: Route) -> bool:
    return any(isinstance(c, PathConvertor) for c in route.param_convertors.values())


def _has_steps(route: BaseRoute, steps: int) -> bool:
    return isinstance(route, Route) and _steps(route.path) == steps


def _steps(path: str) -> int:
    return path.count("/")
