"""What this process changed within the time a cluster needs to agree.

A read right after a write can come from a node that has not heard of it. Without this memory something would be made
twice, or an update that replaces a whole scope would take an earlier one back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import define, field

from ueapi_jamf.pace import ROWS_LAG
from ueapi_jamf.wire.scoping import Place, Wanted


@define
class LatelyMade:
    """Ids of what was made, by its stable key."""

    _made: dict[str, tuple[datetime, str]] = field(factory=dict, repr=False)

    def note(self, key: str, number: str, *, now: datetime) -> None:
        """Remember what was just made."""
        self._made[key.casefold()] = (now, number)

    def id_of(self, key: str, *, now: datetime) -> str | None:
        """The id of what a listing may not show yet."""
        found = self._made.get(key.casefold())
        if found is None or now - found[0] > ROWS_LAG:
            return None
        return found[1]


@define
class LatelyScoped:
    """Rows put into scopes and taken out of them, by the object the scope belongs to."""

    _noted: dict[str, dict[Place, tuple[datetime, bool]]] = field(factory=dict, repr=False)

    def note(self, number: str, wanted: Wanted, *, now: datetime) -> None:
        """Remember an update about to be sent."""
        rows = self._noted.setdefault(number, {})
        rows.update({place: (now, is_in) for place, is_in in wanted.items()})

    def of(self, number: str, *, now: datetime) -> Mapping[Place, bool]:
        """Rows changed so lately that a read may not show it."""
        fresh = {
            p: row for p, row in self._noted.get(number, {}).items() if now - row[0] <= ROWS_LAG
        }
        self._noted[number] = fresh
        return {place: is_in for place, (_, is_in) in fresh.items()}
