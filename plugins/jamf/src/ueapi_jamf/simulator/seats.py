"""Seats of volume assignments, as the server keeps them at Apple.

A user in scope who has a Managed Apple ID holds a seat of each app of the assignment; who falls out of scope, or is
excluded, loses them. Seats belong to users: under User Enrollment a device can't hold one. Source: Jamf's guide for
personally owned devices. Guess: which users get the last seats; here it is those with the smaller ids.
"""

from __future__ import annotations

from attrs import define, field

from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi_jamf.simulator.content import AssignmentRow, LocationRow, Shelf
from ueapi_jamf.simulator.reach import Reach
from ueapi_jamf.simulator.state import account_of

Pool = tuple[str, str]


@define(eq=False)
class Seats:
    """Keeps what users hold equal to what assignments say."""

    apple: AppsAndBooks = field(repr=False)
    reach: Reach = field(repr=False)
    assignments: Shelf[AssignmentRow] = field(factory=Shelf)
    locations: Shelf[LocationRow] = field(factory=Shelf)
    _held: dict[Pool, set[str]] = field(factory=dict, repr=False)
    """Accounts this server gave a seat; what others gave at the same location is not touched."""

    def settle(self) -> None:
        """Release first, then take."""
        wanted = self._wanted()
        for pool, accounts in self._held.items():
            keep = wanted.get(pool, {})
            for account in [a for a in sorted(accounts) if a not in keep]:
                self.apple.release(*pool, account)
                accounts.discard(account)
        for pool, order in wanted.items():
            held = self._held.setdefault(pool, set())
            for account in order:
                if account not in held and self.apple.take(*pool, account):
                    held.add(account)

    def revoke_all(self, location: str) -> None:
        """Take back every seat of a location; the next settling gives them again to who is in scope."""
        for pool, accounts in self._held.items():
            if pool[0] == location:
                for account in sorted(accounts):
                    self.apple.release(*pool, account)
                accounts.clear()

    def of_assignments(self, user_id: int) -> list[AssignmentRow]:
        """The assignments a user is in."""
        rows = self.assignments.rows.values()
        return [row for row in rows if user_id in self.reach.users_in(row.scope)]

    def _wanted(self) -> dict[Pool, dict[str, None]]:
        """Accounts by pool, in the order in which they get seats."""
        wanted: dict[Pool, dict[str, None]] = {}
        for row in self.assignments.rows.values():
            location = self.locations.rows.get(row.location_id)
            if location is None or not location.registers_managed_users:
                continue
            users = self.reach.users.rows
            accounts = [account_of(users[i]) for i in sorted(self.reach.users_in(row.scope))]
            order = dict.fromkeys(a for a in accounts if a)
            for store_id in row.apps:
                wanted.setdefault((location.location, store_id), {}).update(order)
        return wanted
