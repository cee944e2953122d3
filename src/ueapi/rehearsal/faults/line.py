"""Faults of the line and of the server as a whole: refusals, lost and broken answers, outages."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Final

from attrs import define, field, frozen

from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.wire import Application, Message, Receive, Send

DEVICE_PATHS: Final = ("/mdm/", "/enroll", "/acme/")
"""Where phones talk; they are spared, since these faults are about the management API."""
WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PAGE: Final = b"<html><body><h1>Bad Gateway</h1></body></html>"
_PORTAL: Final = (
    b"<!DOCTYPE html><html><body><form>Please sign in to this network.</form></body></html>"
)


class Fault(StrEnum):
    """What goes wrong with one request."""

    TOO_MANY = "too-many"
    """429; nothing was done."""
    UNAVAILABLE = "unavailable"
    """503; nothing was done."""
    DROPPED_REPLY = "dropped-reply"
    """The product did what was asked, and the connection broke before the answer."""
    RESET = "reset"
    """The connection broke before the product saw the request."""
    SLOW = "slow"
    """The product did what was asked, and its answer came too slowly to wait for."""
    PAGE = "page"
    """A proxy's HTML page in place of an answer, with status 502; nothing was done."""
    PORTAL = "portal"
    """A network's sign-in page in place of an answer, with status 200; nothing was done."""
    TRUNCATED = "truncated"
    """The product did what was asked, and half of its answer came."""


class HintForm(StrEnum):
    """How a 429 says when to come back."""

    SECONDS = "seconds"
    """`Retry-After: 30`."""
    DATE = "date"
    """`Retry-After` with an HTTP date."""
    RESET = "reset"
    """`X-RateLimit-Remaining: 0` and `X-RateLimit-Reset` in seconds from now."""
    NONE = "none"
    """Not at all."""


class ConnectionDropped(ConnectionError):
    """The connection broke before an answer came."""


class TooSlow(TimeoutError):
    """The answer didn't come in time."""


@frozen(kw_only=True)
class FaultRates:
    """How often each fault happens, as a part of all requests; lost, slow and cut answers as a part of writes.

    `hint` is the seconds a 429 asks to wait, told in each form of `hints` by turns.
    """

    too_many: float = 0.0
    unavailable: float = 0.0
    dropped_reply: float = 0.0
    reset: float = 0.0
    slow: float = 0.0
    page: float = 0.0
    portal: float = 0.0
    truncated: float = 0.0
    hint: int = 2
    hints: tuple[HintForm, ...] = (HintForm.SECONDS,)

    def __attrs_post_init__(self) -> None:
        rates = [rate for _, rate in self.ordered()]
        if min(rates) < 0 or sum(rates) > 1:
            raise ValueError(
                "fault rates are parts of all requests: none below 0, in sum at most 1"
            )

    def ordered(self) -> tuple[tuple[Fault, float], ...]:
        """Each fault with its rate."""
        return (
            (Fault.TOO_MANY, self.too_many),
            (Fault.UNAVAILABLE, self.unavailable),
            (Fault.DROPPED_REPLY, self.dropped_reply),
            (Fault.RESET, self.reset),
            (Fault.SLOW, self.slow),
            (Fault.PAGE, self.page),
            (Fault.PORTAL, self.portal),
            (Fault.TRUNCATED, self.truncated),
        )


@frozen
class Outage:
    """A time in which a product answers 503 to everything."""

    begins: datetime
    minutes: float

    def covers(self, now: datetime) -> bool:
        """Whether it is on."""
        return self.begins <= now < self.begins + timedelta(minutes=self.minutes)


