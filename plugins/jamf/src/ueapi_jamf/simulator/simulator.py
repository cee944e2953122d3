"""The simulator of a Jamf Pro server, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ueapi.rehearsal.device_side import DeviceSide
from ueapi.rehearsal.enrolling.pages import Portal
from ueapi.rehearsal.fleet import Fleet
from ueapi.rehearsal.simulator import READS, Console, Entry, Handler, Simulator, Surroundings
from ueapi_jamf.simulator import routes_server
from ueapi_jamf.simulator.answers import Row, guarded, nowhere, unauthorized
from ueapi_jamf.simulator.console import JamfConsole
from ueapi_jamf.simulator.device_hooks import DeviceHooks
from ueapi_jamf.simulator.furniture import furnish
from ueapi_jamf.simulator.gauge import Gauge
from ueapi_jamf.simulator.populate import populate
from ueapi_jamf.simulator.portal_pages import EnrollmentPortal
from ueapi_jamf.simulator.routes_classic_content import ContentRoutes
from ueapi_jamf.simulator.routes_classic_devices import ClassicDeviceRoutes
from ueapi_jamf.simulator.routes_classic_groups import ClassicGroupRoutes
from ueapi_jamf.simulator.routes_classic_users import ClassicUserRoutes
from ueapi_jamf.simulator.routes_classic_volume import ClassicVolumeRoutes
from ueapi_jamf.simulator.routes_commands import CommandRoutes
from ueapi_jamf.simulator.routes_devices import DeviceRoutes
from ueapi_jamf.simulator.routes_groups import GroupRoutes
from ueapi_jamf.simulator.routes_users import UserRoutes
from ueapi_jamf.simulator.routes_volume import VolumeRoutes
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.tokens import ANONYMOUS, TokenRoutes, Tokens


class JamfSimulator(Simulator):
    """A Jamf Pro 11.30 server with both of its APIs, written from Jamf's documents."""

    backend = "jamf"
    enumerated = frozenset({"deviceOwnershipType", "managementStatus", "deviceType"})
    page_setting = "page_rows"

    def __init__(self, around: Surroundings) -> None:
        """Start empty, as a new tenant is."""
        rng = around.rng
        tokens = Tokens(
            clock=around.clock,
            rng=rng,
            client_id=f"{rng.getrandbits(128):032x}",
            client_secret=f"{rng.getrandbits(256):064x}",
            password=f"{rng.getrandbits(128):032x}",
        )
        self.server = Server(around, tokens)
        self.hooks = DeviceHooks(self.server)
        self.server.side = DeviceSide(around.clock, rng, self.hooks)
        self._console = JamfConsole(self.server)
        self.portal = EnrollmentPortal(directory=around.accounts)
        self._planted: frozenset[str] = frozenset()
        super().__init__(around)
        self.gauge = Gauge()
        self.app.add_middleware(self.gauge.around)
        self.app.router.redirect_slashes = False
        self.app.router.default = self._nowhere

    def routes(self) -> Sequence[tuple[str, str, Handler, bool]]:
        server = self.server
        return [
            (row.method, row.path, guarded(row, server.is_denied), row.changes)
            for row in self._rows()
        ]

    def gate(self, request: Request) -> Response | None:
        """A token is needed, except to get one. Basic credentials open nothing else."""
        if request.url.path in ANONYMOUS or self.server.tokens.accepts(request):
            return None
        return unauthorized(request)

    async def _nowhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is served nowhere is in the log too. Guess: a token is asked for first."""
        request = Request(scope, receive)
        response = self.gate(request) or nowhere(request)
        path, now = request.url.path, self.around.clock.now()
        self.log.entries.append(Entry(now, request.method, path, "", response.status_code, READS))
        await response(scope, receive, send)

    def sign_in_pages(self) -> Portal:
        return self.portal

    @property
    def device_side(self) -> DeviceSide:
        return self.server.side

    @property
    def console(self) -> Console:
        return self._console

    def settings(self, url: str) -> Mapping[str, str]:
        tokens = self.server.tokens
        return {"url": url, "client_id": tokens.client_id, "client_secret": tokens.client_secret}

    def secrets(self) -> frozenset[str]:
        tokens = self.server.tokens
        own = {tokens.client_secret, tokens.password}
        return frozenset(own) | tokens.issued() | self.server.side.secrets() | self._planted

    def furnish(self, fleet: Fleet) -> None:
        self._planted |= frozenset(fleet.secrets.values())
        furnish(self.server, self.hooks, fleet)

    def populate(self, devices: int, seed: int) -> None:
        """Back door for measurements: fill the store with made-up users and devices that have no phone behind them."""
        populate(self.server, devices, seed)

    def limit_credentials(self, seconds: int) -> bool:
        self.server.tokens.lifetime = seconds
        return True

    def revoke_credentials(self) -> bool:
        self.server.tokens.revoke_all()
        return True

    def _rows(self) -> list[Row]:
        server = self.server
        return [
            *TokenRoutes(server.tokens).rows(),
            *routes_server.rows(),
            *DeviceRoutes(server, self.touch).rows(),
            *UserRoutes(server).rows(),
            *GroupRoutes(server).rows(),
            *CommandRoutes(server, self.touch).rows(),
            *VolumeRoutes(server).rows(),
            *ClassicUserRoutes(server).rows(),
            *ClassicGroupRoutes(server).rows(),
            *ClassicDeviceRoutes(server, self.touch).rows(),
            *ContentRoutes(server).rows(),
            *ClassicVolumeRoutes(server).rows(),
        ]
