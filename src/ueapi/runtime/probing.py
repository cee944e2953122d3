"""Asking a web server one thing and looking closely: how it was reached, by which certificate, and what it said."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Protocol

import httpx
from attrs import field, frozen

from ueapi.runtime.transport import CONNECT_TIMEOUT, READ_TIMEOUT, USER_AGENT

LARGEST: Final = 256 * 1024
"""Bytes of an answer that are looked at."""


_NO_ADDRESS: Final = (
    "name or service",
    "getaddrinfo",
    "no address",
    "nodename nor",
    "address family for hostname",
)
"""How systems say that a name has no network address, or none of the kind asked for."""
_NO_WAY: Final = (
    "network is unreachable",
    "cannot assign requested address",
    "can't assign requested address",
    "address family not supported",
)
"""How systems say that they themselves have no way over that kind of address."""


class Over(StrEnum):
    """By which kind of network address a server is asked."""

    ANY = "any"
    IPV4 = "IPv4"
    IPV6 = "IPv6"


class Trouble(StrEnum):
    """Why there was no answer."""

    NO_ADDRESS = "no-address"
    """The name has no network address of that kind."""
    NO_WAY = "no-way"
    """The computer that asks has no route there, such as one without IPv6."""
    NO_CONNECTION = "no-connection"
    TLS = "tls"
    """The certificate isn't trusted, or the two sides found no common version."""
    NO_ANSWER = "no-answer"


@frozen(kw_only=True)
class Tls:
    """How the connection was protected. `version` as in "TLSv1.3"; `ends` is when the certificate does, UTC."""

    version: str
    ends: datetime | None


@frozen(kw_only=True)
class Seen:
    """An answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    tls: Tls | None = None


@frozen
class Unseen:
    """No answer, and why."""

    trouble: Trouble
    reason: str


class Look(Protocol):
    """Asks; never follows a redirection by itself."""

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        over: Over = Over.ANY,
    ) -> Seen | Unseen:
        """Ask once."""
        ...


class _Protected(Protocol):
    """What a connection knows of its protection, whichever class the library made it of."""

    def version(self) -> str | None: ...

    def getpeercert(self) -> Mapping[str, object] | None: ...


@frozen
class Looker:
    """Asks over the real network; `trust` holds certificates to trust besides the usual ones."""

    trust: ssl.SSLContext | None = None

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        over: Over = Over.ANY,
    ) -> Seen | Unseen:
        """Ask once, in a connection of its own."""
        source = {Over.ANY: None, Over.IPV4: "0.0.0.0", Over.IPV6: "::"}[over]  # noqa: S104 - where from, not where to
        verify = self.trust or ssl.create_default_context()
        timeout = httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT)
        try:
            with (
                httpx.HTTPTransport(verify=verify, local_address=source) as transport,
                httpx.Client(transport=transport, timeout=timeout) as client,
                client.stream(
                    method,
                    url,
                    headers={"user-agent": USER_AGENT, **(headers or {})},
                    content=body or None,
                ) as response,
            ):
                return _seen(response)
        except (httpx.TransportError, httpx.DecodingError, httpx.InvalidURL) as problem:
            return _unseen(problem)


def _seen(response: httpx.Response) -> Seen:
    tls = _tls(response)
    body = b""
    for part in response.iter_bytes():
        body += part
        if len(body) > LARGEST:
            break
    return Seen(
        status=response.status_code,
        headers={k.lower(): v for k, v in response.headers.items()},
        body=body[:LARGEST],
        tls=tls,
    )


def _tls(response: httpx.Response) -> Tls | None:
    stream = response.extensions.get("network_stream")
    found: _Protected | None = stream.get_extra_info("ssl_object") if stream is not None else None
    if found is None:
        return None
    ends = (found.getpeercert() or {}).get("notAfter")
    return Tls(
        version=found.version() or "none",
        ends=datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
        if isinstance(ends, str)
        else None,
    )


def _unseen(problem: httpx.TransportError | httpx.DecodingError | httpx.InvalidURL) -> Unseen:
    text = str(problem).partition("\n")[0][:160]
    lowered = text.casefold()
    if "wrong_version_number" in lowered or "wrong version number" in lowered:
        return Unseen(Trouble.TLS, "the server speaks no TLS there, and perhaps plain http")
    if "ssl" in lowered or "certificate" in lowered or "tls" in lowered:
        return Unseen(Trouble.TLS, text)
    if any(words in lowered for words in _NO_ADDRESS):
        return Unseen(Trouble.NO_ADDRESS, text)
    if any(words in lowered for words in _NO_WAY):
        return Unseen(Trouble.NO_WAY, text)
    if isinstance(problem, httpx.ConnectError | httpx.ConnectTimeout):
        return Unseen(Trouble.NO_CONNECTION, text or "no connection in time")
    return Unseen(Trouble.NO_ANSWER, text or "no answer in time")
