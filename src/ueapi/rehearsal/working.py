"""Working hours: people and administrators act on weekdays between eight and six."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

OPENS: Final = 8
CLOSES: Final = 18
_SATURDAY: Final = 5
_SPREAD: Final = 3 * 3600.0


def is_working_time(at: datetime) -> bool:
    """Whether somebody is at work then, in UTC."""
    return at.weekday() < _SATURDAY and OPENS <= at.hour < CLOSES


def within_working_hours(now: datetime, delay: float, late: float) -> float:
    """The delay in seconds, put off to a working morning if it would end outside working hours.

    `late`, from 0 to 1, spreads people over the first hours of that morning.
    """
    then = now + timedelta(seconds=delay)
    if is_working_time(then):
        return delay
    morning = then.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    while morning <= then or not is_working_time(morning):
        morning += timedelta(days=1)
    return (morning - now).total_seconds() + late * _SPREAD
