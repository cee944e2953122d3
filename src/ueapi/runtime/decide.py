"""Whether to repeat a failed call, and after how long: one pure decision for every backend."""

from __future__ import annotations

from enum import Enum
from typing import Final

from attrs import frozen

MOST_ATTEMPTS: Final = 5
FIRST_WAIT: Final = 0.5
LONGEST_BACKOFF: Final = 20.0
THROTTLED_FACTOR: Final = 4.0


class Handling(Enum):
    """What became of the request, as far as one can know."""

    NOT_SENT = "not-sent"
    """The product never saw it."""
    TURNED_AWAY = "turned-away"
    """The product said that it didn't handle it, for now."""
    UNKNOWN = "unknown"
    """No answer, or one that doesn't tell whether it was handled."""
    FINAL = "final"
    """An answer that repeating won't change."""


@frozen(kw_only=True)
class Failure:
    """One failed attempt. Times are seconds.

    `attempt` counts from one; `hint` is the wait the product asked for; `left` is what remains until the deadline;
    `draw` is a random number from 0 to 1, drawn by the caller so that the decision itself is repeatable.
    """

    handling: Handling
    may_repeat: bool
    attempt: int
    left: float
    draw: float
    hint: float | None = None
    throttled: bool = False


def decide(failure: Failure) -> float | None:
    """Return the seconds to wait before repeating, or `None` to stop.

    The product's own hint outranks our backoff, harmlessness outranks both, and neither may outlast the deadline: a
    wait that ends after it would only delay the bad news.
    """
    if failure.handling is Handling.FINAL:
        return None
    if failure.handling is Handling.UNKNOWN and not failure.may_repeat:
        return None
    if failure.attempt >= MOST_ATTEMPTS:
        return None
    # A hint of nothing comes from a date that a wrong clock has passed already; it is no leave to knock at once.
    wait = failure.hint or _backoff(failure)
    return wait if wait < failure.left else None


def _backoff(failure: Failure) -> float:
    """Double the wait each time; half of it is random, so that many clients don't return at once."""
    first = FIRST_WAIT * (THROTTLED_FACTOR if failure.throttled else 1)
    ceiling = min(first * 2.0 ** (failure.attempt - 1), LONGEST_BACKOFF)
    return ceiling * (0.5 + 0.5 * failure.draw)
