"""What single steps cost at a tenant: from what reading it cost, and from what its backend's sheet declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from math import ceil
from typing import Final

from attrs import define, field, frozen

from ueapi.contract import Cost
from ueapi.migration.sides import Side

ASSUMED_PAGE: Final = 100
"""Rows in a page where a tenant had less than one, so that nobody saw how long its pages are."""
SECONDS_A_CALL: Final = 0.3
"""What one request takes where the product declares no rate."""
WINDOW: Final = 60.5
"""Seconds in which a declared number of calls a minute may go out; see `ueapi.runtime.pace`."""
SIGN_IN_MINUTES: Final = 30.0
"""How long a bought token is good for, where the product sells some and doesn't say."""
UNDECLARED: Final = {
    operation: Cost.parse(text)
    for operation, text in (
        ("users.ensure", "1 + 1 per page, then 1"),
        ("groups.ensure", "1 + 1 per page, then 2 + 1 per page"),
        ("profiles.ensure", "2 + 1 per page"),
        ("apps.ensure", "2 + 1 per page"),
        ("licenses.unassign", "1 + 2 per scope"),
    )
}
"""What is taken where a sheet declares no cost; anything else is taken for one request."""
ONE: Final = Cost.parse("1")

SIGN_IN: Final = "sign-in"
_LISTS: Final = ("users", "devices", "groups", "profiles", "apps")


@frozen
class Pages:
    """How long listings are: rows in a page by what is listed."""

    rows: Mapping[str, int]
    spent: Mapping[str, int]

    @classmethod
    def of(cls, side: Side) -> Pages:
        """As the snapshot found them."""
        return cls(side.rows, side.spent)

    def count(self, kind: str, rows: int | None = None) -> int:
        """Pages of a listing of that many rows; of as many as the snapshot saw when none are given."""
        seen = max(self.spent.get(f"{kind}.list", 1), 1)
        if rows is None or rows <= self.rows.get(kind, 0):
            return seen
        return max(seen, ceil(rows / self.size(kind)))

    def size(self, kind: str) -> int:
        """Rows in a page. With several pages it is at least their average; with one it is assumed."""
        known, seen = self.rows.get(kind, 0), self.spent.get(f"{kind}.list", 1)
        if seen > 1 and kind != "groups":
            return max(known // seen, 1)
        return max(known, ASSUMED_PAGE)

    @property
    def groups_of_users(self) -> int:
        """Pages of the groups of users; a snapshot lists those of devices as well."""
        return max(ceil(self.count("groups") / 2), 1)

    @property
    def assumed(self) -> bool:
        """Whether the length of some page is assumed."""
        return any(self.spent.get(f"{kind}.list", 1) < 2 for kind in _LISTS[:2])


def does(side: Side, operation: str) -> bool:
    """Whether the backend does it by itself; taken so where its sheet wasn't known."""
    return side.does is None or operation in side.does


def cost_of(side: Side, operation: str) -> Cost:
    """What the sheet declares for an operation, else what most products need."""
    declared = (side.does or {}).get(operation)
    return UNDECLARED.get(operation, ONE) if declared is None else _read(declared)


@lru_cache(maxsize=256)
def _read(declared: str) -> Cost:
    return Cost.parse(declared)


@define
class Bill:
    """Adds up requests to one tenant, and what they take."""

    side: Side
    operations: Counter[str] = field(factory=Counter)

    def add(self, operation: str, calls: int) -> int:
        """Add requests and return their number."""
        if calls:
            self.operations[operation] += calls
        return calls

    def cost(self, operation: str) -> Cost:
        """What one order takes here."""
        return cost_of(self.side, operation)

    def does(self, operation: str) -> bool:
        """Whether the backend does it by itself."""
        return does(self.side, operation)

    @property
    def token_minutes(self) -> float:
        """How long a bought token is good for."""
        declared = self.side.limits.signed_in_minutes if self.side.limits else None
        return declared or SIGN_IN_MINUTES

    def minutes(self, calls: int) -> float:
        """What that many requests in a row take: the first window's go out at once."""
        limits = self.side.limits
        if limits is not None and limits.per_minute is not None:
            return (max(calls - 1, 0) // limits.per_minute) * WINDOW / 60
        return calls * SECONDS_A_CALL / 60

    def least_minutes(self, calls: int) -> float:
        """What that many requests take at the declared rate, or by the daily allowance if that is longer."""
        limits = self.side.limits
        paced = self.minutes(calls)
        if limits is not None and limits.per_minute is not None:
            paced = calls / limits.per_minute
        if limits is not None and limits.per_day is not None:
            paced = max(paced, (max(calls - 1, 0) // limits.per_day) * 1440.0)
        return paced

    @property
    def buys_tokens(self) -> bool:
        """Whether signing in costs requests."""
        return SIGN_IN in self.side.spent
