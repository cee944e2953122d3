"""Users: the product searches by name and by address, adds people, and shows no call that changes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import field, frozen

from ueapi.contract import Change, Ensured, Users
from ueapi.errors import (
    CapabilityUnsupported,
    Conflict,
    ManualStepRequired,
    NotFound,
    Rejected,
    Unintelligible,
)
from ueapi.flow import Effect, Flow, Page, ask
from ueapi.model import ManagedAppleID, User, UserDraft
from ueapi_maas360.facets.calls import Account
from ueapi_maas360.facets.listing import MATCH_EXACTLY, Listing
from ueapi_maas360.mapping.origin import Source
from ueapi_maas360.mapping.people import AccountRule, same_text, user_from_row
from ueapi_maas360.wire.reading import Record

EVERYBODY: Final = {"includeAllUsers": "1"}
"""Without it, only people who have a device are shown."""

_SEARCH: Final = "/user-apis/user/1.0/search/{billing}"
_ADD: Final = "/user-apis/user/1.0/addUser/customer/{billing}"
_ENSURE: Final = "users.ensure"


@frozen(kw_only=True)
class Maas360Users(Users):
    """The account's users; the settings say where their Managed Apple IDs are read from."""

    _account: Account
    _source: Source
    _rule: AccountRule
    _page_rows: int
    _domain: str | None = None
    _names: dict[str, str] = field(factory=dict, init=False, repr=False)
    """User names by id, as last seen: the product searches by name, and by id not at all."""

    def page(self, cursor: str | None) -> Flow[Page[User]]:
        """List everybody: one call for each page."""
        page = yield from self._listing("users.list", {}).page(cursor)
        return Page(tuple([self._user(row) for row in page.items]), page.next, page.total)

    def get(self, user_id: str) -> Flow[User]:
        """Read one user: one call for a user seen before, else one for each page of users."""
        name = self._names.get(user_id)
        if name is not None:
            found = yield from self._search("users.get", {"partialUserName": name, **MATCH_EXACTLY})
            known = next((user for user in found if user.id == user_id), None)
            if known is not None:
                return known
        users = yield from self._search("users.get", {})
        return _with_id(users, user_id)

    def find(self, managed_apple_id: ManagedAppleID) -> Flow[User | None]:
        """Search by address: one call. A custom attribute can't be searched, and costs one for each page of users.

        Raises:
            CapabilityUnsupported: the settings don't say where Managed Apple IDs are read from. Nothing was sent.
            Conflict: two users have that Managed Apple ID.
        """
        return (yield from self._find("users.get", managed_apple_id))

    def ensure(self, draft: UserDraft) -> Flow[Ensured[User]]:
        """Find by Managed Apple ID, else add and read back: one call, or three.

        The product has one address for a person. It gets the Managed Apple ID; a different e-mail address has no
        place. A user name is given to a new person only.

        Raises:
            Conflict: the person exists under another name, which no known call changes; under the draft's other e-mail
                address; or twice. Nothing was changed.
            ManualStepRequired: people are not known by their address here, so a person adds them. Nothing was changed.
        """
        found = yield from self._find(_ENSURE, draft.managed_apple_id)
        if found is not None:
            return _as_drafted(found, draft)
        if not self._rule.can_be_searched:
            raise _by_hand()
        yield from self._refuse_other_address(draft)
        return (yield from self._add(draft))

    def _add(self, draft: UserDraft) -> Flow[Ensured[User]]:
        account = draft.managed_apple_id
        fields = {
            "userName": draft.username or str(account),
            "domain": self._domain or account.domain,
            "fullName": draft.name,
            "email": str(account),
        }
        try:
            yield from ask(self._account.form(_ENSURE, _ADD, fields, effect=Effect.READABLE))
        except (Conflict, Rejected):
            # Somebody else may have added them meanwhile, or the search may tell upper from lower case.
            found = _only((yield from self._search(_ENSURE, {})), account)
            if found is None:
                raise
            return _as_drafted(found, draft)
        added = yield from self._find(_ENSURE, account)
        if added is None:
            raise Unintelligible(
                "the product took a new user and doesn't show one.",
                remedy="Look into the portal before repeating: the user may have been added.",
            )
        return Ensured(added, Change.CREATED)

    def _refuse_other_address(self, draft: UserDraft) -> Flow[None]:
        if draft.email.casefold() == draft.managed_apple_id.key:
            return
        others = yield from self._search(_ENSURE, _at(draft.email))
        if others:
            raise Conflict(
                f"user {others[0].id} has the person's e-mail address, and it is not their Managed Apple ID.",
                remedy="Change the address in the portal to the Managed Apple ID, or draft the user without another"
                " address. Nothing was changed.",
            )

    def _find(self, operation: str, account: ManagedAppleID) -> Flow[User | None]:
        if self._rule.can_be_searched:
            users = yield from self._search(operation, _at(str(account)))
        elif self._rule.attribute is not None:
            users = yield from self._search(operation, {})
        else:
            raise CapabilityUnsupported(
                "the settings don't say where Managed Apple IDs are read from.",
                remedy="Set managed_apple_id or managed_apple_id_attribute; nothing was sent.",
            )
        return _only(users, account)

    def _search(self, operation: str, where: Mapping[str, str]) -> Flow[tuple[User, ...]]:
        rows = yield from self._listing(operation, where).walk()
        return tuple([self._user(row) for row in rows])

    def _listing(self, operation: str, where: Mapping[str, str]) -> Listing:
        attributes = {} if self._rule.attribute is None else {"includeCustomAttributes": "1"}
        return Listing(
            account=self._account,
            operation=operation,
            path=_SEARCH,
            root="users",
            row="user",
            rows=self._page_rows,
            where={**EVERYBODY, **attributes, **where},
        )

    def _user(self, row: Record) -> User:
        user = user_from_row(self._source, row, self._rule)
        if user.username is not None:
            self._names[user.id] = user.username
        return user


def _as_drafted(found: User, draft: UserDraft) -> Ensured[User]:
    if same_text(found.name, draft.name):
        return Ensured(found, Change.UNCHANGED)
    raise Conflict(
        f"user {found.id} has another name, and no call that changes a user is known.",
        remedy="Change the name in the portal, or draft the user with the name they have. Nothing was changed.",
    )


def _at(address: str) -> dict[str, str]:
    return {"partialEmailAddress": address, **MATCH_EXACTLY}


def _with_id(users: Sequence[User], user_id: str) -> User:
    found = next((user for user in users if user.id == user_id), None)
    if found is None:
        raise NotFound(
            "the product has no such user.",
            remedy="They may have been removed in the meantime; list again. Nothing was changed.",
        )
    return found


def _only(users: Sequence[User], account: ManagedAppleID) -> User | None:
    found = [
        user
        for user in users
        if user.managed_apple_id is not None and user.managed_apple_id.key == account.key
    ]
    if len(found) > 1:
        raise Conflict(
            f"users {', '.join(user.id for user in found)} have the same Managed Apple ID.",
            remedy="Remove all but one in the portal; nothing was changed.",
        )
    return found[0] if found else None


def _by_hand() -> ManualStepRequired:
    steps = (
        "In the portal, add the user",
        "Give the user the custom attribute that holds the Managed Apple ID",
    )
    return ManualStepRequired(
        "has no call that sets the custom attribute of a user.",
        steps=steps,
        remedy=f"A person does this: {'; '.join(steps)}. Nothing was changed.",
        operation=_ENSURE,
    )
