"""Users. This backend never deletes one, since that would end the enrollments of all their devices."""

from __future__ import annotations

from attrs import field, frozen

from ueapi.contract import Change, Ensured, Users
from ueapi.errors import Conflict
from ueapi.flow import Effect, Flow, Page, ask
from ueapi.model import ManagedAppleID, User, UserDraft
from ueapi_hexnode.facets.calls import reading, writing
from ueapi_hexnode.facets.listing import Listing
from ueapi_hexnode.mapping.origin import Source
from ueapi_hexnode.mapping.people import same_text, user_from_row
from ueapi_hexnode.wire.base import read
from ueapi_hexnode.wire.people import UserRow


@frozen
class HexnodeUsers(Users):
    """The portal's users; the e-mail address stands for the Managed Apple ID."""

    _source: Source
    _per_page: int = field(kw_only=True)

    def page(self, cursor: str | None) -> Flow[Page[User]]:
        """List users: one call for each page."""
        page = yield from self._listing("users.list").page(UserRow, cursor)
        return Page(tuple(self._user(row) for row in page.items), page.next, page.total)

    def get(self, user_id: str) -> Flow[User]:
        """Read one user: one call."""
        reply = yield from ask(reading("users.get", "/users/{id}/", user_id))
        return self._user(read(UserRow, reply, of="a user"))

    def find(self, managed_apple_id: ManagedAppleID) -> Flow[User | None]:
        """List and compare, since the product can't search: one call for each page of users."""
        users = yield from self._all("users.get")
        return _only(users, managed_apple_id.key)

    def ensure(self, draft: UserDraft) -> Flow[Ensured[User]]:
        """Find by address, else create; one call for each page of users, and one to write.

        The product has one address for a person. It gets the Managed Apple ID, by which people are joined; a different
        e-mail address has no place.

        Raises:
            Conflict: the person exists under the draft's other e-mail address. Nothing was changed.
        """
        users = yield from self._all("users.ensure")
        found = _only(users, draft.managed_apple_id.key)
        if found is None:
            _refuse_other_address(users, draft)
            return (yield from self._create(draft))
        if same_text(found.name, draft.name):
            return Ensured(found, Change.UNCHANGED)
        return (yield from self._rename(found, draft))

    def _create(self, draft: UserDraft) -> Flow[Ensured[User]]:
        body = {"name": draft.name, "email": str(draft.managed_apple_id)}
        call = writing("users.ensure", "POST", "/users/", body, effect=Effect.READABLE)
        reply = yield from ask(call)
        return Ensured(self._user(read(UserRow, reply, of="the new user")), Change.CREATED)

    def _rename(self, found: User, draft: UserDraft) -> Flow[Ensured[User]]:
        body = {"name": draft.name, "email": found.email}
        call = writing(
            "users.ensure", "PUT", "/users/{id}/", body, effect=Effect.IDEMPOTENT, native=found.id
        )
        reply = yield from ask(call)
        return Ensured(self._user(read(UserRow, reply, of="the changed user")), Change.UPDATED)

    def _all(self, operation: str) -> Flow[tuple[User, ...]]:
        rows = yield from self._listing(operation).walk(UserRow)
        return tuple(self._user(row) for row in rows)

    def _listing(self, operation: str) -> Listing:
        return Listing(operation=operation, path="/users/", per_page=self._per_page)

    def _user(self, row: UserRow) -> User:
        return user_from_row(self._source, row)


def _only(users: tuple[User, ...], key: str) -> User | None:
    found = [u for u in users if u.managed_apple_id is not None and u.managed_apple_id.key == key]
    if len(found) > 1:
        raise Conflict(
            f"users {', '.join(u.id for u in found)} have the same e-mail address.",
            remedy="Keep one of them in the portal, and mind that deleting a user ends the enrollments of"
            " their devices. Nothing was changed.",
        )
    return found[0] if found else None


def _refuse_other_address(users: tuple[User, ...], draft: UserDraft) -> None:
    for user in users:
        if not user.built_in and (user.email or "").casefold() == draft.email.casefold():
            raise Conflict(
                f"user {user.id} has the person's e-mail address, which is not their Managed Apple ID.",
                remedy="Change that user's address in the portal to the Managed Apple ID, by which people are joined;"
                " nothing was changed.",
            )
