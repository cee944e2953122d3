"""Users."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ueapi.contract import Change, Ensured, Users
from ueapi.errors import Conflict
from ueapi.flow import Call, Effect, Flow, Page, ask
from ueapi.model import ManagedAppleID, User, UserDraft
from ueapi.testing.memory.calls import Listing, reading, writing
from ueapi.testing.memory.mapping import Source, user
from ueapi.testing.memory.wire import PageRow, UserRow, read

PATH: Final = "/v1/users"
ONE: Final = "/v1/users/{id}"


@frozen
class MemoryUsers(Users):
    """The tenant's users."""

    _source: Source
    _rows: int

    def page(self, cursor: str | None) -> Flow[Page[User]]:
        """List users: one call for each page."""
        listing = Listing(operation="users.list", path=PATH, rows=self._rows)
        return (yield from listing.page(PageRow[UserRow], cursor, translate=self._user))

    def get(self, user_id: str) -> Flow[User]:
        """Read one user: one call."""
        reply = yield from ask(reading("users.get", ONE, user_id))
        return self._user(read(UserRow, reply, of="a user"))

    def find(self, managed_apple_id: ManagedAppleID) -> Flow[User | None]:
        """Search by Managed Apple ID: one call."""
        return (yield from self._search("users.get", managed_apple_id))

    def ensure(self, draft: UserDraft) -> Flow[Ensured[User]]:
        """Search, then create or change: one call, and one more if something has to change.

        Raises:
            Conflict: somebody else made the same person a moment ago; nothing was changed.
        """
        found = yield from self._search("users.ensure", draft.managed_apple_id)
        wanted = {"name": draft.name, "email": draft.email, "username": draft.username}
        if found is None:
            wanted["managed_apple_id"] = str(draft.managed_apple_id)
            # READABLE: after a lost answer, searching tells whether the user is there.
            call = writing("users.ensure", "POST", PATH, effect=Effect.READABLE, body=wanted)
            return Ensured((yield from self._told(call)), Change.CREATED)
        is_as_wanted = all(getattr(found, name) == value for name, value in wanted.items())
        if is_as_wanted:
            return Ensured(found, Change.UNCHANGED)
        call = writing(
            "users.ensure", "PATCH", ONE, effect=Effect.IDEMPOTENT, native=found.id, body=wanted
        )
        return Ensured((yield from self._told(call)), Change.UPDATED)

    def _search(self, operation: str, account: ManagedAppleID) -> Flow[User | None]:
        where = (("managed_apple_id", str(account)),)
        listing = Listing(operation=operation, path=PATH, rows=self._rows, where=where)
        page = yield from listing.page(PageRow[UserRow], None, translate=self._user)
        # Compared once more: a product that ignored the filter would answer with everybody.
        found = [
            u for u in page.items if u.managed_apple_id and u.managed_apple_id.key == account.key
        ]
        if len(found) > 1:
            raise Conflict(
                "several users have the same Managed Apple ID.",
                remedy="Remove all but one in the console; nothing was changed.",
            )
        return found[0] if found else None

    def _told(self, call: Call) -> Flow[User]:
        return self._user(read(UserRow, (yield from ask(call)), of="the user"))

    def _user(self, row: UserRow) -> User:
        return user(self._source, row)