@define(eq=False)
class Faulty:
    """The application behind a bad line. `seen` counts what happened.

    Two faults never hit in a row, outages apart, so a client that repeats once gets through.
    """

    application: Application = field(repr=False)
    rng: random.Random = field(repr=False)
    rates: FaultRates = field(factory=FaultRates)
    clock: VirtualClock | None = field(default=None, repr=False)
    outages: tuple[Outage, ...] = ()
    seen: Counter[Fault] = field(factory=Counter)
    _spare_next: bool = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, or fail, one request.

        Raises:
            ConnectionDropped: no reply comes; whether the product has done what was asked depends on the fault.
            TooSlow: the product has done what was asked, and the reply doesn't come in time.
        """
        fault = self._draw(scope)
        if fault is None:
            await self.application(scope, receive, send)
            return
        self.seen[fault] += 1
        match fault:
            case Fault.DROPPED_REPLY:
                await self.application(scope, receive, _into_nothing)
                raise ConnectionDropped("the reply was lost on the way")
            case Fault.SLOW:
                await self.application(scope, receive, _into_nothing)
                raise TooSlow("the reply came too slowly")
            case Fault.RESET:
                raise ConnectionDropped("the connection was reset")
            case Fault.TRUNCATED:
                await self.application(scope, receive, _halved(send))
            case _:
                await self._refuse(fault, send)

    async def _refuse(self, fault: Fault, send: Send) -> None:
        match fault:
            case Fault.TOO_MANY:
                body = json.dumps({"detail": "slow down"}).encode()
                await _say(send, 429, body, *self._hint())
            case Fault.UNAVAILABLE:
                await _say(send, 503, json.dumps({"detail": "try again later"}).encode())
            case Fault.PORTAL:
                await _say(send, 200, _PORTAL, media_type=b"text/html")
            case _:
                await _say(send, 502, _PAGE, media_type=b"text/html")

    def _hint(self) -> tuple[tuple[bytes, bytes], ...]:
        form = self.rates.hints[(self.seen[Fault.TOO_MANY] - 1) % len(self.rates.hints)]
        seconds = str(self.rates.hint).encode()
        match form:
            case HintForm.SECONDS:
                return ((b"retry-after", seconds),)
            case HintForm.DATE:
                now = self.clock.now() if self.clock else datetime.now(UTC)
                later = now + timedelta(seconds=self.rates.hint)
                return ((b"retry-after", format_datetime(later, usegmt=True).encode()),)
            case HintForm.RESET:
                return ((b"x-ratelimit-remaining", b"0"), (b"x-ratelimit-reset", seconds))
            case HintForm.NONE:
                return ()

    def _draw(self, scope: Message) -> Fault | None:
        if str(scope["path"]).startswith(DEVICE_PATHS):
            return None
        if self.clock and any(outage.covers(self.clock.now()) for outage in self.outages):
            return Fault.UNAVAILABLE
        chance = self.rng.random()
        if self._spare_next:
            self._spare_next = False
            return None
        fault = self._at(chance)
        if fault in _AFTERWARDS and scope["method"] not in WRITES:
            fault = None
        self._spare_next = fault is not None
        return fault

    def _at(self, chance: float) -> Fault | None:
        for fault, rate in self.rates.ordered():
            if chance < rate:
                return fault
            chance -= rate
        return None


_AFTERWARDS: Final = frozenset({Fault.DROPPED_REPLY, Fault.SLOW})
"""Faults that only matter for a request that changes something; a read is simply repeated."""


async def _into_nothing(_: Message) -> None:
    return


def _halved(send: Send) -> Send:
    async def cut(message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2]}
        elif message["type"] == "http.response.start":
            headers = [(k, v) for k, v in message["headers"] if k != b"content-length"]
            message = {**message, "headers": headers}
        await send(message)

    return cut


async def _say(
    send: Send,
    status: int,
    body: bytes,
    *headers: tuple[bytes, bytes],
    media_type: bytes = b"application/json",
) -> None:
    start: Mapping[str, object] = {
        "type": "http.response.start",
        "status": status,
        "headers": [(b"content-type", media_type), *headers],
    }
    await send(dict(start))
    await send({"type": "http.response.body", "body": body})
