"""Checking service discovery from outside, as devices see it: named probes, each with a way to put things right."""

from __future__ import annotations

from datetime import datetime

from ueapi.apple.enrollment import discovery
from ueapi.discovery.checking.gathering import Evidence, gather
from ueapi.discovery.checking.probes import PROBES, Grade, Result, probed
from ueapi.runtime.probing import Look

__all__ = ["PROBES", "Evidence", "Grade", "Result", "check", "gather", "probed"]


def check(
    address: str, *, look: Look, at: datetime, expected: str | None = None
) -> tuple[Result, ...]:
    """Check what a person of this address would meet; the domain, or its https address, will do with a name made up.

    `expected` is the enrollment address the tenant names itself, where that is known.

    Raises:
        InvalidModel: the address has no full domain name.
    """
    host = address.removeprefix("https://").partition("/")[0]
    typed = address if "@" in address else f"someone@{host}"
    evidence = gather(discovery.UserIdentifier.of(typed), look, expected=expected)
    return tuple(probed(evidence, at=at))
