"""A stateful simulator of the Hexnode UEM API, written from the vendor's pages alone.

It shares no code with the backend. Where the vendor's pages are silent, the place says "Guess".
"""

from __future__ import annotations

from ueapi.rehearsal.simulator import Surroundings
from ueapi_hexnode.simulator.server import HexnodeSimulator

__all__ = ["HexnodeSimulator", "build"]


def build(around: Surroundings) -> HexnodeSimulator:
    """Open a new, empty portal."""
    return HexnodeSimulator(around)
