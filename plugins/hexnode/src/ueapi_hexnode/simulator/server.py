"""The simulated portal as a whole: address, access, limits, and its parts put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ueapi.rehearsal.device_side import DeviceSide
from ueapi.rehearsal.enrolling import pages
from ueapi.rehearsal.fleet import Fleet
from ueapi.rehearsal.simulator import READS, Entry, Handler, Simulator, Surroundings
from ueapi_hexnode.simulator import (
    actions,
    routes_apps,
    routes_devices,
    routes_groups,
    routes_policies,
    routes_shelves,
    routes_users,
)
from ueapi_hexnode.simulator.answers import Refused, answer
from ueapi_hexnode.simulator.console import HexnodeConsole
from ueapi_hexnode.simulator.delivery import Delivery
from ueapi_hexnode.simulator.device_hooks import DeviceHooks, PhoneLine
from ueapi_hexnode.simulator.furnishing import Furnisher, populate
from ueapi_hexnode.simulator.policies import secrets_of
from ueapi_hexnode.simulator.portal import Portal, Route
from ueapi_hexnode.simulator.portal_pages import EnrollmentPages, Ownership
from ueapi_hexnode.simulator.throttle import Throttle

BASE: Final = "/api/v1"
LICENSED_SEATS: Final = 100
"""Devices the smallest subscription here covers."""

ROUTES: Final[tuple[Route, ...]] = (
    *routes_users.TABLE,
    *routes_devices.TABLE,
    *routes_groups.TABLE,
    *routes_policies.TABLE,
    *routes_apps.TABLE,
    *routes_shelves.TABLE,
    *actions.TABLE,
)
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class HexnodeSimulator(Simulator):
    """A Hexnode UEM portal. Source: Hexnode developer pages; what they leave open says "Guess" where it is done."""

    backend = "hexnode"
    enumerated = frozenset({"enrollment_status", "enrollment_type", "ownership", "os_name"})
    page_setting = "per_page"

    def __init__(self, around: Surroundings) -> None:
        """Open a new portal."""
        key = f"{around.rng.getrandbits(160):040x}"
        self.portal = Portal(around=around, touch=self.touch, api_key=key)
        self.line = PhoneLine(self.portal)
        self.hooks = DeviceHooks(self.portal, self.line)
        self._device_side = DeviceSide(around.clock, around.rng, self.hooks)
        self.line.side = self._device_side
        self.portal.delivery = Delivery(self.portal, self.line)
        self._console = HexnodeConsole(self.portal)
        self.pages = EnrollmentPages(directory=around.accounts, invited=self._invited)
        self.throttle = Throttle(
            around.clock.monotonic, self.portal.store.managed, _seats_for(around)
        )
        self._planted: frozenset[str] = frozenset()
        self.portal.open()
        super().__init__(around)
        self.app.router.redirect_slashes = False
        self.app.router.default = self._nowhere

    def sign_in_pages(self) -> pages.Portal:
        return self.pages

    def _invited(self, address: str) -> Ownership | None:
        """Whose device the newest request to that person is for."""
        row = self.portal.store.user_by_email(address)
        return Ownership(row.invitations[-1].ownership) if row and row.invitations else None

    # -- the management API ------------------------------------------------------------------------

    def routes(self) -> Sequence[tuple[str, str, Handler, bool]]:
        allowed: dict[str, list[str]] = {}
        for method, path, _, _ in ROUTES:
            allowed.setdefault(path, []).append(method)
        served: list[tuple[str, str, Handler, bool]] = [
            (method, BASE + path, self._served(partial(handler, self.portal), allowed[path]), does)
            for method, path, handler, does in ROUTES
        ]
        for path, methods in allowed.items():
            served += [
                (method, BASE + path, _not_served(methods), READS)
                for method in _METHODS
                if method not in methods
            ]
        return served

    def gate(self, request: Request) -> Response | None:
        """Source: Hexnode developer pages, Add/Remove Devices: the raw key, without a scheme. Guess: the texts."""
        given = request.headers.get("authorization")
        if given is None:
            return answer({"detail": "Authentication credentials were not provided."}, 401)
        if given != self.portal.api_key:
            return answer({"detail": "Invalid token."}, 401)
        return self.throttle.check()

    @staticmethod
    def _served(handler: Handler, allowed: Sequence[str]) -> Handler:
        async def serve(request: Request) -> Response:
            try:
                response = await handler(request)
            except Refused as refused:
                response = answer(dict(refused.content), refused.status)
            response.headers["Allow"] = _allow(allowed)
            return response

        return serve

    async def _nowhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Source: published clients: a path without its trailing slash is 404 and no redirect. Guess: it is a page."""
        request = Request(scope, receive)
        response = Response("<h1>Not Found</h1>", 404, media_type="text/html")
        path = request.url.path
        self.log.entries.append(
            Entry(self.around.clock.now(), request.method, path, "", 404, READS)
        )
        await response(scope, receive, send)

    # -- the rest ----------------------------------------------------------------------------------

    @property
    def device_side(self) -> DeviceSide:
        return self._device_side

    @property
    def console(self) -> HexnodeConsole:
        return self._console

    def settings(self, url: str) -> Mapping[str, str]:
        return {
            "url": url,
            "api_key": self.portal.api_key,
            "licensed_seats": str(self.throttle.seats),
        }

    def secrets(self) -> frozenset[str]:
        store = self.portal.store
        kept = {self.portal.api_key}
        kept.update(u.password for u in store.users.values() if u.password)
        kept.update(*(secrets_of(p) for p in store.policies.values()))
        return frozenset(kept) | self._device_side.secrets() | self._planted

    def furnish(self, fleet: Fleet) -> None:
        self._planted |= frozenset(fleet.secrets.values())
        phones = sum(len(person.phones) for person in fleet.people)
        self.license_seats(max(self.throttle.seats, phones))
        Furnisher(self.portal, self._console, self.hooks).furnish(fleet)

    def license_seats(self, seats: int) -> None:
        """Buy a subscription for that many devices; the daily allowance follows."""
        self.throttle.seats = seats

    def populate(self, n: int, seed: int) -> None:
        """Fill in n users with a device each, for measuring."""
        populate(self.portal, n, seed)


def _seats_for(around: Surroundings) -> int:
    """Size of a new portal's subscription: who buys apps for so many people has as many phones to manage."""
    apps = around.apple.store_ids(around.location)
    return max(LICENSED_SEATS, *(around.apple.seats(around.location, app) for app in apps), 1)


def _not_served(allowed: Sequence[str]) -> Handler:
    async def refuse(request: Request) -> Response:
        """Guess: the framework's own answers."""
        if request.method == "OPTIONS":
            return answer({}, 200, {"Allow": _allow(allowed)})
        text = f'Method "{request.method}" not allowed.'
        return answer({"detail": text}, 405, {"Allow": _allow(allowed)})

    return refuse


def _allow(methods: Sequence[str]) -> str:
    """Source: live portals name OPTIONS too."""
    return ", ".join([*methods, "OPTIONS"])
