"""Publishing a list: signed, numbered, and put in place in one step, so that nobody serves half of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from ueapi.apple.enrollment import discovery
from ueapi.discovery.allow_list import LARGEST, AllowList, Answer, digest_of, read_list, write_list
from ueapi.errors import InvalidModel, UsageError

if TYPE_CHECKING:
    from ueapi.apple.profiles.signing import Signer

OLD: Final = "old"
NEW: Final = "new"
"""Names of the answers in a list of a move."""
_READABLE: Final = 0o644
_SALT_BYTES: Final = 16
_NOT_OURS: Final = (
    "See who changed it, and move the file away: the list is then made anew. Whoever serves it keeps"
    " the former one."
)


def _salt() -> str:
    return secrets.token_hex(_SALT_BYTES)


@frozen(kw_only=True)
class Addresses:
    """The enrollment addresses of the products. `old` is `None` where nobody is led back.

    With `refuses_others`, who is on neither side of a list is refused; otherwise they are led to `old`, if any.

    Raises:
        InvalidModel: one is no https address.
    """

    new: str
    old: str | None = None
    refuses_others: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse what no list can hold before anything is asked or written."""
        for address in (self.new, self.old):
            if address is not None:
                discovery.document(address)

    @property
    def default(self) -> str | None:
        """Name of the answer for everybody else; `None` for a refusal."""
        return None if self.old is None or self.refuses_others else OLD

    def answers(self) -> dict[str, Answer]:
        """The answers by name."""
        found = {NEW: Answer(base_url=self.new)}
        if self.old is not None:
            found[OLD] = Answer(base_url=self.old)
        return found


@define(kw_only=True, eq=False)
class Publisher:
    """Keeps the list in a file up to date; who serves it looks at the file again by itself.

    Number and salt go on from the list that is there, which must be signed by the same signer.
    """

    path: Path
    addresses: Addresses
    signer: Signer = field(repr=False)
    now: Callable[[], datetime]
    salt: Callable[[], str] = field(default=_salt, repr=False)
    _published: tuple[frozenset[str], frozenset[str]] | None = field(default=None, repr=False)
    _number: int = 0
    _stamp: tuple[int, int, int] | None = field(default=None, repr=False)

    def publish(self, new: Collection[str], old: Collection[str] = (), *, after: int = 0) -> int:
        """Lead these addresses to the new product, and those back to the old one; the number of the list.

        Where the list that is there says so already, it stays, unless its number is earlier than `after`: who serves a
        list takes no earlier one. So a list that was lost is made anew with a later number.

        Raises:
            InvalidModel: what is there is no list of this signer; it was not replaced.
            UsageError: the file can't be read or written; the list in use stays.
        """
        wanted = frozenset(new), frozenset(old)
        is_same = wanted == self._published and self._number >= after
        if is_same and self._stamp == _stamp_of(self.path):
            return self._number
        former = self._former()
        made = self._made(*wanted, former, after)
        is_later = former is not None and former.number >= after
        if former is not None and is_later and _meaning(made) == _meaning(former):
            made = former
        else:
            _put(self.path, write_list(made, self.signer))
        self._published, self._stamp = wanted, _stamp_of(self.path)
        self._number = made.number
        return made.number

    def _former(self) -> AllowList | None:
        try:
            with self.path.open("rb") as file:
                content = file.read(LARGEST + 1)
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise UsageError(
                f"{self.path} can't be read ({problem.strerror}).",
                remedy="Make it readable, or name another place; the list in use stays.",
            ) from None
        anchors = [self.signer.certificate, *self.signer.chain]
        try:
            return read_list(content, anchors=anchors, at=self.now())
        except InvalidModel as problem:
            raise InvalidModel(f"{self.path}: {problem.message}", remedy=_NOT_OURS) from None

    def _made(
        self, new: frozenset[str], old: frozenset[str], former: AllowList | None, after: int
    ) -> AllowList:
        salt = former.salt if former else self.salt()
        people = {digest_of(address, salt): NEW for address in sorted(new)}
        if self.addresses.old is not None and self.addresses.default != OLD:
            people |= {digest_of(address, salt): OLD for address in sorted(old - new)}
        return AllowList(
            number=max(former.number if former else 0, after) + 1,
            issued_at=self.now(),
            salt=salt,
            answers=self.addresses.answers(),
            default=self.addresses.default,
            people=people,
        )


def _meaning(allowed: AllowList) -> tuple[object, ...]:
    """All that decides an answer."""
    return allowed.salt, allowed.answers, allowed.default, allowed.people, allowed.families


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _put(path: Path, content: bytes) -> None:
    """In one step, and on disk before it takes the place of the former one."""
    draft = path.with_name(f".{path.name}.part")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(draft, flags, _READABLE), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    except OSError as problem:
        raise UsageError(
            f"{path} can't be written ({problem.strerror}).",
            remedy="Name a place that can be written; the list in use stays.",
        ) from None
