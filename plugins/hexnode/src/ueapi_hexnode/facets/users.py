"""Users. This backend never deletes one, since that would end the enrollments of all their devices."""

from __future__ import annotations

from attrs import field, frozen

from ueapi.contract import Change, Ensured, Users
from ueapi.errors import Conflict, NotFound, Rejected, UeapiError
from ueapi.flow import Effect, Flow, Page, ask
from ueapi.model import ManagedAppleID, User, UserDraft
from ueapi_hexnode.facets.calls import reading, writing
from ueapi_hexnode.facets.listing import Listing
from ueapi_hexnode.facets.roster import Roster
from ueapi_hexnode.mapping.origin import Source
from ueapi_hexnode.mapping.people import same_text, user_from_row
from ueapi_hexnode.wire.base import read
from ueapi_hexnode.wire.people import UserRow


@frozen
class HexnodeUsers(Users):
    """The portal's users; the e-mail address stands for the Managed Apple ID."""

    _source: Source
    _roster: Roster
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
        """List and compare, since the product can't search.

        Costs one call when the person was listed in the last minutes, else one for each page of users.

        Raises:
            Conflict: two users have that address.
        """
        known = yield from self._recall(managed_apple_id)
        if known is not None:
            return known
        users = yield from self._all("users.get")
        return _only(users, managed_apple_id.key)

    def ensure(self, draft: UserDraft) -> Flow[Ensured[User]]:
        """Find by address, else create: as `find`, and one call to write.

        Creating many people costs one call each, after one listing. The product has one address for a person. It gets
        the Managed Apple ID, by which people are joined; a different e-mail address has no place.

        Raises:
            Conflict: the person exists under the draft's other e-mail address, or twice. Nothing was changed.
        """
        found = yield from self._recall(draft.managed_apple_id)
        if found is None and not self._roster.is_fresh:
            users = yield from self._all("users.ensure")
            found = _only(users, draft.managed_apple_id.key)
        if found is None:
            self._refuse_other_address(draft)
            return (yield from self._create(draft))
        return (yield from self._agree(found, draft))

    def _agree(self, found: User, draft: UserDraft) -> Flow[Ensured[User]]:
        if same_text(found.name, draft.name):
            return Ensured(found, Change.UNCHANGED)
        return (yield from self._rename(found, draft))

    def _recall(self, account: ManagedAppleID) -> Flow[User | None]:
        native = self._roster.id_of(account.key)
        if native is None:
            return None
        try:
            user = yield from self.get(native)
        except NotFound:
            self._roster.forget()
            return None
        if user.managed_apple_id is None or user.managed_apple_id.key != account.key:
            self._roster.forget()
            return None
        return user

    def _create(self, draft: UserDraft) -> Flow[Ensured[User]]:
        body = {"name": draft.name, "email": str(draft.managed_apple_id)}
        call = writing("users.ensure", "POST", "/users/", body, effect=Effect.READABLE)
        try:
            reply = yield from ask(call)
        except (Conflict, Rejected):
            # Somebody else may have made the same person since the listing.
            users = yield from self._all("users.ensure")
            found = _only(users, draft.managed_apple_id.key)
            if found is None:
                raise
            return (yield from self._agree(found, draft))
        except UeapiError:
            self._roster.forget()
            raise
        made = self._user(read(UserRow, reply, of="the new user"))
        self._roster.add(made)
        return Ensured(made, Change.CREATED)

    def _rename(self, found: User, draft: UserDraft) -> Flow[Ensured[User]]:
        body = {"name": draft.name, "email": found.email}
        call = writing(
            "users.ensure", "PUT", "/users/{id}/", body, effect=Effect.IDEMPOTENT, native=found.id
        )
        reply = yield from ask(call)
        return Ensured(self._user(read(UserRow, reply, of="the changed user")), Change.UPDATED)

    def _all(self, operation: str) -> Flow[tuple[User, ...]]:
        rows = yield from self._listing(operation).walk(UserRow)
        users = tuple(self._user(row) for row in rows)
        self._roster.renew(users)
        return users

    def _refuse_other_address(self, draft: UserDraft) -> None:
        other = self._roster.id_of(draft.email)
        if other is not None:
            raise Conflict(
                f"user {other} has the person's e-mail address, which is not their Managed Apple ID.",
                remedy="Change that user's address in the portal to the Managed Apple ID, by which people are joined;"
                " nothing was changed.",
            )

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
