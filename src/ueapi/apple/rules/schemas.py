"""Which keys a payload can have, by the part of Apple's schema that fits it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from attrs import field, frozen

from ueapi.apple.profiles.document import Payload
from ueapi.apple.profiles.keys import wildcard
from ueapi.apple.rules.kinds import RuleKind, RuleVerdict
from ueapi.apple.rules.table import Rules
from ueapi.apple.rules.version import IosRange

KERBEROS: Final = "(kerberos)"
"""How the table marks the second schema of single sign-on payloads."""
KERBEROS_EXTENSION: Final = "com.apple.AppSSOKerberos.KerberosExtension"
"""The extension of single sign-on that has a schema of its own. Source: Apple's schema, extensiblesso(kerberos)."""


@frozen
class Schema:
    """The keys the table knows for one payload."""

    owner: str
    keys: frozenset[str] = field(repr=False)
    holders: frozenset[str] = field(repr=False)
    """Paths that have known keys below them."""

    def verdict(self, path: str, span: IosRange) -> RuleVerdict | None:
        """The verdict on a key; `None` for one the table doesn't know."""
        for spelling in (path, wildcard(path)):
            if spelling in self.keys:
                return Rules.load().verdict(RuleKind.KEY, f"{self.owner}:{spelling}", ios=span)
        return None

    def misses(self, path: str) -> bool:
        """Whether the table should know a key and doesn't. Below a key of free content everything is known."""
        if not self.keys or path in self.keys or wildcard(path) in self.keys:
            return False
        owner = path.rpartition(".")[0]
        return not owner or owner in self.holders


def schema_of(payload: Payload) -> Schema:
    """The schema that fits a payload; without keys where the table has none."""
    is_kerberos = payload.content.get("ExtensionIdentifier") == KERBEROS_EXTENSION
    owner = payload.type + KERBEROS if is_kerberos else payload.type
    return _schema(owner) if Rules.load().keys_of(owner) else _schema(payload.type)


@lru_cache(maxsize=1024)
def _schema(owner: str) -> Schema:
    keys = Rules.load().keys_of(owner)
    holders = {key.rpartition(".")[0] for key in keys if "." in key}
    return Schema(owner, keys, frozenset(holders))
