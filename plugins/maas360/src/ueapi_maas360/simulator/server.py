"""The simulated account as a whole: access, limits, and its parts put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from attrs import evolve
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ueapi.rehearsal.device_side import DeviceSide
from ueapi.rehearsal.enrolling.pages import Portal
from ueapi.rehearsal.fleet import Fleet
from ueapi.rehearsal.simulator import READS, Entry, Handler, Simulator, Surroundings, path_of
from ueapi_maas360.simulator import (
    routes_actions,
    routes_apps,
    routes_auth,
    routes_distribution,
    routes_enrollment,
    routes_events,
    routes_groups,
    routes_policies,
    routes_search,
    routes_users,
    routes_views,
)
from ueapi_maas360.simulator.access import PLATFORM, Access
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import Refused, error, refusal
from ueapi_maas360.simulator.console import Maas360Console
from ueapi_maas360.simulator.delivery import Delivery
from ueapi_maas360.simulator.device_hooks import DeviceHooks, PhoneLine
from ueapi_maas360.simulator.furnishing import Furnisher
from ueapi_maas360.simulator.known import is_refused
from ueapi_maas360.simulator.policies import secrets_of
from ueapi_maas360.simulator.portal_pages import EnrollmentPages
from ueapi_maas360.simulator.throttle import Throttle

ROUTES: Final[tuple[Route, ...]] = (
    *routes_auth.TABLE,
    *routes_search.TABLE,
    *routes_views.TABLE,
    *routes_actions.TABLE,
    *routes_policies.TABLE,
    *routes_enrollment.TABLE,
    *routes_events.TABLE,
    *routes_users.TABLE,
    *routes_groups.TABLE,
    *routes_apps.TABLE,
    *routes_distribution.TABLE,
)
_ROOTS: Final = {route.path: route.root for route in ROUTES}


class Maas360Simulator(Simulator):
    """A MaaS360 account. What public sources leave open says "Guess", or is in `assumed`."""

    backend = "maas360"
    page_setting = "page_rows"
    page_sizes = (25, 50, 100, 200, 250)
    enumerated = frozenset(
        {"deviceStatus", "enrollmentMode", "maas360ManagedStatus", "ownership", "platformName"}
    )

    def __init__(self, around: Surroundings) -> None:
        """Open a new account."""
        self.access = _access(around)
        self.account = Account(around=around, touch=self.touch, access=self.access)
        self.line = PhoneLine()
        self.hooks = DeviceHooks(self.account, self.line)
        self._device_side = DeviceSide(around.clock, around.rng, self.hooks)
        self.line.side = self._device_side
        self.account.delivery = Delivery(self.account, self.line)
        self._console = Maas360Console(self.account)
        self.pages = EnrollmentPages(self.account)
        self.throttle = Throttle(around.clock.monotonic)
        self._planted: frozenset[str] = frozenset()
        self.account.open()
        super().__init__(around)
        self.app.router.redirect_slashes = False
        self.app.router.default = self._nowhere
        self.app.add_exception_handler(405, self._not_so)

    def sign_in_pages(self) -> Portal:
        return self.pages

    # -- the web services --------------------------------------------------------------------------

    def routes(self) -> Sequence[tuple[str, str, Handler, bool]]:
        """Source: published clients call with and without a slash behind the billing id."""
        return [
            (route.method, route.path + slash, self._served(route), route.changes)
            for route in ROUTES
            for slash in ("", "/")
        ]

    def gate(self, request: Request) -> Response | None:
        root = _ROOTS.get(request.scope["route"].path.rstrip("/"), "response")
        try:
            self._admit(request, root)
        except Refused as refused:
            return self._refusal(request, refused)
        return None

    def _admit(self, request: Request, root: str) -> None:
        """Source: published clients: a failure stands under the service's own root. Guess: a full one has no body."""
        if not self.throttle.admit():
            raise Refused(self.throttle.refused_status)
        if root == routes_auth.ROOT:
            return
        problem = self.access.problem(request.headers.get("authorization"))
        if problem is None and request.path_params["billing"] != self.access.billing_id:
            problem = (1009, "Token invalid")
        if problem is not None:
            raise error(root, *problem, self.access.refused_status)

    def _served(self, route: Route) -> Handler:
        act = partial(route.act, self.account)

        async def serve(request: Request) -> Response:
            try:
                response = await act(request)
            except Refused as refused:
                return self._refusal(request, refused)
            if route.changes and not is_refused(request):
                self.account.note_change(route.path.split("{")[0].strip("/").split("/")[3])
            return response

        return serve

    @staticmethod
    def _refusal(request: Request, refused: Refused) -> Response:
        try:
            return refusal(request, refused)
        except Refused as unreadable:
            return Response(b"", unreadable.status)

    def _logged(self, path: str, handler: Handler, changes: bool) -> Handler:
        """Every answer tells what is left of the budget, and what was refused in a 200 changed nothing."""
        logged = super()._logged(path, handler, changes)

        async def budgeted(request: Request) -> Response:
            response = await logged(request)
            if is_refused(request):
                self.log.entries[-1] = evolve(self.log.entries[-1], changes=False)
            response.headers.update(self.throttle.headers())
            return response

        return budgeted

    async def _nowhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guess: a page that says 404."""
        request = Request(scope, receive)
        response = Response("<h1>Not Found</h1>", 404, self.throttle.headers(), "text/html")
        self.log.entries.append(
            Entry(self.around.clock.now(), request.method, path_of(request), "", 404, READS)
        )
        await response(scope, receive, send)

    async def _not_so(self, request: Request, problem: Exception) -> Response:
        """Guess: no body for another method; the budget is told as by every answer."""
        del request
        allowed = problem.headers if isinstance(problem, HTTPException) else None
        return Response(b"", 405, {**self.throttle.headers(), **(allowed or {})})

    # -- the rest ----------------------------------------------------------------------------------

    @property
    def device_side(self) -> DeviceSide:
        return self._device_side

    @property
    def console(self) -> Maas360Console:
        return self._console

    def settings(self, url: str) -> Mapping[str, str]:
        return {
            "url": url,
            "billing_id": self.access.billing_id,
            "username": self.access.username,
            "password": self.access.password,
            "app_id": self.access.app_id,
            "app_version": self.access.app_version,
            "app_access_key": self.access.access_key,
            "platform_id": PLATFORM,
        }

    def secrets(self) -> frozenset[str]:
        store = self.account.store
        kept = {r.passcode for r in store.invitations}
        kept.update(*(secrets_of(p) for p in store.policies.values()))
        return frozenset(kept) | self.access.secrets() | self._device_side.secrets() | self._planted

    def furnish(self, fleet: Fleet) -> None:
        self._planted |= frozenset(fleet.secrets.values())
        Furnisher(self.account, self._console, self.hooks).furnish(fleet)

    def limit_credentials(self, seconds: int) -> bool:
        """Also refresh tokens live that long from now on."""
        self.access.lifetime = self.access.refresh_lifetime = seconds
        return True

    def revoke_credentials(self) -> bool:
        self.access.revoke_all()
        return True


def _access(around: Surroundings) -> Access:
    rng = around.rng
    billing_id = f"1{rng.randrange(1_000_000):06d}"
    return Access(
        clock=around.clock,
        rng=rng,
        billing_id=billing_id,
        username="svc-ueapi@example.org",
        password=f"{rng.getrandbits(96):024x}",
        app_id=f"com.{billing_id}.ueapi",
        app_version="1.0",
        access_key=f"{rng.getrandbits(80):020x}",
    )
