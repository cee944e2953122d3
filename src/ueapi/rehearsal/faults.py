"""Seeded faults between a client and a product: a wrapper around a simulator's application, off unless used."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

from attrs import define, field, frozen

from ueapi.rehearsal.wire import Application, Message

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

DEVICE_PATHS: Final = "/mdm/"
"""Where phones talk; they are spared, since these faults are about the management API."""
_WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PAGE: Final = b"<html><body><h1>Bad Gateway</h1></body></html>"


class Fault(StrEnum):
    """What goes wrong with one request."""

    TOO_MANY = "too-many"
    """429 with a hint; nothing was done."""
    UNAVAILABLE = "unavailable"
    """503; nothing was done."""
    DROPPED_REPLY = "dropped-reply"
    """The product did what was asked, and the connection broke before the answer."""
    PAGE = "page"
    """A proxy's HTML page in place of an answer, with status 502; nothing was done."""


class ConnectionDropped(ConnectionError):
    """The connection broke before an answer came."""


@frozen(kw_only=True)
class FaultRates:
    """How often each fault happens, as a part of all requests; a dropped reply as a part of writes."""

    too_many: float = 0.0
    unavailable: float = 0.0
    dropped_reply: float = 0.0
    page: float = 0.0
    hint: int = 2
    """Seconds a 429 asks to wait."""

    def __attrs_post_init__(self) -> None:
        rates = (self.too_many, self.unavailable, self.dropped_reply, self.page)
        if min(rates) < 0 or sum(rates) > 1:
            raise ValueError(
                "fault rates are parts of all requests: none below 0, in sum at most 1"
            )


@define(eq=False)
class Faulty:
    """The application behind a bad line. `seen` counts what happened.

    Two faults never hit in a row, so a client that repeats once gets through.
    """

    application: Application = field(repr=False)
    rng: random.Random = field(repr=False)
    rates: FaultRates = field(factory=FaultRates)
    seen: Counter[Fault] = field(factory=Counter)
    _spare_next: bool = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, or fail, one request.

        Raises:
            ConnectionDropped: the reply is lost; the product has done what was asked.
        """
        fault = self._draw(scope)
        if fault is None:
            await self.application(scope, receive, send)
            return
        self.seen[fault] += 1
        match fault:
            case Fault.TOO_MANY:
                hint = (b"retry-after", str(self.rates.hint).encode())
                await _say(send, 429, json.dumps({"detail": "slow down"}).encode(), hint)
            case Fault.UNAVAILABLE:
                await _say(send, 503, json.dumps({"detail": "try again later"}).encode())
            case Fault.PAGE:
                await _say(send, 502, _PAGE, media_type=b"text/html")
            case Fault.DROPPED_REPLY:
                await self.application(scope, receive, _into_nothing)
                raise ConnectionDropped("the reply was lost on the way")

    def _draw(self, scope: Message) -> Fault | None:
        if str(scope["path"]).startswith(DEVICE_PATHS):
            return None
        chance = self.rng.random()
        if self._spare_next:
            self._spare_next = False
            return None
        fault = self._at(chance)
        if fault is Fault.DROPPED_REPLY and scope["method"] not in _WRITES:
            fault = None
        self._spare_next = fault is not None
        return fault

    def _at(self, chance: float) -> Fault | None:
        rates = self.rates
        for fault, rate in (
            (Fault.TOO_MANY, rates.too_many),
            (Fault.UNAVAILABLE, rates.unavailable),
            (Fault.DROPPED_REPLY, rates.dropped_reply),
            (Fault.PAGE, rates.page),
        ):
            if chance < rate:
                return fault
            chance -= rate
        return None


async def _into_nothing(_: Message) -> None:
    return


async def _say(
    send: Send,
    status: int,
    body: bytes,
    *headers: tuple[bytes, bytes],
    media_type: bytes = b"application/json",
) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", media_type), *headers],
        }
    )
    await send({"type": "http.response.body", "body": body})
