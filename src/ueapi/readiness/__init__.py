"""Whether people are ready to be asked to enroll or move: named checks, each with its reason, fix and source.

`gather` and `with_discovery` read, `ready` judges and sends nothing.
"""

from ueapi.readiness.directory import Directory
from ueapi.readiness.facts import Facts, domains, everyone, gather, read_seats, with_discovery
from ueapi.readiness.findings import Check, Finding, Invitee, Readiness, Standing
from ueapi.readiness.judging import ready, tally

__all__ = [
    "Check",
    "Directory",
    "Facts",
    "Finding",
    "Invitee",
    "Readiness",
    "Standing",
    "domains",
    "everyone",
    "gather",
    "read_seats",
    "ready",
    "tally",
    "with_discovery",
]
