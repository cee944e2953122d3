"""The tenant's current credential and when to renew it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from attrs import define, field

from ueapi.contract import Credential
from ueapi.errors import CredentialsRejected

_LONGEST_MARGIN: Final = timedelta(minutes=1)


def margin(lifetime: timedelta) -> timedelta:
    """How long before its end a credential is renewed: a tenth of its life, and never more than a minute.

    Short-lived ones must stay usable, and long-lived ones must not fail because of a slow request or a fast clock.
    """
    return min(lifetime / 10, _LONGEST_MARGIN)


@define
class Tokens:
    """Holds one credential. Who may renew it is decided by the gate around it, not here."""

    _current: Credential | None = field(default=None, repr=False)
    _good_until: float | None = None
    sign_ins: int = 0
    """Attempts so far; tells those who waited for the gate that someone else tried meanwhile."""
    rejection: CredentialsRejected | None = None
    """How the last attempt was refused, shared with all who waited for it: more attempts could lock the account."""

    def usable(self, now: float, *, refused: Credential | None) -> Credential | None:
        """The current credential, unless it is about to expire or is the one that was refused."""
        if self._current is None or self._current is refused:
            return None
        is_old = self._good_until is not None and now >= self._good_until
        return None if is_old else self._current

    def keep(self, credential: Credential, now: float) -> None:
        """Use this one from now on."""
        self._current = credential
        self.rejection = None
        self._good_until = None
        if (lifetime := credential.lifetime) is not None:
            self._good_until = now + (lifetime - margin(lifetime)).total_seconds()

    def drop(self, rejection: CredentialsRejected) -> None:
        """Note that signing in was refused."""
        self._current = None
        self.rejection = rejection
