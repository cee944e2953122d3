"""Who the portal knows, remembered for a few minutes because each call counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field

from ueapi.model import User

FRESH: Final = timedelta(minutes=10)
"""How long a listing of users serves for look-ups; what is found by it is read again before it is trusted."""


@define
class Roster:
    """User ids by address, as last listed.

    The product can't search users, and a wave makes hundreds of them: without this, each would cost a whole listing of
    an allowance of 30 calls a minute.
    """

    _now: Callable[[], datetime]
    _ids: dict[str, str] = field(factory=dict, repr=False)
    _read_at: datetime | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether the last listing is young enough to conclude from it that somebody is missing."""
        return self._read_at is not None and self._now() - self._read_at < FRESH

    def id_of(self, address: str) -> str | None:
        """The id of the user with that address, if the listing is fresh and has one."""
        return self._ids.get(address.casefold()) if self.is_fresh else None

    def renew(self, users: Iterable[User]) -> None:
        """Remember a complete listing."""
        self._ids = {u.email.casefold(): u.id for u in users if u.email and not u.built_in}
        self._read_at = self._now()

    def add(self, user: User) -> None:
        """Remember a user just made."""
        if user.email:
            self._ids[user.email.casefold()] = user.id

    def forget(self) -> None:
        """List again next time, because something differs from what was remembered."""
        self._read_at = None
