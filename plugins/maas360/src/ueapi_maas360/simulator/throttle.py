"""The budget of calls that each answer announces."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

from attrs import define, field

CALLS: Final = 36_000
WINDOW: Final = 3600.0
"""Calls in so many seconds. Arbitrary: a chapter on limits exists, and no source shows its figures."""
OVER: Final = 429
"""Guess: 409 and 503 are as likely."""


@define
class Throttle:
    """So many calls in a window that begins with the first of them. Guess: that a window is fixed."""

    monotonic: Callable[[], float]
    limit: int = CALLS
    window: float = WINDOW
    refused_status: int = OVER
    refused: int = 0
    _began: float = 0.0
    _used: int = field(default=0)

    def admit(self) -> bool:
        """Count a call; false when it is over the limit, and then it doesn't count."""
        self._turn()
        if self._used >= self.limit:
            self.refused += 1
            return False
        self._used += 1
        return True

    def headers(self) -> Mapping[str, str]:
        """Calls left, and seconds until there are more. Source: a published client."""
        self._turn()
        left = self._began + self.window - self.monotonic()
        return {
            "X-Rate-Limit-Remaining": str(max(self.limit - self._used, 0)),
            "X-Rate-Limit-ResetWindow": str(max(math.ceil(left), 0)),
        }

    def _turn(self) -> None:
        now = self.monotonic()
        if not self._used or now >= self._began + self.window:
            self._began, self._used = now, 0
