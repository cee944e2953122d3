"""Users. The product has no field for the Managed Apple ID; it is taken to equal the e-mail address."""

from __future__ import annotations

import unicodedata

from pydantic import ValidationError

from ueapi.model import ManagedAppleID, User
from ueapi_hexnode import assumed
from ueapi_hexnode.mapping.origin import Source, not_shown
from ueapi_hexnode.wire.people import UserRow


def user_from_row(source: Source, row: UserRow) -> User:
    """Translate a user; the Managed Apple ID is inferred from the e-mail address."""
    built_in = row.id == assumed.DEFAULT_USER
    account = None if built_in else _account(row.email)
    return User(
        ref=source.ref(row.id),
        origin=source.origin(
            row,
            inferred=("managed_apple_id",) if account else (),
            absent=not_shown("username", "name", "email", "managed_apple_id"),
        ),
        name=row.name,
        email=row.email,
        managed_apple_id=account,
        built_in=built_in,
    )


def _account(email: str | None) -> ManagedAppleID | None:
    if email is None:
        return None
    try:
        return ManagedAppleID(email)
    except ValidationError:
        # Directories bring users whose address is a login name; nobody can sign in to an iPhone with that.
        return None


def same_text(left: str | None, right: str | None) -> bool:
    """Whether two names read alike; composed and decomposed accents are the same letter."""
    return _plain(left) == _plain(right)


def _plain(text: str | None) -> str | None:
    return None if text is None else unicodedata.normalize("NFC", text).strip()
