"""Ctrl-C while a plan is applied: what is under way is finished first; a second one stops at once.

A change in a tenant is never cut in two: nothing new is begun, and the outcome of what is under way is written down.
"""

from __future__ import annotations

import signal
import sys
import threading
from datetime import datetime
from types import FrameType, TracebackType
from typing import Final

from ueapi.migration.ledger import Ledger
from ueapi.migration.rows import Resolved
from ueapi.runtime.clock import SystemClock

_WORD: Final = "Finishing what is under way. Press Ctrl-C again to stop at once."


class Interrupt:
    """Takes Ctrl-C for a while; use as a context manager in the main thread."""

    def __init__(self) -> None:
        """Nothing is asked for, and nothing is under way."""
        self.asked = threading.Event()
        self.under_way: set[str] = set()
        """Keys of changes that were begun and whose outcome is not written down yet."""

    def __enter__(self) -> Interrupt:
        self._before = signal.signal(signal.SIGINT, self._heard)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _heard(self, _: int, __: FrameType | None) -> None:
        self.asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.stderr.write(f"{_WORD}\n")

    def check(self) -> None:
        """Stop here when it was asked for.

        Raises:
            KeyboardInterrupt: it was; nothing is under way now.
        """
        if self.asked.is_set():
            raise KeyboardInterrupt


class PatientClock(SystemClock):
    """The machine's clock for a move; waiting between two steps ends at an interrupt."""

    def __init__(self, interrupt: Interrupt) -> None:
        """Wait until time is over, or an interrupt comes."""
        self._interrupt = interrupt

    def sleep(self, seconds: float) -> None:
        """Wait in this thread, and stop when asked to."""
        self._interrupt.under_way.clear()
        self._interrupt.asked.wait(seconds)
        self._interrupt.check()


class TenantClock(SystemClock):
    """The machine's clock for a tenant; waiting for its pace ends at an interrupt, but in the middle of a change."""

    def __init__(self, interrupt: Interrupt) -> None:
        """Wait until time is over, or until an interrupt comes while the tenant is only read."""
        self._interrupt = interrupt

    def sleep(self, seconds: float) -> None:
        """Wait in this thread, and stop when asked to and nothing is under way."""
        until = self.monotonic() + seconds
        self._interrupt.asked.wait(seconds)
        if not self._interrupt.under_way:
            self._interrupt.check()
        super().sleep(max(until - self.monotonic(), 0.0))


class PatientLedger(Ledger):
    """A ledger in which nothing new is begun after an interrupt."""

    def __init__(self, url: str, interrupt: Interrupt) -> None:
        """Open it for writing; raises as `Ledger` does."""
        super().__init__(url)
        self._interrupt = interrupt

    def open_intent(
        self,
        key: str,
        operation: str,
        now: datetime,
        *,
        system: str = "",
        input_digest: str = "",
        blind: bool = False,
    ) -> int:
        """Stop here when asked to: before a change is noted there is nothing to finish."""
        self._interrupt.check()
        attempt = super().open_intent(
            key, operation, now, system=system, input_digest=input_digest, blind=blind
        )
        self._interrupt.under_way.add(key)
        return attempt

    def close_intent(
        self, key: str, outcome: str, now: datetime, *, resolved: Resolved = "answered"
    ) -> None:
        """What was under way is done."""
        super().close_intent(key, outcome, now, resolved=resolved)
        self._interrupt.under_way.discard(key)
