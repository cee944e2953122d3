"""Virtual time: a heap of due work; time moves only when nothing runs."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

from attrs import define, field

START: Final = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)

Work = Callable[[], None]


@define
class VirtualClock:
    """The one clock of a rehearsal.

    Work is done at its due time, in order of time and then of being scheduled, so two runs with one seed are alike.
    Whoever waits (`sleep`) lets the others go on; work itself never waits.
    """

    start: datetime = START
    _elapsed: float = 0.0
    _due: list[tuple[float, int, Work]] = field(factory=list)
    _order: count[int] = field(factory=count)
    _running: bool = False
    _told: tuple[float, datetime] | None = field(default=None, init=False, repr=False, eq=False)
    """The time last asked for, which is asked for again and again before it moves."""

    def now(self) -> datetime:
        """The virtual time, UTC."""
        told = self._told
        if told is None or told[0] != self._elapsed:
            told = self._told = (self._elapsed, self.start + timedelta(seconds=self._elapsed))
        return told[1]

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self._elapsed

    def after(self, seconds: float, work: Work) -> None:
        """Schedule work in that many seconds."""
        heapq.heappush(self._due, (self._elapsed + max(seconds, 0.0), next(self._order), work))

    def sleep(self, seconds: float) -> None:
        """Let that much time pass, doing what falls due.

        Raises:
            RuntimeError: called from scheduled work, which must not wait.
        """
        if self._running:
            raise RuntimeError("scheduled work must not wait; schedule the rest of it instead")
        self._run_to(self._elapsed + max(seconds, 0.0))

    async def asleep(self, seconds: float) -> None:
        """As `sleep`, for asynchronous callers."""
        self.sleep(seconds)

    def next_due(self) -> float | None:
        """Seconds until the next scheduled work, or `None` when there is none."""
        return max(self._due[0][0] - self._elapsed, 0.0) if self._due else None

    def _run_to(self, end: float) -> None:
        self._running = True
        try:
            while self._due and self._due[0][0] <= end:
                due, _, work = heapq.heappop(self._due)
                self._elapsed = max(self._elapsed, due)
                work()
        finally:
            self._running = False
        self._elapsed = max(self._elapsed, end)
