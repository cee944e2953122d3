"""The tenant's current credential and when to renew it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from attrs import define, field

from ueapi.contract import Credential
from ueapi.errors import CredentialsRejected

REJECTION_HOLDS: Final = 30.0
"""Seconds in which nobody tries a refused secret again: products lock accounts after a few attempts."""

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
    _rejection: CredentialsRejected | None = None
    _rejected_at: float = 0.0

    def usable(self, now: float, *, refused: Credential | None) -> Credential | None:
        """The current credential, unless it is about to expire or is the one that was refused."""
        if self._current is None or self._current is refused:
            return None
        is_old = self._good_until is not None and now >= self._good_until
        return None if is_old else self._current

    def require_hope(self, now: float) -> None:
        """Refuse to sign in again right after a rejection.

        Raises:
            CredentialsRejected: the same as then, for everyone who waited and for `REJECTION_HOLDS` seconds.
        """
        if self._rejection is not None and now < self._rejected_at + REJECTION_HOLDS:
            raise CredentialsRejected(self._rejection.message, remedy=self._rejection.remedy)

    def keep(self, credential: Credential, now: float) -> None:
        """Use this one from now on."""
        self._current = credential
        self._rejection = None
        self._good_until = None
        if (lifetime := credential.lifetime) is not None:
            self._good_until = now + (lifetime - margin(lifetime)).total_seconds()

    def drop(self, rejection: CredentialsRejected, now: float) -> None:
        """Note that signing in was refused."""
        self._current = None
        self._rejection = rejection
        self._rejected_at = now
