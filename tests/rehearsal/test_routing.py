"""The indexed router answers exactly as the plain one."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router

from ueapi.rehearsal.routing import IndexedRouter, Straight, indexed_application
from ueapi.rehearsal.wire import Network

PATHS = (
    ("/devices", ["GET"]),
    ("/devices/{id}", ["GET", "PATCH"]),
    ("/devices/detail", ["POST"]),
    ("/devices", ["PUT"]),
    ("/devices/{id:int}/apps/", ["GET"]),
    ("/files/{rest:path}", ["GET"]),
    ("/files/plain", ["POST"]),
)


def saying(text: str):
    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{text} {dict(request.path_params)}")

    return answer


def routes() -> list[Route]:
    return [
        Route(path, saying(f"{at} {path}"), methods=way) for at, (path, way) in enumerate(PATHS)
    ]


def answered(router: Router, method: str, path: str):
    network = Network({"x.example.org": router})
    reply = network.send(method, f"https://x.example.org{path}", {}, b"")
    return reply.status, reply.headers.get("location"), reply.body


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/devices",
        "/devices/",
        "/devices/7",
        "/devices/detail",
        "/devices/7/apps/",
        "/devices/x/apps/",
        "/devices/7/apps",
        "/files/plain",
        "/files/a/b/c",
        "/nowhere",
        "/",
    ],
)
def test_a_request_finds_the_route_the_plain_router_finds(method, path):
    plain, indexed = Router(routes()), IndexedRouter(routes())

    assert answered(indexed, method, path) == answered(plain, method, path)


class Short(Straight):
    """Says which item it was asked for."""

    async def __call__(self, scope, receive, send):
        body = scope["path_params"].get("id", "none").encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


def mixed():
    seen = []

    class Noting:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            seen.append(scope["path"])
            await self.app(scope, receive, send)

    application = indexed_application(
        [
            Route("/short", Short(), methods=["PUT"]),
            Route("/short/{id}", Short(), methods=["PUT"]),
            Route("/short/{id}/long", saying("long"), methods=["PUT"]),
            Route("/{any}/other", saying("other"), methods=["PUT"]),
        ]
    )
    application.add_middleware(Noting)
    return application, seen


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "is_noted"),
    [
        ("PUT", "/short", 200, b"none", False),
        ("PUT", "/short/7", 200, b"7", False),
        ("GET", "/short/7", 405, b"Method Not Allowed", True),
        ("PUT", "/short/7/long", 200, b"long {'id': '7'}", True),
        ("PUT", "/short/other", 200, b"other", False),
        ("PUT", "/x/other", 200, b"other {'any': 'x'}", True),
        ("PUT", "/short/7/8/9", 404, b"Not Found", True),
    ],
)
def test_only_endpoints_that_answer_by_themselves_skip_the_middleware(
    method, path, status, body, is_noted
):
    application, seen = mixed()

    found = answered(application, method, path)

    assert (found[0], found[2], bool(seen)) == (status, body, is_noted)


@pytest.mark.parametrize("method", ["PUT", "GET", "HEAD"])
@pytest.mark.parametrize("path", ["/short", "/short/7", "/short/{id}", "/taken", "/any/other"])
def test_a_request_is_answered_alike_however_often_it_and_others_came_before(method, path):
    def application():
        return indexed_application(
            [
                Route("/short", Short(), methods=["PUT"]),
                Route("/{any}", saying("any"), methods=["GET"]),
                Route("/short/{id}", Short(), methods=["PUT"]),
                Route("/taken", Short(), methods=["PUT", "GET"]),
                Route("/{any}/other", Short(), methods=["PUT"]),
            ]
        )

    often, once = application(), application()
    for other in ("/short", "/short/7", "/taken", "/any/other"):
        answered(often, "PUT", other)

    found = [answered(often, method, path) for _ in range(2)]

    assert found == [answered(once, method, path)] * 2
