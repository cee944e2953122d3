"""What a product's headers say about waiting."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from attrs import frozen

from ueapi.flow import Reply

_REMAINING: Final = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")
_RESET: Final = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-resetwindow")
_REQUEST_ID: Final = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid")
_LOOKS_LIKE_A_DATE: Final = 1_000_000_000
"""Reset headers hold seconds from now or, in some products, seconds since 1970; none waits 30 years."""


@frozen(kw_only=True)
class Allowance:
    """How many calls the product still takes within the next `seconds`."""

    remaining: int
    seconds: float


def wait_asked(reply: Reply, now: datetime) -> float | None:
    """The wait in `Retry-After`, in seconds; it may be a number or an HTTP date (RFC 9110, 10.2.3)."""
    text = reply.headers.get("retry-after", "").strip()
    if not text:
        return None
    seconds = _number(text)
    if seconds is not None:
        return max(seconds, 0.0)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max((when - now).total_seconds(), 0.0)


def allowance(reply: Reply, now: datetime) -> Allowance | None:
    """What the rate limit headers leave, or `None` when they say nothing usable."""
    remaining = _first_number(reply, _REMAINING)
    seconds = _first_number(reply, _RESET)
    if remaining is None or seconds is None:
        return None
    if seconds >= _LOOKS_LIKE_A_DATE:
        seconds -= now.timestamp()
    return Allowance(remaining=max(int(remaining), 0), seconds=max(seconds, 0.0))


def request_id(reply: Reply) -> str | None:
    """The product's own number for the request, for its support; bounded, since it goes into logs."""
    found = next((reply.headers[name] for name in _REQUEST_ID if name in reply.headers), None)
    return found[:64] if found else None


def _first_number(reply: Reply, names: Iterable[str]) -> float | None:
    found = (_number(reply.headers[name]) for name in names if name in reply.headers)
    return next((number for number in found if number is not None), None)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
