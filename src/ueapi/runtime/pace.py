"""When the next call may go out, by the limits a product declares and what its headers say."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import Final

from ueapi.contract import Limits
from ueapi.runtime.hints import Allowance

MINUTE: Final = 60.0
DAY: Final = 86_400.0
SLACK: Final = 0.5
"""Seconds added to a window: the product starts counting when a request arrives, not when we send it."""


class Pace:
    """Books departures for one tenant; several connections to it share one. Times are of the monotonic clock.

    It never waits and knows no clock: `book` says how long the caller has to.
    """

    def __init__(self, limits: Limits) -> None:
        """Start with nothing sent."""
        self._lock = Lock()
        self._windows = [
            _Window(most, span + SLACK)
            for most, span in ((limits.per_minute, MINUTE), (limits.per_day, DAY))
            if most is not None
        ]
        self._not_before = 0.0
        self._left: int | None = None
        self._left_until = 0.0

    def book(self, now: float, *, patience: float) -> float:
        """Book the next departure and return the seconds until then.

        A wait longer than `patience` is returned too, but not booked: the caller gives up.
        """
        with self._lock:
            departure = max([now, self._not_before, *(w.earliest() for w in self._windows)])
            if self._left is not None and self._left <= 0 and now < self._left_until:
                departure = max(departure, self._left_until)
            if departure - now <= patience:
                self._note(departure)
            return departure - now

    def hold(self, now: float, seconds: float) -> None:
        """Let nothing depart for that long: the product turned a call away."""
        with self._lock:
            self._not_before = max(self._not_before, now + seconds)

    def heed(self, now: float, allowance: Allowance) -> None:
        """Take over what the product's headers leave; within one window it only goes down."""
        with self._lock:
            known = self._left if self._left is not None and now < self._left_until else None
            told = allowance.remaining
            self._left = told if known is None else min(known, told)
            self._left_until = now + allowance.seconds

    def _note(self, departure: float) -> None:
        for window in self._windows:
            window.note(departure)
        if self._left is not None:
            self._left = self._left - 1 if departure < self._left_until else None


class _Window:
    """At most `most` departures within `span` seconds, wherever one looks."""

    def __init__(self, most: int, span: float) -> None:
        self._departures: deque[float] = deque(maxlen=max(most, 1))
        self._span = span

    def earliest(self) -> float:
        if len(self._departures) < (self._departures.maxlen or 1):
            return 0.0
        return self._departures[0] + self._span

    def note(self, departure: float) -> None:
        self._departures.append(departure)
