"""Users. No field holds the Managed Apple ID; the settings say what to conclude it from."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from attrs import frozen
from pydantic import ValidationError

from ueapi.model import ManagedAppleID, User
from ueapi_maas360 import assumed
from ueapi_maas360.mapping.origin import Source, not_shown
from ueapi_maas360.wire.reading import Record

_KEPT: Final = (
    *("userIdentifier", "id", "userName", "usernameAlias", "fullName", "emailAddress", "domain"),
    *("authType", "source", "status", "upn", "createDate", "updateDate"),
)


@frozen
class AccountRule:
    """Where a Managed Apple ID is read from: a custom attribute if one is named, else the e-mail address or nowhere."""

    is_email: bool
    attribute: str | None = None

    @property
    def can_be_searched(self) -> bool:
        """Whether the product can look a person up by what the rule reads."""
        return self.is_email and self.attribute is None

    def account_of(self, row: Record) -> ManagedAppleID | None:
        """The Managed Apple ID of a user, or `None`."""
        if self.attribute is not None:
            return _account(dict(_attributes(row)).get(self.attribute))
        return _account(row.text("emailAddress")) if self.is_email else None


def user_from_row(source: Source, row: Record, rule: AccountRule) -> User:
    """Translate a user; the Managed Apple ID is inferred.

    Raises:
        Unintelligible: the row has no id.
    """
    account = rule.account_of(row)
    return User(
        ref=source.ref(user_id(row)),
        origin=source.origin(
            row.kept(_KEPT),
            inferred=("managed_apple_id",) if account else (),
            absent=not_shown("username", "name", "email", "managed_apple_id"),
        ),
        username=row.text("userName"),
        name=row.text("fullName"),
        email=row.text("emailAddress"),
        managed_apple_id=account,
    )


def user_id(row: Record) -> str:
    """A user's id, which is also what a group names its members by.

    Raises:
        Unintelligible: the row has none.
    """
    found = next((text for key in assumed.USER_KEYS if (text := row.text(key)) is not None), None)
    if found is None:
        raise row.misfit(assumed.USER_KEYS[0], "there")
    return found


def same_text(left: str | None, right: str | None) -> bool:
    """Whether two texts read alike; upper and lower case are alike, and so are both forms of an accent."""
    return _form(left) == _form(right)


def _form(text: str | None) -> str:
    return unicodedata.normalize("NFC", (text or "").strip()).casefold()


def _attributes(row: Record) -> Iterator[tuple[str, str]]:
    container, name, key, value = assumed.USER_ATTRIBUTES
    inner = row.record(container)
    for attribute in inner.records(name) if inner is not None else ():
        label, text = attribute.text(key), attribute.text(value)
        if label is not None and text is not None:
            yield label, text


def _account(text: str | None) -> ManagedAppleID | None:
    if text is None:
        return None
    try:
        return ManagedAppleID(text)
    except ValidationError:
        # Directories bring users whose address is a login name; nobody can sign in to an iPhone with that.
        return None
