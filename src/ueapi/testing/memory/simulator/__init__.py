"""The imaginary product itself: its API, its console, and its way to the phones.

Written from docs/reference/example-api.md alone. It shares no code with the adapter, so that a misreading is on one
side only and a test notices.
"""

from __future__ import annotations

from ueapi.rehearsal.simulator import Surroundings
from ueapi.testing.memory.simulator.server import MemorySimulator

__all__ = ["MemorySimulator", "build"]


def build(around: Surroundings) -> MemorySimulator:
    """Open a new, empty tenant."""
    return MemorySimulator(around)
