"""What each product's simulator is built on: routes, request log, throttling, and back doors.

A simulator is a stateful server written from the vendor's documents. It refuses what the vendor refuses, keeps a log
with its own table of which routes change something, and shares no code with the adapter.
"""

from __future__ import annotations

import random
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ueapi.rehearsal.clock import START, VirtualClock
from ueapi.rehearsal.enrolling.accounts import Accounts
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.identities import Identities
from ueapi.rehearsal.enrolling.pages import PasswordPortal, Portal, WebPortal
from ueapi.rehearsal.enrolling.service import EnrollmentService
from ueapi.rehearsal.fleet import Fleet
from ueapi.rehearsal.routing import indexed_application

if TYPE_CHECKING:
    from ueapi.rehearsal.apps_and_books import AppsAndBooks
    from ueapi.rehearsal.device_side import DeviceSide

Handler = Callable[[Request], Awaitable[Response]]

_PLAIN_PATH: Final = re.compile(r"/[A-Za-z0-9/._~-]*")

CHANGES: Final = True
READS: Final = False


@frozen
class Entry:
    """One request in the log: when, what, the status, whether it changed something, and which device records."""

    at: datetime
    method: str
    path: str
    route: str
    status: int
    changes: bool
    touched: tuple[str, ...] = ()


@define
class RequestLog:
    """Every request a simulator answered on its management API, in order."""

    entries: list[Entry] = field(factory=list)

    def changing(self) -> list[Entry]:
        """Requests that changed something, by the simulator's own table."""
        return [e for e in self.entries if e.changes and e.status < 400]

    def touched(self) -> frozenset[str]:
        """Native ids of device records some request acted on."""
        return frozenset(t for e in self.entries for t in e.touched)


def _everyday_authority() -> Authority:
    return Authority("Simulated device authority", START)


@frozen(kw_only=True)
class Surroundings:
    """What a simulator lives in: the clock, seeded randomness, Apple's licenses, and its own name."""

    clock: VirtualClock
    rng: random.Random
    apple: AppsAndBooks
    location: str
    """Name of the Apps and Books location this product uses."""
    devices: Authority = field(factory=_everyday_authority, repr=False)
    """Who gave every device its built-in identity."""
    accounts: Accounts = field(factory=Accounts, repr=False)
    """The organization's accounts, which the product's sign-in asks."""


class Console(ABC):
    """The administrator's back doors: what a person does in the product's console."""

    @abstractmethod
    def set_up_account_driven_enrollment(self) -> None:
        """Allow sign-in with a Managed Apple ID."""

    @abstractmethod
    def link_location(self) -> None:
        """Link the Apps and Books location, so that its apps appear in the catalog."""

    @abstractmethod
    def make_profile(self, name: str, content: bytes) -> str:
        """Make a profile or policy by hand, also with what the API can't; return its native id."""

    @abstractmethod
    def edit_profile(self, name: str, content: bytes) -> None:
        """Change one by hand."""

    @abstractmethod
    def profile_content(self, name: str) -> bytes | None:
        """What the console shows for it, as a configuration profile; `None` if there is none."""

    @abstractmethod
    def rename_user(self, username_or_email: str, name: str) -> None:
        """Change a person's display name by hand."""

    @abstractmethod
    def touch_telemetry(self) -> None:
        """Let time leave its marks: last contact, battery level; nothing an administrator would call a change."""


def path_of(request: Request) -> str:
    """The path of a request, as its URL has it; putting the URL together is spared for ordinary ones."""
    path: str = request.scope["path"]
    return path if _PLAIN_PATH.fullmatch(path) else request.url.path


class Simulator(ABC):
    """One product, simulated. Subclasses fill `routes()` and the device-side hooks."""

    backend: str
    """Name of the backend that talks to this product."""
    enumerated: frozenset[str] = frozenset()
    """Fields of answers that have few documented values, for rehearsing a new one."""
    page_setting: str = ""
    """The backend's connect setting for rows of a page, for rehearsing small ones; empty where there is none."""
    page_sizes: tuple[int, ...] = ()
    """The sizes of a page that the product documents, the smallest first; empty where any number is one."""

    def __init__(self, around: Surroundings) -> None:
        """Start empty, as a new tenant of the product is."""
        self.around = around
        self.log = RequestLog()
        self.way_in = self._make_way_in()
        self.app = indexed_application(
            [*self._logged_routes(), *self.device_side.routes(), *self.way_in.routes()]
        )

    def _make_way_in(self) -> EnrollmentService:
        place = self.around.location
        return EnrollmentService(
            side=self.device_side,
            portal=self.sign_in_pages(),
            identities=Identities.of(
                self.backend, self.around.clock, random.Random(f"identities:{place}")
            ),
            apple=self.around.devices,
            clock=self.around.clock,
            rng=random.Random(f"way in:{place}"),
            host="product.example.org",
            name=f"{self.backend} management",
        )

    def sign_in_pages(self) -> Portal:
        """The web sign-in; a product with pages of its own has another."""
        return WebPortal(PasswordPortal(self.around.accounts))

    # -- the management API ------------------------------------------------------------------------

    @abstractmethod
    def routes(self) -> Sequence[tuple[str, str, Handler, bool]]:
        """The API: method, path template, handler, and `CHANGES` or `READS`."""

    @abstractmethod
    def gate(self, request: Request) -> Response | None:
        """Check path form, credentials and limits; a response refuses the request."""

    @property
    @abstractmethod
    def device_side(self) -> DeviceSide:
        """The server phones talk to."""

    @property
    @abstractmethod
    def console(self) -> Console:
        """The administrator's back doors."""

    @abstractmethod
    def settings(self, url: str) -> Mapping[str, str]:
        """Connect settings of this tenant, for the backend."""

    @abstractmethod
    def secrets(self) -> frozenset[str]:
        """Every secret, token and hidden identifier it holds or issued; none may ever leave."""

    @abstractmethod
    def furnish(self, fleet: Fleet) -> None:
        """Make the fleet's users, groups, profiles and apps, as an organization using this product has them."""

    def limit_credentials(self, seconds: int) -> bool:
        """Back door: whatever is issued from now on lives that long; false where nothing ends."""
        return False

    def revoke_credentials(self) -> bool:
        """Back door: end everything issued so far; false where nothing is issued."""
        return False

    def touch(self, request: Request, *native_ids: str) -> None:
        """Note that the request acts on these device records."""
        request.state.touched = (*getattr(request.state, "touched", ()), *native_ids)

    def _logged_routes(self) -> list[Route]:
        return [
            Route(path, self._logged(path, handler, changes), methods=[method])
            for method, path, handler, changes in self.routes()
        ]

    def _logged(self, path: str, handler: Handler, changes: bool) -> Handler:
        async def answer(request: Request) -> Response:
            response = self.gate(request)
            if response is None:
                response = await handler(request)
            self.log.entries.append(
                Entry(
                    self.around.clock.now(),
                    request.method,
                    path_of(request),
                    path,
                    response.status_code,
                    changes,
                    getattr(request.state, "touched", ()),
                )
            )
            return response

        return answer
