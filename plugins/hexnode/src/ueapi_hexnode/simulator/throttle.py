"""The portal's two call limits, on virtual time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Final

from attrs import define, field
from starlette.responses import Response

from ueapi_hexnode.simulator.answers import answer

PER_MINUTE: Final = 30
PER_DEVICE_AND_DAY: Final = 10
MINUTE: Final = 60.0
DAY: Final = 86_400.0


@define
class Window:
    """A sliding window of admitted calls; a refused call doesn't count.

    Guess: sliding. The vendor doesn't say whether the minute is fixed, or when the day begins.
    """

    length: float
    _admitted: deque[float] = field(factory=deque, repr=False)

    def wait(self, now: float, limit: int) -> float | None:
        """Seconds until a call is admitted again, or `None` when one is admitted now."""
        while self._admitted and self._admitted[0] <= now - self.length:
            self._admitted.popleft()
        if len(self._admitted) < limit:
            return None
        if not self._admitted:
            return self.length
        return self._admitted[len(self._admitted) - max(limit, 1)] + self.length - now

    def admit(self, now: float) -> None:
        """Count a call."""
        self._admitted.append(now)

    def __len__(self) -> int:
        """Calls inside the window when it was last looked at."""
        return len(self._admitted)


@define
class Throttle:
    """30 calls a minute, and 10 a day for each managed device, pooled.

    Source: Hexnode forums, the thread on "Request was throttled" and the post on API limits of March 2026. Guess: a
    portal with fewer managed devices than licensed seats is allowed 10 calls per seat.
    """

    monotonic: Callable[[], float]
    managed: Callable[[], int]
    seats: int
    is_on: bool = True
    sends_retry_after: bool = True
    peak: int = 0
    """Most calls within any minute so far, refused ones included."""
    refused: int = 0
    _minute: Window = field(factory=lambda: Window(MINUTE))
    _day: Window = field(factory=lambda: Window(DAY))
    _asked: Window = field(factory=lambda: Window(MINUTE))

    def allowance(self) -> int:
        """Calls a day."""
        return PER_DEVICE_AND_DAY * max(self.managed(), self.seats)

    def check(self) -> Response | None:
        """Admit a call, or refuse it."""
        now = self.monotonic()
        self._watch(now)
        if not self.is_on:
            return None
        waits = (self._minute.wait(now, PER_MINUTE), self._day_wait(now))
        longest = max((w for w in waits if w is not None), default=None)
        if longest is not None:
            self.refused += 1
            return self._refusal(longest)
        self._minute.admit(now)
        self._day.admit(now)
        return None

    def _day_wait(self, now: float) -> float | None:
        # Counting the managed devices takes a look at each, so it waits until it matters.
        if self._day.wait(now, PER_DEVICE_AND_DAY * self.seats) is None:
            return None
        return self._day.wait(now, self.allowance())

    def _watch(self, now: float) -> None:
        self._asked.wait(now, 1)
        self._asked.admit(now)
        self.peak = max(self.peak, len(self._asked))

    def _refusal(self, wait: float) -> Response:
        seconds = max(math.ceil(wait), 1)
        text = f"Request was throttled. Expected available in {seconds}.0 seconds."
        headers = {"Retry-After": str(seconds)} if self.sends_retry_after else {}
        return answer({"detail": text}, 429, headers)
