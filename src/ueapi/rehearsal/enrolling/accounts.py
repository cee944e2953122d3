"""The organization's accounts: where a web sign-in looks up passwords, and what people type."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from attrs import field, frozen

_LENGTH: Final = 16


@frozen
class Accounts:
    """Everyone has a password that follows from the address, so none has to be kept."""

    salt: str = field(default="", repr=False)
    _codes: dict[str, str] = field(factory=dict, init=False, repr=False, eq=False)
    """By account: the code in the newest message that has one."""

    def send_code(self, account: str, code: str) -> None:
        """A product's message brings the person a code."""
        self._codes[account.casefold()] = code

    def code_for(self, account: str) -> str:
        """What the person types who is asked for a code; empty when no message brought one."""
        return self._codes.get(account.casefold(), "")

    def password_of(self, account: str) -> str:
        """What the person types; upper and lower case of the account are the same person."""
        found = hashlib.sha256(f"{self.salt}:{account.casefold()}".encode())
        return found.hexdigest()[:_LENGTH]

    def knows(self, account: str, password: str) -> bool:
        """Whether they belong together."""
        return hmac.compare_digest(self.password_of(account), password)
