"""The one place where secrets and personal data are taken out of text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, TypeVar

from attrs import define, field

from ueapi.errors import Rejected, UeapiError

MASK: Final = "[removed]"

_ADDRESS: Final = re.compile(r"[\w.+%'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_SIGNED: Final = re.compile(r"\b(Bearer|Basic)\s+[\w~+/.=-]{6,}", re.IGNORECASE)
_TOKEN: Final = re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]+)*")
_NAMED: Final = re.compile(
    r"((?:password|passwd|secret|token|api[_-]?key|access[_-]?key)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;}]+",
    re.IGNORECASE,
)
_SHORTEST: Final = 4

E = TypeVar("E", bound=UeapiError)


@define(repr=False)
class Redactor:
    """Knows the secrets of one tenant and the shapes of those of others."""

    _secrets: set[str] = field(factory=set)

    @classmethod
    def knowing(cls, secrets: Iterable[str]) -> Redactor:
        """Start with the secrets of the settings."""
        redactor = cls()
        redactor.learn(secrets)
        return redactor

    def learn(self, secrets: Iterable[str]) -> None:
        """Remember more secrets, such as a new token; a header's value is also known without its scheme."""
        for secret in secrets:
            found = {secret, secret.rpartition(" ")[2]}
            # Rebinding keeps other threads' iteration over the old set valid.
            self._secrets = self._secrets | {s for s in found if len(s) >= _SHORTEST}

    def clean(self, text: str) -> str:
        """Take out known secrets, tokens and addresses."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        text = _SIGNED.sub(rf"\1 {MASK}", text)
        text = _NAMED.sub(rf"\1{MASK}", text)
        return _ADDRESS.sub(MASK, _TOKEN.sub(MASK, text))

    def cleaned(self, error: E) -> E:
        """Clean an error in place and return it; plugins quote products, and products quote people."""
        error.message = self.clean(error.message)
        error.remedy = self.clean(error.remedy)
        error.args = (error.message, *error.args[1:])
        if isinstance(error, Rejected):
            error.problems = tuple(self.clean(problem) for problem in error.problems)
        return error
