"""Counts the requests a tenant cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from threading import Lock
from types import MappingProxyType

from ueapi.flow import Call, Effect


class Meter:
    """How many requests were sent, repetitions and sign-ins included."""

    def __init__(self) -> None:
        """Start at zero."""
        self._lock = Lock()
        self._by_operation: Counter[str] = Counter()
        self._changes = 0

    def count(self, call: Call) -> None:
        """Count one request about to be sent."""
        with self._lock:
            self._by_operation[call.operation] += 1
            self._changes += call.effect is not Effect.READS and not call.anonymous

    @property
    def calls(self) -> int:
        """All requests."""
        return sum(self._by_operation.values())

    @property
    def changes(self) -> int:
        """Requests that may have changed something; buying a token is none."""
        return self._changes

    @property
    def reads(self) -> int:
        """Requests that changed nothing."""
        return self.calls - self._changes

    @property
    def by_operation(self) -> Mapping[str, int]:
        """Requests by the operation their call names."""
        with self._lock:
            return MappingProxyType(dict(self._by_operation))

    def __repr__(self) -> str:
        return f"<Meter {self.reads} reads, {self.changes} changes>"
