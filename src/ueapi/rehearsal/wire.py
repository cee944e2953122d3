"""HTTP without a network: requests are answered by the simulators' applications in this process.

Handlers of a simulator never wait for anything, so their coroutines can be driven to the end without an event loop.
That keeps a rehearsal on one thread and one clock.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, MutableMapping
from functools import lru_cache
from tempfile import NamedTemporaryFile
from typing import Any, Final, TypeVar

import httpx
from attrs import define, field, frozen

from ueapi.flow import Reply
from ueapi.rehearsal.proving import Tls

T = TypeVar("T")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

Headers = list[tuple[bytes, bytes]]

_ADDRESSES_KEPT: Final = 4096
_DEFAULT_PORT: Final = 443
LARGEST_ANSWER: Final = 16 * 1024 * 1024
"""Bytes a device reads of one answer."""
MOST_WAITS: Final = 6


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
    headers: Headers = field(factory=list)
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


@frozen
class _Address:
    """The parts of a URL as an application is told them."""

    host: str
    port: int
    scheme: str
    path: str
    raw_path: bytes
    query: bytes
    name: bytes
    """As the header says it."""


_PLAIN: Final = re.compile(
    r"(?!.*/\.{1,2}(?:[/?]|$))(https)://([a-z0-9][a-z0-9.-]*)"
    r"(/[A-Za-z0-9/._~-]*)(?:\?([A-Za-z0-9=&_.~%+-]*))?"
)
"""URLs whose parts stand in them as they are."""


@lru_cache(maxsize=_ADDRESSES_KEPT)
def _address(text: str) -> _Address:
    """Take a URL apart; the same ones come again all the time."""
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        scheme, host, path, query = plain.groups(default="")
        return _Address(
            host=host,
            port=_DEFAULT_PORT,
            scheme=scheme,
            path=path,
            raw_path=path.encode(),
            query=query.encode(),
            name=host.encode(),
        )
    url = httpx.URL(text)
    return _Address(
        host=url.host,
        port=url.port or _DEFAULT_PORT,
        scheme=url.scheme,
        path=url.path,
        raw_path=url.raw_path.split(b"?")[0],
        query=url.query,
        name=url.netloc,
    )


def _scope(method: str, at: _Address, headers: Headers, tls: Tls | None) -> Message:
    return {
        "extensions": {} if tls is None else {"tls": tls},
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "headers": headers,
        "scheme": at.scheme,
        "path": at.path,
        "raw_path": at.raw_path,
        "query_string": at.query,
        "server": (at.host, at.port),
        "client": ("127.0.0.1", 40000),
        "root_path": "",
    }


@define
class Network:
    """Applications by host name; whoever isn't here can't be reached."""

    hosts: dict[str, Application] = field(factory=dict)

    def reaches(self, url: str) -> bool:
        """Whether the URL's host is here."""
        return _address(url).host in self.hosts

    def answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        """Have the host's application answer.

        Raises:
            httpx.ConnectError: no such host.
            httpx.ReadError: the connection broke before the answer came.
            httpx.ReadTimeout: the answer came too slowly.
        """
        headers = [(k.lower(), v) for k, v in request.headers.raw]
        exchange = self._exchanged(request.method, str(request.url), headers, body, request=request)
        return httpx.Response(
            exchange.status,
            headers=exchange.headers,
            content=b"".join(exchange.parts),
            request=request,
        )

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        tls: Tls | None = None,
    ) -> Reply:
        """Send a request as a phone does, without a client's machinery; it fails as `answer` does.

        `tls` is the connection of a phone that has an identity.
        """
        sent = [(b"host", _address(url).name)]
        sent += [(k.lower().encode(), v.encode()) for k, v in headers.items()]
        if body:
            sent.append((b"content-length", str(len(body)).encode()))
        exchange = self._exchanged(method, url, sent, body, tls=tls)
        return Reply(exchange.status, _texts(exchange.headers), b"".join(exchange.parts))

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        tls: Tls | None = None,
    ) -> Reply:
        """The same as `send`, for whoever doesn't know this library.

        Raises:
            ConnectionError: there was no answer, for whatever reason.
        """
        try:
            return self.send(method, url, headers, body, tls=tls)
        except httpx.TransportError as problem:
            raise ConnectionError(str(problem)) from None

    def _exchanged(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: bytes,
        *,
        request: httpx.Request | None = None,
        tls: Tls | None = None,
    ) -> _Exchange:
        at = _address(url)
        application = self.hosts.get(at.host)
        if application is None:
            raise httpx.ConnectError(f"no host {at.host} here", request=request)
        exchange = _Exchange(body)
        try:
            finished(_called(application, _scope(method, at, headers, tls), exchange))
        except ConnectionError as problem:
            raise httpx.ReadError(str(problem), request=request) from problem
        except TimeoutError as problem:
            raise httpx.ReadTimeout(str(problem), request=request) from problem
        return exchange


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers with names in lower case; what comes several times is joined with commas."""
    found: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


async def _called(application: Application, scope: Message, exchange: _Exchange) -> None:
    await application(scope, exchange.receive, exchange.send)


@define
class RealNetwork:
    """Requests over real sockets, as a device sends them: redirections are not followed, TLS is verified.

    `trust` replaces the usual authorities, for trying out what isn't public yet. `seconds` bounds each wait, and
    the whole answer takes at most `MOST_WAITS` times as long.
    """

    trust: ssl.SSLContext | None = None
    seconds: float = 20.0
    monotonic: Callable[[], float] = time.monotonic

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send one request.

        Raises:
            ConnectionError: there was no answer, it is larger than `LARGEST_ANSWER`, or the server isn't trusted.
        """
        return self.asked(method, url, headers, body, cookies=httpx.Cookies())[0]

    def asked(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        cookies: httpx.Cookies,
    ) -> tuple[Reply, httpx.Cookies]:
        """As `ask`, with the cookies before and after it."""
        trust = self.trust or ssl.create_default_context()
        try:
            with (
                httpx.Client(verify=trust, timeout=self.seconds, cookies=cookies) as client,
                client.stream(method, url, headers=dict(headers), content=body or None) as reply,
            ):
                content = self._read(reply)
                kept = client.cookies
        except (httpx.TransportError, httpx.InvalidURL, httpx.DecodingError) as problem:
            raise ConnectionError(str(problem).partition("\n")[0]) from None
        return Reply(reply.status_code, _texts(_raw(reply)), content), kept

    def _read(self, reply: httpx.Response) -> bytes:
        until = self.monotonic() + MOST_WAITS * self.seconds
        content = bytearray()
        for part in reply.iter_bytes():
            content += part
            if len(content) > LARGEST_ANSWER:
                raise ConnectionError(f"the answer has more than {LARGEST_ANSWER} bytes")
            if self.monotonic() > until:
                raise ConnectionError("the answer comes too slowly")
        return bytes(content)


def present(context: ssl.SSLContext, certificates: bytes, key: bytes, password: bytes) -> None:
    """Have a context show a certificate (PEM, with those above it) where a server asks for one.

    The key is encrypted PEM: the library takes it from a file only.
    """
    with NamedTemporaryFile() as file:
        file.write(certificates + key)
        file.flush()
        context.load_cert_chain(file.name, password=password)


@define
class WebSheet:
    """The web page that a sign-in opens: as `RealNetwork`, and cookies are kept until it is closed."""

    network: RealNetwork
    _cookies: httpx.Cookies = field(factory=httpx.Cookies, repr=False)

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send one request; it fails as `RealNetwork.ask` does."""
        reply, self._cookies = self.network.asked(method, url, headers, body, cookies=self._cookies)
        return reply


def _raw(reply: httpx.Response) -> Headers:
    return [(k, v) for k, v in reply.headers.raw]


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
