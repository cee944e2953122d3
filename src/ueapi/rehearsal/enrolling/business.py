"""Apple Business, as far as enrollment meets it: where Apple sends phones whose address's domain answers nothing.

Source: Apple, Device Management, the redirection of the well-known request and Assign Account-Driven Enrollment Service
Discovery; Apple Business API, the product families that a service can be the default of.

Guess: the default of the product family decides which service it is, Apple redirects with 302 and with the query it
was asked with, and answers 404 where nothing is assigned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs, urlsplit

from attrs import define, field

from ueapi.apple.enrollment.discovery import WELL_KNOWN, ModelFamily
from ueapi.errors import InvalidModel, UsageError
from ueapi.rehearsal.wire import Message, Receive, Send

BUSINESS_HOST: Final = "service-discovery.apple.example.org"
"""Stands for Apple's own; nothing of a rehearsal ever reaches Apple."""
BUSINESS_ADDRESS: Final = f"https://{BUSINESS_HOST}{WELL_KNOWN}"
_FAMILIES: Final = frozenset(ModelFamily)


@define(kw_only=True, eq=False)
class AppleBusiness:
    """One organization there. `knows` says whether an address is one of its Managed Apple Accounts."""

    knows: Callable[[str], bool]
    _services: dict[str, str] = field(factory=dict)
    _defaults: dict[ModelFamily, str] = field(factory=dict)

    def link(self, service: str, discovery_url: str) -> None:
        """What a service does with its token: store where its own service discovery answers.

        Raises:
            InvalidModel: the address is not https.
        """
        parts = urlsplit(discovery_url)
        if parts.scheme != "https" or not parts.hostname:
            raise InvalidModel(
                f"Apple refuses the discovery address of {service}: it is no https address.",
                remedy="Give one that begins with https://; what was stored before stays.",
            )
        self._services[service] = discovery_url

    def unlink(self, service: str) -> None:
        """Remove what a service stored, and every default it was."""
        self._services.pop(service, None)
        self._defaults = {f: name for f, name in self._defaults.items() if name != service}

    def assign(self, service: str, *families: ModelFamily) -> None:
        """What an administrator does: make a service the default of these product families; of all, if none is named.

        Raises:
            UsageError: no such service is linked.
        """
        if service not in self._services:
            raise UsageError(
                f"no service {service} is linked.", remedy="Link it first; nothing was assigned."
            )
        self._defaults |= dict.fromkeys(families or _FAMILIES, service)

    def unassign(self, *families: ModelFamily) -> None:
        """Leave product families without a default; all, if none is named."""
        for family in families or _FAMILIES:
            self._defaults.pop(family, None)

    def assigned(self, family: ModelFamily) -> str | None:
        """The service that is the default of a product family."""
        return self._defaults.get(family)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del receive
        query = scope.get("query_string", b"").decode("latin-1")
        there = self._leads_to(query) if scope["path"] == WELL_KNOWN else None
        headers = [(b"location", _asking(there, query).encode("latin-1"))] if there else []
        status = 302 if there else 404
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _leads_to(self, query: str) -> str | None:
        asked = parse_qs(query)
        family = asked.get("model-family", [""])[-1]
        if family not in _FAMILIES or not self.knows(asked.get("user-identifier", [""])[-1]):
            return None
        service = self._defaults.get(ModelFamily(family))
        return None if service is None else self._services[service]


def _asking(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}"
