"""Does the deeds for blocking callers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar, assert_never

from attrs import frozen

from ueapi.flow import Reply
from ueapi.runtime.clock import Clock
from ueapi.runtime.deeds import Deed, Deeds, Pause, Request, Send, Take, Together

T = TypeVar("T")


class Sends(Protocol):
    """A connection that blocks until the answer is there."""

    def send(self, request: Request) -> Reply:
        """Send one request, or raise `NoAnswer`."""
        ...


@frozen
class BlockingDriver:
    """Runs work to its end in this thread; several threads may share it."""

    connection: Sends
    clock: Clock

    def run(self, work: Deeds[T]) -> T:
        """Do what the work yields, and return what it returns."""
        try:
            deed = next(work)
            while True:
                try:
                    replies = self._do(deed)
                except BaseException as problem:  # noqa: BLE001 - goes into the work, which releases what it holds
                    deed = work.throw(problem)
                else:
                    deed = work.send(replies)
        except StopIteration as stop:
            value: T = stop.value
            return value

    def _do(self, deed: Deed) -> Sequence[Reply]:
        match deed:
            case Send(request):
                return (self.connection.send(request),)
            case Pause(seconds):
                self.clock.sleep(seconds)
                return ()
            case Take(gate):
                gate.acquire()
                return ()
            case Together(parts):
                return [self.run(part) for part in parts]
            case _:
                assert_never(deed)
