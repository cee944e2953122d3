"""Looking where a phone would be led, and judging the answer as a phone would take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from attrs import field, frozen

from ueapi.apple.enrollment import discovery
from ueapi.discovery.checking.gathering import Walk, walked
from ueapi.errors import InvalidModel
from ueapi.migration.steering import Sighting, View
from ueapi.runtime.probing import Look, Over, Seen, Trouble, Unseen

BY_HAND: Final = (
    "Have the domain answer for the target, and see with `ueapi discovery check` what phones get. People are asked with"
    " the next look after that."
)
BY_LIST: Final = (
    "See that `ueapi discovery serve` answers for the domain from this move's list, and with `ueapi discovery check`"
    " what phones get. People are asked with the next look after that."
)
ELSEWHERE: Final = (
    "See with `ueapi discovery check`, from a network as phones use, where people would enroll."
)
_EXAMPLES: Final = (
    *("example.com", "example.net", "example.org"),
    *("example", "invalid", "localhost", "test"),
)
"""Domains that nobody has; RFC 2606 keeps them for texts and tests."""


@frozen(kw_only=True)
class DomainLookout:
    """Asks the domain of an account over the network.

    `new` and `old` are the enrollment addresses of target and source, where they are known. `refusal` is what an answer
    with a failure means: that people are misled, where a list leads them; or that it can't be told, since phones from
    iOS 18.2 on ask Apple next.
    """

    look: Look = field(repr=False)
    new: str | None = None
    old: str | None = None
    refusal: View = View.UNSEEN
    do: str = BY_HAND

    def sighted(self, account: str) -> Sighting:
        """Ask, as an iPhone does when the account is typed into Settings."""
        try:
            who = discovery.UserIdentifier.of(account)
        except InvalidModel as problem:
            return _unseen(problem.message)
        return self.judged(walked(who.url(), self.look))

    def judged(self, walk: Walk) -> Sighting:
        """What an answer means for somebody who is about to enroll."""
        if isinstance(walk.end, Unseen):
            if walk.end.trouble is Trouble.TLS:
                return self._misled(f"the connection isn't trusted ({walk.end.reason})")
            return _unseen(f"there is no answer ({walk.end.reason})")
        if walk.end.status >= 400:
            reason = f"the answer has status {walk.end.status}"
            if self.refusal is View.MISLED:
                return self._misled(f"{reason}, so this person's phone would be turned away")
            return _unseen(f"{reason}, and phones from iOS 18.2 on then ask Apple")
        document = walk.document
        if document is None:
            return self._misled(
                "the answer is no discovery document, so phones would end the enrollment"
            )
        return self._led(document.first)

    def _led(self, server: discovery.Server) -> Sighting:
        if server.version is not discovery.Version.BYOD:
            return self._misled(
                "iPhones are sent to Device Enrollment, which manages all of the phone"
            )
        there = _host(server.base_url)
        if self.new is not None and not _is_same(server.base_url, self.new):
            return self._misled(
                f"phones are led to {there}, and the target is at {_host(self.new)}"
            )
        if self.new is None and self.old is not None and _is_same(server.base_url, self.old):
            return self._misled(f"phones are still led to the old product, at {there}")
        return Sighting(view=View.LED)

    def _misled(self, reason: str) -> Sighting:
        return Sighting(view=View.MISLED, reason=reason, do=self.do)


def _unseen(reason: str) -> Sighting:
    return Sighting(view=View.UNSEEN, reason=reason.rstrip("."), do=ELSEWHERE)


@frozen
class Outside:
    """Asks the real network, but for domains of examples: nobody answers there for phones."""

    look: Look = field(repr=False)

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        over: Over = Over.ANY,
    ) -> Seen | Unseen:
        """Ask once."""
        domain = urlsplit(url).hostname or ""
        if any(domain == name or domain.endswith(f".{name}") for name in _EXAMPLES):
            return Unseen(Trouble.NO_ADDRESS, "it is a domain for examples")
        return self.look(url, method=method, headers=headers, body=body, over=over)


def _is_same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(address: str) -> tuple[str, str, str]:
    """What tells one service from another: host, path and query, without a closing slash."""
    parts = urlsplit(address)
    return parts.netloc.casefold().removesuffix(":443"), parts.path.rstrip("/"), parts.query


def _host(address: str) -> str:
    return urlsplit(address).netloc.rpartition("@")[2]
