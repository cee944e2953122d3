"""Finding the route of a request without trying one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import define, field
from starlette.applications import Starlette
from starlette.convertors import PathConvertor
from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

_HTTP: Final = "http"


class Straight:
    """An endpoint that answers an ASGI request itself, refusals and all."""


@define
class _Index:
    """Routes by what tells them apart at once: the whole path, or how many steps it has."""

    plain: dict[str, list[BaseRoute]] = field(factory=dict)
    by_head: dict[tuple[int, str], list[BaseRoute]] = field(factory=dict)
    """By the number of steps and the first of them, where that is no parameter."""
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
        for head in {(_steps(r.path), _head(r.path)) for r in simple}:
            index.by_head[head] = [
                r for r in index.by_steps[head[0]] if r in index.anywhere or _may_begin(r, head[1])
            ]
        for path in {r.path for r in simple if not r.param_convertors}:
            index.plain[path] = [
                r for r in routes if not isinstance(r, Route) or r.path_regex.match(path)
            ]
        return index

    def candidates(self, path: str) -> Sequence[BaseRoute]:
        """Every route that can fit a path, in their order."""
        found = self.plain.get(path)
        if found is not None:
            return found
        steps = _steps(path)
        found = self.by_head.get((steps, _head(path)))
        return self.by_steps.get(steps, self.anywhere) if found is None else found


class IndexedRouter(Router):
    """A router that looks a path up before it tries routes.

    It answers as its base class does: of several routes that fit, the first one wins, and one for another method only
    when none fits in full. Routes are indexed when the first request comes; add none after that.
    """

    _index: _Index | None = None

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to its route; what fits none goes the usual way."""
        chosen = self.chosen(scope)
        if chosen is None:
            await super().app(scope, receive, send)
            return
        route, found = chosen
        scope.setdefault("router", self)
        scope["route"] = route
        scope.update(found)
        await route.handle(scope, receive, send)

    def chosen(self, scope: Scope) -> tuple[BaseRoute, Scope] | None:
        """The route of a request, and what its path says; `None` where the usual way has to find out."""
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

    def tries_first(self, route: Route) -> bool:
        """Whether no other route is asked before this one, which has no parameters, about its path."""
        return self._index is not None and self._index.candidates(route.path)[0] is route


class _Application(Starlette):
    """Messages of devices, most of all requests by far, skip what stands before the router for all others."""

    straight: frozenset[str] = frozenset()
    """How their paths begin."""
    known: dict[tuple[str, str], Route]
    """Their routes by method and path, as far as they were asked for and nothing else can decide."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        endpoint = self._straight_to(scope)
        await (super().__call__ if endpoint is None else endpoint)(scope, receive, send)

    def _straight_to(self, scope: Scope) -> ASGIApp | None:
        if scope["type"] != _HTTP or scope.get("root_path"):
            return None
        route = self.known.get((scope["method"], scope["path"]))
        if route is None:
            return self._searched(scope)
        scope["endpoint"], scope["path_params"] = route.endpoint, {}
        return route.app

    def _searched(self, scope: Scope) -> ASGIApp | None:
        router, path = self.router, scope["path"]
        if _head(path) not in self.straight or not isinstance(router, IndexedRouter):
            return None
        route, found = router.chosen(scope) or (None, {})
        if not isinstance(route, Route) or not _goes_straight(route):
            return None
        if scope["method"] not in (route.methods or ()):
            return None
        scope.update(found)
        if not route.param_convertors and router.tries_first(route):
            self.known[scope["method"], path] = route
        return route.app


def indexed_application(routes: Iterable[BaseRoute]) -> Starlette:
    """An application with that router. Endpoints of the kind `Straight` are reached without any middleware."""
    application, known = _Application(), list(routes)
    application.router, application.known = IndexedRouter(known), {}
    application.straight = frozenset(
        _head(r.path) for r in known if isinstance(r, Route) and _goes_straight(r)
    )
    return application


def _goes_straight(route: BaseRoute) -> bool:
    return isinstance(route, Route) and isinstance(route.endpoint, Straight)


def _head(path: str) -> str:
    return path[1:].partition("/")[0]


def _may_begin(route: BaseRoute, head: str) -> bool:
    own = _head(route.path) if isinstance(route, Route) else ""
    return own == head or "{" in own


def _is_open(route: Route) -> bool:
    return any(isinstance(c, PathConvertor) for c in route.param_convertors.values())


def _has_steps(route: BaseRoute, steps: int) -> bool:
    return isinstance(route, Route) and _steps(route.path) == steps


def _steps(path: str) -> int:
    return path.count("/")
