"""What a move is expected to cost, as part of the plan file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import inf
from typing import Final, Literal

from pydantic import Field, model_validator

from ueapi.migration.base import Document
from ueapi.migration.policy import WORKING_DAYS, Weekday

Role = Literal["source", "target"]
ROLES: Final[tuple[Role, ...]] = ("source", "target")

Operations = Mapping[str, int]
"""Requests by operation."""

Minutes = tuple[float, float]
"""The shortest and the longest time, in minutes; everything in between is equally likely."""


class Habits(Document):
    """How prompt people behave, in minutes; measure your pilot and put in what you saw.

    The default is what virtual people do in a rehearsal.
    """

    answer: Minutes = (5.0, 90.0)
    """From being asked to signing out of the old account."""
    sign_in: Minutes = (2.0, 20.0)
    """From signing out to being signed in again."""
    next_phone: Minutes = (60.0, 240.0)
    """From a person's first phone to the next one."""
    ready: Minutes = (5.0, 10.0)
    """From the order to install apps until the phone has reported all of them."""
    slow_share: float = Field(default=0.13, ge=0, le=1)
    """Part of the phones that take longer to be ready, since they lay unused or without network."""
    slow_ready: Minutes = (15.0, 60.0)
    """As `ready`, for those."""
    opens: int = Field(default=8, ge=0, le=23)
    """Hour at which people's working day begins, in the policy's time zone."""
    closes: int = Field(default=18, ge=1, le=24)
    """Hour at which it ends; who would answer later does so on the next working morning."""
    weekdays: frozenset[Weekday] = Field(default=WORKING_DAYS, min_length=1)
    """Days on which people answer."""
    morning: Minutes = (0.0, 180.0)
    """From the beginning of that morning to the answer."""

    @model_validator(mode="after")
    def _are_in_order(self) -> Habits:
        spans = (
            self.answer,
            self.sign_in,
            self.next_phone,
            self.ready,
            self.slow_ready,
            self.morning,
        )
        if any(not 0 <= shortest <= longest < inf for shortest, longest in spans):
            raise ValueError("of two times the shorter one comes first, and none is negative")
        if self.opens >= self.closes:
            raise ValueError("the working day ends before it begins")
        return self


class Spending(Document):
    """Requests to both tenants, by operation."""

    source: Operations = Field(default_factory=dict)
    target: Operations = Field(default_factory=dict)

    def of(self, role: Role) -> int:
        """All requests to one tenant."""
        return sum((self.source if role == "source" else self.target).values())

    @property
    def calls(self) -> Mapping[Role, int]:
        """All requests by tenant."""
        return {role: self.of(role) for role in ROLES}


class WaveForecast(Document):
    """One wave, if its people answer promptly."""

    number: int
    people: int
    phones: int
    spending: Spending
    staging_minutes: float
    """Making the wave's users and groups on the target, before anyone is asked."""
    hours: float
    """From the start of the wave until the last prompt phone is verified."""
    call_minutes: Mapping[Role, float]
    """What its requests take at least at each tenant's pace; `hours` is never shorter."""
    finish_after: float
    """Hours from the start of the first wave."""
    finish_at: datetime | None
    """UTC; `None` for a plan without dates."""


class Strain(Document):
    """How near a declared limit a move comes. At 1 and above the limit decides how long things take."""

    role: Role
    product: str
    limit: Literal["per_minute", "per_day", "concurrency"]
    most: int
    """The limit itself."""
    used: float
    """The busiest wave's part of it."""


class Forecast(Document):
    """What a move costs and how long it takes, said before it begins; for people who answer promptly.

    People who stay silent keep ueapi looking: `waiting` is what a day of that costs.
    """

    before: Spending
    """Reading both tenants again, checking the administrators' tasks, and staging: once."""
    waves: tuple[WaveForecast, ...]
    total: Spending
    waiting: Spending
    """One day of looking while only answers are awaited, at the end of the move."""
    finish_after: float
    """Hours from the start of the first wave until the last prompt phone is verified."""
    finish_at: datetime | None
    strains: tuple[Strain, ...] = ()
    """Declared limits, the most strained first."""
    assumptions: tuple[str, ...] = ()
