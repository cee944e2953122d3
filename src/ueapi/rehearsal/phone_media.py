"""Books on a virtual iPhone. Its owner isn't asked for them.

Source: Apple's schema, mdm/commands/media.install, media.remove and media.managed.list. Guess: a book is there at once,
and one of the store needs a license of the account, as an app does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ueapi.apple import mdm
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.rehearsal.phone_answers import Act, Current, Obeying, answered, failed
from ueapi.rehearsal.phone_contents import Book

BOOK: Final = "Book"
INSTALLED: Final = "Installed"
"""What a book of the store reports in place of "Managed". Source: Apple's schema."""
MANAGED: Final = "Managed"
_DETAILS: Final = ("Kind", "Version", "Author", "Title")
_NAMES: Final = ("iTunesStoreID", "MediaURL", "PersistentID", "MediaType")


def _install(phone: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    content = command.content
    named: PlistDict = {key: content[key] for key in _NAMES if key in content}
    reason = _rejection(phone, current, content)
    if reason is not None:
        told = {**named, "RejectionReason": reason}
        return failed(current, command, 12026, "the book can't be installed", told)
    book = _book(content)
    current.contents.books[_key(book)] = book
    return answered(current, command, response={**named, "State": _state(book)})


def _rejection(phone: Obeying, current: Current, content: Mapping[str, PlistValue]) -> str | None:
    """Why the book can't be installed, in Apple's words."""
    if content.get("MediaType") != BOOK:
        return "WrongMediaType"
    store_id, url = content.get("iTunesStoreID"), content.get("MediaURL")
    if isinstance(store_id, int):
        is_held = phone.apple.holds(current.server.location, str(store_id), current.account)
        return None if is_held else "PurchaseNotFound"
    if not isinstance(url, str):
        return "CouldNotVerifyITunesStoreID"
    return "DownloadInvalid" if phone.fetch(url) is None else None


def _book(content: Mapping[str, PlistValue]) -> Book:
    store_id, named = content.get("iTunesStoreID"), content.get("PersistentID")
    return Book(
        store_id=store_id if isinstance(store_id, int) else None,
        persistent_id=str(named or content.get("MediaURL")) if store_id is None else None,
        details={key: content[key] for key in _DETAILS if key in content},
    )


def _key(book: Book) -> str:
    return str(book.store_id if book.store_id is not None else book.persistent_id)


def _state(book: Book) -> str:
    return MANAGED if book.store_id is None else INSTALLED


def _remove(_: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    content = command.content
    if content.get("MediaType") != BOOK:
        return failed(current, command, 12026, "this is no kind of media that can be removed")
    for name in ("iTunesStoreID", "PersistentID"):
        current.contents.books.pop(str(content.get(name)), None)
    return answered(current, command)


def _list(_: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    rows: list[PlistValue] = [dict(_row(book)) for book in current.contents.books.values()]
    return answered(current, command, response={"Books": rows})


def _row(book: Book) -> Iterator[tuple[str, PlistValue]]:
    if book.store_id is not None:
        yield "iTunesStoreID", book.store_id
    if book.persistent_id is not None:
        yield "PersistentID", book.persistent_id
    yield "State", _state(book)
    yield from book.details.items()


MEDIA: Final[Mapping[str, Act]] = {
    "InstallMedia": _install,
    "RemoveMedia": _remove,
    "ManagedMediaList": _list,
}
