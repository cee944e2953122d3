"""A product whose clock is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import define, field

from ueapi.rehearsal.clock import VirtualClock


@define
class SkewedClock(VirtualClock):
    """The world's time, told too late or too early by one product. Work is scheduled on the true clock."""

    true: VirtualClock = field(kw_only=True)
    skew: timedelta = field(kw_only=True)

    def now(self) -> datetime:
        """The wrong time, UTC."""
        return self.true.now() + self.skew

    def monotonic(self) -> float:
        """Seconds since the start; no clock is wrong about how much time passes."""
        return self.true.monotonic()

    def after(self, seconds: float, work: Callable[[], None]) -> None:
        """Schedule work on the true clock."""
        self.true.after(seconds, work)

    def sleep(self, seconds: float) -> None:
        """Let true time pass."""
        self.true.sleep(seconds)

    def next_due(self) -> float | None:
        """Seconds until the next work on the true clock."""
        return self.true.next_due()
