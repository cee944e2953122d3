"""The indexed router answers exactly as the plain one."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router

from ueapi.rehearsal.routing import IndexedRouter
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
