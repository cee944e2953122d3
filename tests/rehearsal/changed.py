"""A product in front of a phone whose answers are changed on their way."""

from __future__ import annotations

from collections.abc import Callable

from tests.rehearsal.scene import Scene
from ueapi.rehearsal.wire import Application

HOST = "tiny.example.org"
Headers = list[tuple[bytes, bytes]]
Change = Callable[[str, int, Headers, bytes], tuple[Headers, bytes]]
"""From path, status, headers and body of an answer to its headers and body."""


def changing(inner: Application, change: Change) -> Application:
    """The same application with other answers."""

    async def application(scope, receive, send):
        started = {}

        async def changed(message):
            if message["type"] == "http.response.start":
                started.update(message)
                return
            path, status = scope["path"], started["status"]
            headers, body = change(path, status, list(started["headers"]), message["body"])
            headers = [(k, v) for k, v in headers if k != b"content-length"]
            await send({**started, "headers": headers})
            await send({**message, "body": body})

        await inner(scope, receive, changed)

    return application


def with_profile_key(here: Scene, key: str, value: str) -> None:
    """Let the product's enrollment profile have one more key, whose value is XML."""
    more = f"<key>{key}</key>{value}<key>ServerURL</key>".encode()

    def change(path: str, status: int, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
        del path, status
        is_profile = any(b"aspen-config" in value for _, value in headers)
        return headers, body.replace(b"<key>ServerURL</key>", more) if is_profile else body

    hosts = here.phone.network.hosts
    hosts[HOST] = changing(hosts[HOST], change)
