"""Time as a port: the wall clock for dates, the monotonic one for waiting."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Final, Protocol


class Clock(Protocol):
    """What the runtime wants from time; a rehearsal passes in a virtual one."""

    def now(self) -> datetime:
        """The time of day, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean something."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait in a blocking caller."""
        ...

    async def asleep(self, seconds: float) -> None:
        """Wait in an asynchronous caller."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Give way to other tasks."""
        await asyncio.sleep(seconds)


SYSTEM_CLOCK: Final = SystemClock()
