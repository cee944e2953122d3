"""The simulated product as a whole: access to its API, and its parts put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.device_side import DeviceSide, bearer
from ueapi.rehearsal.fleet import Fleet
from ueapi.rehearsal.simulator import Handler, Simulator, Surroundings
from ueapi.testing.memory.simulator import (
    routes_content,
    routes_devices,
    routes_licenses,
    routes_people,
)
from ueapi.testing.memory.simulator.answers import Refused
from ueapi.testing.memory.simulator.console import Furnisher, MemoryConsole
from ueapi.testing.memory.simulator.delivery import Delivery
from ueapi.testing.memory.simulator.state import Store
from ueapi.testing.memory.simulator.tenancy import Route, Tenancy

TOKEN_PATH: Final = "/v1/token"
ROUTES: Final[tuple[Route, ...]] = (
    *routes_people.TABLE,
    *routes_devices.TABLE,
    *routes_content.TABLE,
    *routes_licenses.TABLE,
)


class MemorySimulator(Simulator):
    """One tenant of the imaginary product."""

    backend = "memory"
    enumerated = frozenset({"kind", "state", "of"})
    page_setting = "page_rows"

    def __init__(self, around: Surroundings) -> None:
        """Open a new tenant."""
        store = Store()
        delivery = Delivery(around=around, store=store)
        self._side = delivery.side = DeviceSide(around.clock, around.rng, delivery)
        self.tenancy = Tenancy(
            around=around,
            store=store,
            delivery=delivery,
            touch=self.touch,
            key=f"{around.rng.getrandbits(160):040x}",
        )
        self._console = MemoryConsole(self.tenancy)
        self._planted: frozenset[str] = frozenset()
        super().__init__(around)

    def routes(self) -> Sequence[tuple[str, str, Handler, bool]]:
        return [
            (method, path, self._served(partial(act, self.tenancy)), changes)
            for method, path, act, changes in ROUTES
        ]

    def gate(self, request: Request) -> Response | None:
        if request.url.path == TOKEN_PATH or self.tenancy.takes(bearer(request.headers)):
            return None
        return Refused(401, "unauthorized", "A token is required.").answer()

    @staticmethod
    def _served(handler: Handler) -> Handler:
        async def serve(request: Request) -> Response:
            try:
                return await handler(request)
            except Refused as refused:
                return refused.answer()

        return serve

    @property
    def device_side(self) -> DeviceSide:
        return self._side

    @property
    def console(self) -> MemoryConsole:
        return self._console

    def settings(self, url: str) -> Mapping[str, str]:
        return {"url": url, "key": self.tenancy.key}

    def secrets(self) -> frozenset[str]:
        kept = {self.tenancy.key, *self.tenancy.tokens}
        return frozenset(kept) | self._side.secrets() | self._planted

    def furnish(self, fleet: Fleet) -> None:
        self._planted |= frozenset(fleet.secrets.values())
        Furnisher(self.tenancy, self._console).furnish(fleet)

    def limit_credentials(self, seconds: int) -> bool:
        self.tenancy.token_seconds = seconds
        return True

    def revoke_credentials(self) -> bool:
        now = self.around.clock.now()
        self.tenancy.tokens = dict.fromkeys(self.tenancy.tokens, now)
        return True
