"""Checking service discovery from outside, as devices see it: named probes, each with a way to put things right."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from ueapi.apple.enrollment import discovery
from ueapi.discovery.checking.gathering import Evidence, gather
from ueapi.discovery.checking.grading import Grade, Result
from ueapi.discovery.checking.probes import PROBES, probed
from ueapi.errors import InvalidModel
from ueapi.runtime.probing import Look

__all__ = ["PROBES", "Evidence", "Grade", "Result", "check", "gather", "probed"]


def check(
    address: str,
    *,
    look: Look,
    at: datetime,
    expected: str | None = None,
    place: str | None = None,
) -> tuple[Result, ...]:
    """Check what a person of this address would meet; the domain, or an https address, will do with a name made up.

    Args:
        address: a person's, a domain, or the https address of a server that needn't be public.
        look: asks.
        at: the time of the check.
        expected: the enrollment address the tenant names itself, where that is known.
        place: https address to ask in place of the person's domain.

    Raises:
        InvalidModel: the address has no full domain name, or the other is no https address.
    """
    if "://" in address:
        place, address = address, _made_up(address)
    if "@" not in address and not discovery.is_domain(address.strip()):
        raise InvalidModel("what was given is no full domain name.", remedy=_GIVE)
    typed = address if "@" in address else f"{_SOMEONE}@{address}"
    who = discovery.UserIdentifier.of(typed)
    where = None if place is None else discovery.asked_at(place)
    return tuple(probed(gather(who, look, expected=expected, place=where), at=at))


_SOMEONE: Final = "someone"
_GIVE: Final = (
    "Give a domain such as example.org, a person's address such as sam@example.org, "
    "or a server's https address; nothing was sent."
)


def _made_up(place: str) -> str:
    """Somebody at the host of an address; of an example's domain where the host is none that people have."""
    host = urlsplit(discovery.asked_at(place)).hostname or ""
    return f"{_SOMEONE}@{host if '.' in host else 'example.org'}"
