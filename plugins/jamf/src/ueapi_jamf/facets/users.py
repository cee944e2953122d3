"""Users, where Jamf Pro keeps the Managed Apple ID."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ueapi.contract import Capability, Users, needs
from ueapi.errors import Conflict
from ueapi.flow import Flow, Page, ask
from ueapi.model import ManagedAppleID, User
from ueapi_jamf import paths
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.mapping.users import user_from_wire
from ueapi_jamf.paging import next_cursor, page_number
from ueapi_jamf.wire.calls import pro_get
from ueapi_jamf.wire.reading import read
from ueapi_jamf.wire.rsql import equals
from ueapi_jamf.wire.users import USER, USER_PAGE, UserWire

PAGE_SIZE: Final = 1000
"""Rows in one page: the declared maximum, and rows are short."""


@frozen
class JamfUsers(Facet, Users):
    """Users of a Jamf Pro server."""

    page_rows: int | None = None

    @property
    def _rows(self) -> int:
        return min(self.page_rows or PAGE_SIZE, PAGE_SIZE)

    @needs(Capability.USERS_LIST)
    def page(self, cursor: str | None) -> Flow[Page[User]]:
        page = page_number(cursor)
        query = (("page", str(page)), ("page-size", str(self._rows)), ("sort", "id:asc"))
        reply = yield from ask(pro_get("users.list", paths.USERS, query=query))
        found = read(USER_PAGE, reply, what="the user listing")
        rows, total = found["results"], found["totalCount"]
        return Page(
            items=tuple(self._user(row) for row in rows),
            next=next_cursor(page=page, size=self._rows, rows=len(rows), total=total),
            total=total,
        )

    @needs(Capability.USERS_GET)
    def get(self, user_id: str) -> Flow[User]:
        reply = yield from ask(pro_get("users.get", paths.USER, at={"id": user_id}))
        return self._user(read(USER, reply, what="a user"))

    @needs(Capability.USERS_GET)
    def find(self, managed_apple_id: ManagedAppleID) -> Flow[User | None]:
        """Read the user with that Managed Apple ID, or `None`.

        Raises:
            Conflict: several users carry it; nobody is picked.
        """
        query = (
            ("filter", equals("managedAppleId", managed_apple_id.root)),
            ("page-size", str(PAGE_SIZE)),
        )
        reply = yield from ask(pro_get("users.find", paths.USERS, query=query))
        rows = read(USER_PAGE, reply, what="the users found")["results"]
        users = [user for user in map(self._user, rows) if _has(user, managed_apple_id)]
        if len(users) > 1:
            ids = ", ".join(user.id for user in users)
            raise Conflict(
                f"{len(users)} users carry the same Managed Apple ID: {ids}.",
                remedy="Clear it on all but one of them in Jamf Pro, then repeat.",
            )
        return users[0] if users else None

    def _user(self, row: UserWire) -> User:
        return user_from_wire(row, tenant=self.context.tenant, read_at=self.context.now())


def _has(user: User, wanted: ManagedAppleID) -> bool:
    return user.managed_apple_id is not None and user.managed_apple_id.key == wanted.key
