"""What an exchange wants done, as values; the two drivers do them, each in its own way.

All rules of the runtime are generators that yield deeds. So they are written once, hold for blocking and asynchronous
callers alike, and can be tested without a network.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Protocol, TypeVar

from attrs import field, frozen

from ueapi.flow import Reply

T = TypeVar("T")


class Gate(Protocol):
    """A lock or semaphore, of threads or of tasks. Taking it may wait, so that is a deed; giving it back is not."""

    def acquire(self) -> object:
        """Take it; the drivers know whether to await the result."""
        ...

    def release(self) -> None:
        """Give it back; never waits."""
        ...


class NoAnswer(Exception):
    """The network gave no (whole) answer.

    `was_sent` is false only when the product can't have seen the request, so that repeating it is harmless.
    """

    def __init__(self, reason: str, *, was_sent: bool) -> None:
        """Keep the reason, which names no person and no secret."""
        super().__init__(reason)
        self.reason = reason
        self.was_sent = was_sent


@frozen(kw_only=True)
class Request:
    """One request ready for the wire. `until` is a time of the monotonic clock, timeouts are seconds."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    connect_timeout: float
    read_timeout: float
    until: float
    response_bytes: int


@frozen
class Send:
    """Send a request and give back its reply, or raise `NoAnswer`."""

    request: Request


@frozen
class Pause:
    """Let that many seconds pass."""

    seconds: float


@frozen
class Take:
    """Wait for a gate and take it."""

    gate: Gate


@frozen
class Together:
    """Do all of these, at once where the driver can, and give back their replies in order.

    After a failure nothing new is started, what runs is waited for, and the first failure in order is raised.
    """

    parts: Sequence[Generator[Deed, Sequence[Reply], Reply]]
    at_once: int


Deed = Send | Pause | Take | Together

Deeds = Generator[Deed, Sequence[Reply], T]
"""A piece of work: yields deeds, receives the replies each one brought (if any), returns a result."""
