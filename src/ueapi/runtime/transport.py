"""The network; no other module of the core knows the HTTP library."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Final, TypeAlias

import httpx

from ueapi.contract import Limits
from ueapi.errors import Unintelligible, UsageError
from ueapi.flow import Reply
from ueapi.runtime.bounds import Intake
from ueapi.runtime.clock import Clock
from ueapi.runtime.deeds import NoAnswer, Request

SyncTransport: TypeAlias = httpx.BaseTransport
AsyncTransport: TypeAlias = httpx.AsyncBaseTransport

CONNECT_TIMEOUT: Final = 5.0
READ_TIMEOUT: Final = 30.0
USER_AGENT: Final = "ueapi"

_NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_LONGEST_REASON: Final = 160
_ADDRESSES_KEPT: Final = 256
_NO_STREAM: Final = httpx.ByteStream(b"")


class SyncConnection:
    """Sends requests and blocks until they are answered; safe to use from several threads."""

    def __init__(
        self, limits: Limits, clock: Clock, transport: SyncTransport | None, *, direct: bool = False
    ) -> None:
        """Keep at most as many connections as the product allows at once; `direct` passes by any proxy."""
        keep_quiet()
        self._clock = clock
        self._address = _addresses()
        self._client = httpx.Client(
            transport=transport,
            limits=_pool(limits),
            follow_redirects=False,
            trust_env=not direct,
            headers={"user-agent": USER_AGENT},
        )

    def send(self, request: Request) -> Reply:
        """Send one request.

        Raises:
            NoAnswer: there was none, or not all of it arrived.
            Unintelligible: it is too large, or its encoding is broken.
            UsageError: the tenant was closed before.
        """
        _require_open(self._client.is_closed)
        with _quietly(), _translated(), self._stream(request) as response:
            intake = _intake(request, response, self._clock)
            for chunk in response.iter_bytes():
                intake.take(chunk)
            return _reply(response, intake)

    @contextmanager
    def _stream(self, request: Request) -> Iterator[httpx.Response]:
        with self._client.stream(
            request.method,
            self._address(request.url),
            headers=dict(request.headers),
            content=request.body,
            timeout=_timeouts(request),
        ) as response:
            yield response
        # The library's stream and response refer to each other; parted, the body is freed now and not some time later.
        response.stream = _NO_STREAM

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class AsyncConnection:
    """Sends requests for asynchronous callers."""

    def __init__(
        self,
        limits: Limits,
        clock: Clock,
        transport: AsyncTransport | None,
        *,
        direct: bool = False,
    ) -> None:
        """Keep at most as many connections as the product allows at once; `direct` passes by any proxy."""
        keep_quiet()
        self._clock = clock
        self._address = _addresses()
        self._client = httpx.AsyncClient(
            transport=transport,
            limits=_pool(limits),
            follow_redirects=False,
            trust_env=not direct,
            headers={"user-agent": USER_AGENT},
        )

    async def send(self, request: Request) -> Reply:
        """Send one request; raises as `SyncConnection.send`."""
        _require_open(self._client.is_closed)
        with _quietly(), _translated():
            async with self._client.stream(
                request.method,
                self._address(request.url),
                headers=dict(request.headers),
                content=request.body,
                timeout=_timeouts(request),
            ) as response:
                intake = _intake(request, response, self._clock)
                async for chunk in response.aiter_bytes():
                    intake.take(chunk)
                reply = _reply(response, intake)
            response.stream = _NO_STREAM
            return reply

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _pool(limits: Limits) -> httpx.Limits:
    most = max(limits.concurrency, 1)
    return httpx.Limits(max_connections=most, max_keepalive_connections=most)


def _addresses() -> Callable[[str], httpx.URL]:
    """Takes addresses apart; the same ones come again, above all pages of listings."""
    return lru_cache(maxsize=_ADDRESSES_KEPT)(httpx.URL)


def _timeouts(request: Request) -> httpx.Timeout:
    return httpx.Timeout(request.read_timeout, connect=request.connect_timeout)


def _intake(request: Request, response: httpx.Response, clock: Clock) -> Intake:
    intake = Intake(request, clock)
    intake.expect(response.headers.get("content-length"))
    return intake


def _reply(response: httpx.Response, intake: Intake) -> Reply:
    return Reply(response.status_code, dict(response.headers), intake.body())


def _require_open(is_closed: bool) -> None:
    if is_closed:
        raise UsageError("the tenant is closed.", remedy="Connect again; nothing was sent.")


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the HTTP library's errors into ours; none of them leaves this module."""
    try:
        yield
    except httpx.DecodingError as problem:
        raise Unintelligible(
            "the answer's content encoding is broken.",
            remedy="Check for a proxy between here and the product.",
        ) from problem
    except httpx.TransportError as problem:
        raise NoAnswer(_reason(problem), was_sent=not isinstance(problem, _NOT_SENT)) from problem
    except httpx.InvalidURL as problem:
        raise UsageError(
            "the address of the call is not valid.", remedy="Check `url`; nothing was sent."
        ) from problem


def _reason(problem: httpx.TransportError) -> str:
    match problem:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return "no connection in time"
        case httpx.TimeoutException():
            return "no answer in time"
        case _:
            text = str(problem).partition("\n")[0][:_LONGEST_REASON]
            return text or type(problem).__name__


# The HTTP library logs addresses and headers, and both can name people. Its records are dropped while it works for us;
# what it does for others in the same process stays as loud as they like.
_working_for_us: ContextVar[bool] = ContextVar("ueapi_sending", default=False)
_CHATTY: Final = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)


def _is_not_ours(_: logging.LogRecord) -> bool:
    return not _working_for_us.get()


def keep_quiet() -> None:
    """Have the HTTP library's loggers drop what they say about our requests; adding the filter twice is harmless."""
    for name in _CHATTY:
        logging.getLogger(name).addFilter(_is_not_ours)


@contextmanager
def _quietly() -> Iterator[None]:
    token = _working_for_us.set(True)
    try:
        yield
    finally:
        _working_for_us.reset(token)
