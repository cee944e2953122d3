"""Seeded faults between a client and a product: wrappers around a simulator's application, off unless used."""

from ueapi.rehearsal.faults.content import OddContent, Oddities, Oddity
from ueapi.rehearsal.faults.line import (
    ConnectionDropped,
    Fault,
    FaultRates,
    Faulty,
    HintForm,
    Outage,
)
from ueapi.rehearsal.faults.nodes import LaggingNodes
from ueapi.rehearsal.faults.skew import SkewedClock

__all__ = [
    "ConnectionDropped",
    "Fault",
    "FaultRates",
    "Faulty",
    "HintForm",
    "LaggingNodes",
    "OddContent",
    "Oddities",
    "Oddity",
    "Outage",
    "SkewedClock",
]
