"""HTTP without a network: requests are answered by the simulators' applications in this process.

Handlers of a simulator never wait for anything, so their coroutines can be driven to the end without an event loop.
That keeps a rehearsal on one thread and one clock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from typing import Any, TypeVar

import httpx
from attrs import define, field

from ueapi.flow import Reply

T = TypeVar("T")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Drive a coroutine that never waits to its end.

    Raises:
        RuntimeError: it waited for something, which a handler of a simulator must not do.
    """
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    raise RuntimeError("a handler of a simulator waited for something outside of it")


@define
class _Exchange:
    """One request on its way through an application."""

    body: bytes
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(factory=list)
    parts: list[bytes] = field(factory=list)
    is_read: bool = False

    async def receive(self) -> Message:
        if self.is_read:
            return {"type": "http.disconnect"}
        self.is_read = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self.parts.append(message.get("body", b""))


def _scope(request: httpx.Request) -> Message:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(k.lower(), v) for k, v in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port or 443),
        "client": ("127.0.0.1", 40000),
        "root_path": "",
    }


@define
class Network:
    """Applications by host name; whoever isn't here can't be reached."""

    hosts: dict[str, Application] = field(factory=dict)

    def reaches(self, url: str) -> bool:
        """Whether the URL's host is here."""
        return httpx.URL(url).host in self.hosts

    def answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        """Have the host's application answer.

        Raises:
            httpx.ConnectError: no such host.
            httpx.ReadError: the connection broke before the answer came.
            httpx.ReadTimeout: the answer came too slowly.
        """
        application = self.hosts.get(request.url.host)
        if application is None:
            raise httpx.ConnectError(f"no host {request.url.host} here", request=request)
        exchange = _Exchange(body)
        try:
            finished(_called(application, _scope(request), exchange))
        except ConnectionError as problem:
            raise httpx.ReadError(str(problem), request=request) from problem
        except TimeoutError as problem:
            raise httpx.ReadTimeout(str(problem), request=request) from problem
        return httpx.Response(
            exchange.status,
            headers=[(k, v) for k, v in exchange.headers],
            content=b"".join(exchange.parts),
            request=request,
        )

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request as a phone does, without a client's machinery."""
        request = httpx.Request(method, url, headers=dict(headers), content=body)
        response = self.answer(request, body)
        return Reply(response.status_code, dict(response.headers), response.content)


async def _called(application: Application, scope: Message, exchange: _Exchange) -> None:
    await application(scope, exchange.receive, exchange.send)


class InProcess(httpx.BaseTransport):
    """A transport for a blocking client."""

    def __init__(self, network: Network) -> None:
        """Reach these hosts only."""
        self._network = network

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        return self._network.answer(request, request.read())


class AsyncInProcess(httpx.AsyncBaseTransport):
    """A transport for an asynchronous client."""

    def __init__(self, network: Network) -> None:
        """Reach these hosts only."""
        self._network = network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        return self._network.answer(request, await request.aread())
