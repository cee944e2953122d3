"""Asking as a device does, and a little more: everything the probes judge, gathered once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs, urljoin, urlsplit

from attrs import field, frozen

from ueapi.apple.enrollment import discovery, machine
from ueapi.errors import InvalidModel
from ueapi.runtime.probing import Look, Over, Seen, Trouble, Unseen

MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@frozen(kw_only=True)
class Hop:
    """One redirection on the way, and which of the device's parameters its address had and lost."""

    url: str
    location: str
    lost: tuple[str, ...]


@frozen(kw_only=True)
class Walk:
    """One question of a device with everything that came of it."""

    url: str
    hops: tuple[Hop, ...]
    end: Seen | Unseen

    @property
    def seen(self) -> Seen | None:
        """The answer at the end, if there was one."""
        return self.end if isinstance(self.end, Seen) else None

    @property
    def document(self) -> discovery.Document | None:
        """The document, if it is one that a device takes."""
        if self.seen is None or self.seen.status != 200:
            return None
        try:
            return discovery.document_from_json(self.seen.body)
        except InvalidModel:
            return None


@frozen(kw_only=True)
class Evidence:
    """What was seen. `expected` is the enrollment address the tenant itself names, where that is known."""

    iphone: Walk
    ipad: Walk
    without_family: Walk
    without_query: Walk
    over_ipv4: Seen | Unseen
    over_ipv6: Seen | Unseen
    enrollment: Seen | Unseen | None = field(default=None)
    """What the enrollment address answers to a device's first request; `None` when there is no address."""
    expected: str | None = None


def gather(
    who: discovery.UserIdentifier,
    look: Look,
    *,
    expected: str | None = None,
    place: str | None = None,
) -> Evidence:
    """Ask the domain of an address, or another place, as devices of several kinds do; then the service it names."""
    bare = place or f"https://{who.domain}{discovery.WELL_KNOWN}"
    by_phone, by_tablet = (
        f"{bare}?{who.url(family).partition('?')[2]}"
        for family in (discovery.ModelFamily.IPHONE, discovery.ModelFamily.IPAD)
    )
    iphone = walked(by_phone, look)
    if _is_silent(iphone):
        look = _answers(iphone.end)
    return Evidence(
        iphone=iphone,
        ipad=walked(by_tablet, look),
        without_family=walked(by_phone.partition("&model-family=")[0], look),
        without_query=walked(bare, look),
        over_ipv4=look(by_phone, over=Over.IPV4),
        over_ipv6=look(by_phone, over=Over.IPV6),
        enrollment=_first_request(iphone.document, look),
        expected=expected,
    )


def _is_silent(walk: Walk) -> bool:
    """Whether the domain's own server let the first question wait in vain; each further one would take as long."""
    is_waiting = isinstance(walk.end, Unseen) and walk.end.trouble is Trouble.NO_ANSWER
    return is_waiting and not walk.hops


def _answers(end: Seen | Unseen) -> Look:
    def look(
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        over: Over = Over.ANY,
    ) -> Seen | Unseen:
        del url, method, headers, body, over
        return end

    return look


def walked(url: str, look: Look) -> Walk:
    """Ask an address as a device does, following redirections, and keep what came of it."""
    hops: list[Hop] = []
    here = url
    while True:
        end = look(here, headers={"accept": discovery.CONTENT_TYPE})
        there = _redirected(here, end)
        if there is None or len(hops) == MOST_REDIRECTS:
            return Walk(url=url, hops=tuple(hops), end=end)
        hops.append(Hop(url=here, location=there, lost=_lost(here, there)))
        here = there


def _redirected(here: str, end: Seen | Unseen) -> str | None:
    if isinstance(end, Unseen) or end.status not in _REDIRECTS or "location" not in end.headers:
        return None
    return urljoin(here, end.headers["location"])


def _lost(here: str, there: str) -> tuple[str, ...]:
    """Parameters that the next address doesn't carry; a device adds none by itself."""
    before, after = _query(here), _query(there)
    return tuple(sorted(name for name, value in before.items() if after.get(name) != value))


def _query(url: str) -> Mapping[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def _first_request(found: discovery.Document | None, look: Look) -> Seen | Unseen | None:
    if found is None:
        return None
    message = machine.MachineInformation(product="iPhone17,1", version="24A0", language="en")
    return look(
        found.first.base_url,
        method="POST",
        headers={"content-type": machine.CONTENT_TYPE, "user-agent": machine.USER_AGENT},
        body=message.to_plist(),
    )
