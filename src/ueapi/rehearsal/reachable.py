"""A simulated product that a phone of another process can enroll with: real addresses, https, identities by ACME."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import define, field, frozen
from pydantic import SecretStr

from ueapi.apple.enrollment import discovery
from ueapi.apple.profiles.signing import Signer
from ueapi.errors import UsageError
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.enrolling.domain import Domain
from ueapi.rehearsal.enrolling.issuing import Issuing
from ueapi.rehearsal.enrolling.service import Method
from ueapi.rehearsal.wire import Application, Message, Receive, Send
from ueapi.rehearsal.world import Place, World

_WAY: Final = EnrollmentKind.ACCOUNT_DRIVEN_USER


@frozen(kw_only=True)
class Tls:
    """The certificate and its key in PEM, and the name in it by which phones reach this machine."""

    certificate: Path
    key: Path
    host: str = "localhost"


@frozen(kw_only=True)
class WaysIn:
    """How people sign in, and whether service discovery is answered here too."""

    method: Method = Method.SIMPLE
    answers_discovery: bool = False


@frozen(kw_only=True)
class Invitation:
    """Where one furnished person can enroll a phone."""

    base_url: str
    account: str = field(repr=False)
    password: SecretStr


@define(kw_only=True)
class Reachable:
    """A product under its real address. It answers everything itself."""

    world: World
    place: Place
    address: str
    """Host and port."""
    ways: WaysIn = field(factory=WaysIn)
    _inner: Application = field(init=False, repr=False)
    _domain: Application = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Make profiles, challenges and tokens carry the real address.

        Servers don't pass on which certificate a connection was made with, so devices sign their messages.
        """
        simulator = self.place.simulator
        simulator.way_in.host = self.address
        simulator.way_in.method = self.ways.method
        simulator.way_in.identities.sign_message = True
        self._inner = simulator.app
        self._domain = Domain(self._leads_to)
        name = self.address.partition(":")[0]
        self.world.network.hosts.setdefault(name, self)
        self.world.way_in.servers.setdefault(name, self.place.server)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._for(scope.get("path", ""))(scope, receive, send)

    @property
    def issuing(self) -> Issuing:
        """Who has which identity."""
        return self.place.simulator.way_in.identities.issuing

    @property
    def base_url(self) -> str:
        """Where phones ask for their profile."""
        return self.place.simulator.way_in.base_url(discovery.Version.BYOD)

    def invitation(self) -> Invitation:
        """Someone whom the product lets in with a phone of their own.

        Raises:
            UsageError: nobody of the fleet is.
        """
        may_enter = self._may_enter()
        for person in self.world.fleet.people:
            account = person.managed_apple_id
            if account is not None and may_enter(account):
                password = self.world.way_in.accounts.password_of(account)
                return Invitation(
                    base_url=self.base_url, account=account, password=SecretStr(password)
                )
        raise UsageError("nobody of this fleet can enroll.", remedy="Ask for more people.")

    def device_identity(self) -> Signer:
        """What stands for the identity that Apple builds into each device."""
        return self.world.way_in.devices.signer("Simulated iPhone")

    def _may_enter(self) -> Callable[[str], bool]:
        hooks = self.place.server.side.hooks
        return lambda account: hooks.refusal(account, _WAY) is None

    def _for(self, path: str) -> Application:
        if path == discovery.WELL_KNOWN and self.ways.answers_discovery:
            return self._domain
        return self._inner

    def _leads_to(self, address: str) -> str | None:
        return self.base_url if self._may_enter()(address) else None
