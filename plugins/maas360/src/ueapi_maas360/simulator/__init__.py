"""A stateful simulator of MaaS360's web services, written from public sources alone.

It shares no code with the backend. What no source shows is in `assumed`, or says "Guess" where it is done.
"""

from __future__ import annotations

from ueapi.rehearsal.simulator import Surroundings
from ueapi_maas360.simulator.server import Maas360Simulator

__all__ = ["Maas360Simulator", "build"]


def build(around: Surroundings) -> Maas360Simulator:
    """Open a new, empty account."""
    return Maas360Simulator(around)
