"""Call, Reply, Flow, Page: what everything that talks to a product is made of.

An adapter method is a *flow*: a generator that yields what it wants to ask, receives the replies, and returns a
model. It does no I/O. The runtime drives the same flow over a blocking or an asynchronous connection.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from enum import Enum
from typing import Final, Generic, TypeVar
from urllib.parse import quote

from attrs import field, frozen

from ueapi.errors import Unintelligible, UsageError

T = TypeVar("T")

JSON: Final = "application/json"


class Effect(Enum):
    """What a call may do to the product, and so what a lost reply means."""

    READS = "reads"
    """Changes nothing; may be repeated at will."""
    IDEMPOTENT = "idempotent"
    """Changes something, and doing it twice equals doing it once; may be repeated."""
    READABLE = "readable"
    """Changes something; after a lost reply, read whether it happened."""
    BLIND = "blind"
    """Changes something that can't be read back; re-sent at most once, and reported."""


@frozen(kw_only=True)
class Call:
    """One request, without host and credentials.

    `path` is a template such as `/users/{id}/`; values in `at` are percent-encoded into it, and only the template
    ever reaches a log.
    """

    operation: str
    method: str
    path: str
    effect: Effect
    at: Mapping[str, str] = field(factory=dict, repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    content_type: str | None = None
    accept: str = JSON
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    anonymous: bool = False
    """True for calls that carry their own credentials, such as buying a token."""

    @property
    def target(self) -> str:
        """The path with its values encoded in.

        Raises:
            UsageError: a place in the path has no value.
        """
        try:
            return self.path.format_map({k: quote(value, safe="") for k, value in self.at.items()})
        except (KeyError, IndexError, ValueError):
            raise UsageError(
                "a place in the call's path has no value.",
                remedy="Give a value for each place, such as {id}; nothing was sent.",
                operation=self.operation,
            ) from None

    @property
    def may_repeat(self) -> bool:
        """Whether sending it twice does no harm."""
        return self.effect in (Effect.READS, Effect.IDEMPOTENT)


def json_body(value: object) -> bytes:
    """Encode a request body as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def query_of(**values: str | int | None) -> tuple[tuple[str, str], ...]:
    """Build a query, leaving out what is None; underscores in names become hyphens."""
    return tuple((k.replace("_", "-"), str(v)) for k, v in values.items() if v is not None)


@frozen
class Reply:
    """One answer: status, headers with lower-case names, and the bounded body."""

    status: int
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> object:
        """Decode the body as JSON.

        Raises:
            Unintelligible: the body is not JSON; the message names its media type, never its content.
        """
        try:
            return json.loads(self.body)
        except ValueError:
            raise not_json(self) from None


def not_json(reply: Reply) -> Unintelligible:
    """The error for a reply that should have been JSON."""
    kind = reply.content_type or "an unnamed media type"
    return Unintelligible(
        f"expected JSON and got {kind} (status {reply.status}, {len(reply.body)} bytes).",
        remedy="Check that the URL is the product's API and not a proxy or sign-in page; nothing was changed.",
    )


@frozen
class Ask:
    """What a flow yields: calls to be answered together, in order."""

    calls: tuple[Call, ...]


Flow = Generator[Ask, Sequence[Reply], T]


def ask(call: Call) -> Flow[Reply]:
    """Ask for one call and return its reply."""
    replies = yield Ask((call,))
    return replies[0]


def ask_all(calls: Iterable[Call]) -> Flow[Sequence[Reply]]:
    """Ask for several calls, which may be answered in parallel; replies come in the calls' order."""
    wanted = tuple(calls)
    if not wanted:
        return ()
    return (yield Ask(wanted))


def done(value: T) -> Flow[T]:
    """A flow that asks nothing and returns the value."""
    yield from ()
    return value


@frozen
class Page(Generic[T]):
    """A part of a listing: its items, where the next one is, and the total if the product says it."""

    items: tuple[T, ...]
    next: str | None = None
    total: int | None = None
