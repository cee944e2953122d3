"""Who may call: credentials, tokens with their end on the virtual clock, and how a token is shown."""

from __future__ import annotations

import logging
import random
import string
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from attrs import define, field, frozen

from ueapi.rehearsal.clock import VirtualClock

LIFETIME: Final = 3600
"""Seconds an authentication token lives. Source: vendor pages on web services."""
REFRESH_LIFETIME: Final = 30 * 86_400
"""Seconds a refresh token lives. Guess: no source tells."""
PLATFORM: Final = "3"
"""Source: nearly every published client."""

INVALID_CREDENTIALS: Final = 1002
EXPIRED: Final = 1007
INVALID: Final = 1009

_LOG: Final = logging.getLogger(__name__)
_SUFFIX: Final = string.ascii_letters + string.digits


class Spelling(StrEnum):
    """How clients write the header; only the first is documented. Guess: production takes the two in the middle."""

    DOCUMENTED = 'MaaS token="T"'
    SINGLE_QUOTES = "MaaS token='T'"
    NO_QUOTES = "MaaS token=T"
    BEARER = 'Bearer MaaS token="T"'


@frozen
class Pair:
    """What a sign-in yields."""

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)


@define(kw_only=True)
class Access:
    """The credentials of one administrator and one registered application, and the tokens issued to them."""

    clock: VirtualClock
    rng: random.Random = field(repr=False)
    billing_id: str
    username: str
    password: str = field(repr=False)
    app_id: str
    app_version: str
    access_key: str = field(repr=False)
    lifetime: int = LIFETIME
    refresh_lifetime: int = REFRESH_LIFETIME
    refused_status: int = 401
    """Source: published fixtures, one with 401 and one with 200."""
    spellings: Counter[Spelling] = field(factory=Counter)
    """How often each spelling of the header was seen."""
    _ends: dict[str, float] = field(factory=dict, repr=False)
    _refresh_ends: dict[str, float] = field(factory=dict, repr=False)

    # -- signing in --------------------------------------------------------------------------------

    def knows(self, given: Mapping[str, str], billing_id: str) -> bool:
        """Whether these are the account's credentials."""
        return (
            self._names_application(given, billing_id)
            and given.get("password") == self.password
            and given.get("appAccessKey") == self.access_key
        )

    def may_refresh(self, given: Mapping[str, str], billing_id: str) -> bool:
        """Whether this is a refresh token that is alive, shown by the application it was issued to."""
        end = self._refresh_ends.get(given.get("refreshToken", ""))
        alive = end is not None and self.clock.monotonic() < end
        return alive and self._names_application(given, billing_id)

    def _names_application(self, given: Mapping[str, str], billing_id: str) -> bool:
        expected = {
            "billingID": self.billing_id,
            "userName": self.username,
            "appID": self.app_id,
            "appVersion": self.app_version,
            "platformID": PLATFORM,
        }
        return billing_id == self.billing_id and all(given.get(k) == v for k, v in expected.items())

    def issue(self) -> Pair:
        """New tokens. Guess: the earlier ones live on."""
        now = self.clock.monotonic()
        pair = Pair(self._new(), self._new())
        self._ends[pair.token] = now + self.lifetime
        self._refresh_ends[pair.refresh_token] = now + self.refresh_lifetime
        return pair

    def _new(self) -> str:
        """Source: a published client shows a UUID with a suffix of seven characters."""
        number = UUID(int=self.rng.getrandbits(128), version=4)
        return f"{number}-{''.join(self.rng.choices(_SUFFIX, k=7))}"

    # -- using a token -----------------------------------------------------------------------------

    def problem(self, header: str | None) -> tuple[int, str] | None:
        """Code and words of what is wrong with the header, or `None`. Guess: a missing one is an invalid token."""
        token = None if header is None else self._token(header.strip())
        end = None if token is None else self._ends.get(token)
        if end is None:
            return INVALID, "Token invalid"
        if self.clock.monotonic() >= end:
            return EXPIRED, "Token expired."
        return None

    def _token(self, header: str) -> str | None:
        scheme, found, rest = header.partition("token=")
        words = scheme.casefold().split()
        if not found or words not in (["maas"], ["bearer", "maas"]):
            return None
        self._note(_spelling(rest, is_bearer=len(words) > 1))
        return rest.strip().strip("\"'")

    def _note(self, spelling: Spelling) -> None:
        if spelling is not Spelling.DOCUMENTED and not self.spellings[spelling]:
            _LOG.warning("a client writes its header as %s", spelling.value)
        self.spellings[spelling] += 1

    # -- back doors --------------------------------------------------------------------------------

    def revoke_all(self) -> None:
        """Forget every token."""
        self._ends = dict.fromkeys(self._ends, -1.0)
        self._refresh_ends = dict.fromkeys(self._refresh_ends, -1.0)

    def secrets(self) -> frozenset[str]:
        """Secrets and tokens, ended ones too."""
        return frozenset({self.password, self.access_key, *self._ends, *self._refresh_ends})


def _spelling(rest: str, *, is_bearer: bool) -> Spelling:
    if is_bearer:
        return Spelling.BEARER
    if rest.startswith('"'):
        return Spelling.DOCUMENTED
    return Spelling.SINGLE_QUOTES if rest.startswith("'") else Spelling.NO_QUOTES
