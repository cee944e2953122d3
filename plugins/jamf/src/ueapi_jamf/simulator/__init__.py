"""A simulator of Jamf Pro, written from Jamf's documents and sharing nothing with the adapter."""

from __future__ import annotations

from ueapi.rehearsal.simulator import Surroundings
from ueapi_jamf.simulator.simulator import JamfSimulator

__all__ = ["JamfSimulator", "build"]


def build(around: Surroundings) -> JamfSimulator:
    """A new, empty Jamf Pro server."""
    return JamfSimulator(around)
