"""Users, where Jamf Pro keeps the Managed Apple ID."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from attrs import field, frozen

from ueapi.contract import Capability, Change, Ensured, Users, needs
from ueapi.errors import Conflict, NotFound
from ueapi.flow import Call, Flow, Page, ask
from ueapi.model import ManagedAppleID, User, UserDraft
from ueapi_jamf import paths
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.facets.lately import LatelyMade
from ueapi_jamf.mapping.text import filled
from ueapi_jamf.mapping.users import row_agreeing, row_from_draft, user_from_wire
from ueapi_jamf.paging import next_cursor, page_number
from ueapi_jamf.wire.calls import pro_get, pro_post, pro_put
from ueapi_jamf.wire.reading import read
from ueapi_jamf.wire.rsql import equals
from ueapi_jamf.wire.users import (
    INVENTORY,
    INVENTORY_PAGE,
    MADE,
    USER,
    USER_PAGE,
    InventoryWire,
    UserWire,
)

PAGE_SIZE: Final = 1000
"""Rows in one page: the declared maximum, and rows are short."""


@frozen
class JamfUsers(Facet, Users):
    """Users of a Jamf Pro server."""

    page_rows: int | None = None
    lately: LatelyMade = field(factory=LatelyMade, repr=False)

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
        reply = yield from ask(_finding("users.find", managed_apple_id))
        rows = read(USER_PAGE, reply, what="the users found")["results"]
        row = _only([row for row in rows if _has(row, managed_apple_id)])
        return None if row is None else self._user(row)

    @needs(Capability.USERS_ENSURE)
    def ensure(self, draft: UserDraft) -> Flow[Ensured[User]]:
        """Find by Managed Apple ID, then create or change: one call to find and one to write.

        An update replaces the whole user in Jamf Pro, so what the draft doesn't name is sent back as it was.

        Raises:
            Conflict: several users carry the Managed Apple ID, or another user has the username. Nothing was changed.
        """
        found = yield from self._stored(draft.managed_apple_id)
        if found is None:
            return (yield from self._create(draft))
        agreed = row_agreeing(found, draft)
        if _same(found, agreed):
            return Ensured(self._user(_shown(found)), Change.UNCHANGED)
        value = {name: text for name, text in agreed.items() if name != "id"}
        yield from ask(pro_put("users.ensure", paths.USER, at={"id": agreed["id"]}, value=value))
        return Ensured(self._user(_shown(agreed)), Change.UPDATED)

    def _stored(self, account: ManagedAppleID) -> Flow[InventoryWire | None]:
        reply = yield from ask(_finding("users.ensure", account))
        rows = read(INVENTORY_PAGE, reply, what="the users found")["results"]
        row = _only([row for row in rows if _has(row, account)])
        if row is not None:
            return row
        number = self.lately.id_of(account.key, now=self.context.now())
        return None if number is None else (yield from _just_made(number))

    def _create(self, draft: UserDraft) -> Flow[Ensured[User]]:
        value = row_from_draft(draft)
        try:
            reply = yield from ask(pro_post("users.ensure", paths.USERS, value=value))
        except Conflict as problem:
            raise Conflict(
                "the username is taken by a user without this Managed Apple ID.",
                remedy="If it is the same person, enter the Managed Apple ID there in Jamf Pro; otherwise give the"
                " draft another username. A user made less than a minute ago may only not be shown yet: repeat then."
                " Nothing was changed.",
            ) from problem
        number = read(MADE, reply, what="the answer to a new user")["id"]
        self.lately.note(draft.managed_apple_id.key, number, now=self.context.now())
        row: UserWire = {
            "id": number,
            "username": value["username"],
            "realname": value["realname"],
            "email": value["email"],
            "managedAppleId": value["managedAppleId"],
        }
        return Ensured(self._user(row), Change.CREATED)

    def _user(self, row: UserWire) -> User:
        return user_from_wire(row, tenant=self.context.tenant, read_at=self.context.now())


def _finding(operation: str, account: ManagedAppleID) -> Call:
    query = (("filter", equals("managedAppleId", account.root)), ("page-size", str(PAGE_SIZE)))
    return pro_get(operation, paths.USERS, query=query)


def _just_made(number: str) -> Flow[InventoryWire]:
    """Read a user whom the search doesn't show yet."""
    try:
        reply = yield from ask(pro_get("users.ensure", paths.USER, at={"id": number}))
    except NotFound:
        raise Conflict(
            f"user {number} was made moments ago and is not shown yet.",
            remedy="Repeat in a minute, when all nodes of the server agree; nothing was changed.",
        ) from None
    return read(INVENTORY, reply, what="a user")


R = TypeVar("R", bound=UserWire)


def _only(rows: Sequence[R]) -> R | None:
    if len(rows) > 1:
        ids = ", ".join(row["id"] for row in rows)
        raise Conflict(
            f"{len(rows)} users carry the same Managed Apple ID: {ids}.",
            remedy="Clear it on all but one of them in Jamf Pro, then repeat.",
        )
    return rows[0] if rows else None


def _has(row: UserWire, wanted: ManagedAppleID) -> bool:
    typed = filled(row.get("managedAppleId"))
    return typed is not None and typed.casefold() == wanted.key


def _same(one: InventoryWire, other: InventoryWire) -> bool:
    return _compared(one) == _compared(other)


def _compared(row: InventoryWire) -> tuple[str | None, ...]:
    return filled(row.get("username")), filled(row.get("realname")), filled(row.get("email"))


def _shown(row: InventoryWire) -> UserWire:
    """The row without what is only sent back and never kept."""
    return USER.validate_python(row)
