"""A whole rehearsal: clock, people with phones, both products, Apple's licenses, and an administrator."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Protocol

from attrs import define, field, frozen

import ueapi
from ueapi.apple.enrollment.discovery import WELL_KNOWN, ModelFamily
from ueapi.client import Tenant
from ueapi.model import AppKind
from ueapi.plugins import Registry
from ueapi.rehearsal.apps_and_books import AppsAndBooks, StoreApp
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.enrolling.accounts import Accounts
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.business import BUSINESS_ADDRESS, BUSINESS_HOST, AppleBusiness
from ueapi.rehearsal.enrolling.device import WayIn
from ueapi.rehearsal.enrolling.domain import Domain
from ueapi.rehearsal.enrolling.service import BYOD
from ueapi.rehearsal.faults.skew import SkewedClock
from ueapi.rehearsal.fleet import STUBBORN, UNREACHED, Fleet, Mix, Person, PhoneSeed
from ueapi.rehearsal.habits import VirtualPerson
from ueapi.rehearsal.memory import uncollected
from ueapi.rehearsal.people import make_fleet
from ueapi.rehearsal.phone import Server, VirtualPhone
from ueapi.rehearsal.pushing import PushService
from ueapi.rehearsal.simulator import Simulator, Surroundings
from ueapi.rehearsal.wire import Application, InProcess, Network

DOMAIN: Final = "example.org"
"""The domain of the people's addresses."""
ON_TIME: Final = timedelta(0)
SETTLING: Final = 3 * 3600.0
"""Seconds in which phones take what they were sent at their first enrollment."""


class Factory(Protocol):
    """Makes a product's simulator."""

    def __call__(self, around: Surroundings) -> Simulator:
        """Make it, empty."""
        ...


@frozen(kw_only=True)
class Place:
    """One product in the world."""

    simulator: Simulator
    server: Server
    settings: Mapping[str, str] = field(repr=False)


@define(kw_only=True, eq=False)
class World:
    """Everything a rehearsal needs; begin with `World.empty`."""

    seed: int
    clock: VirtualClock
    fleet: Fleet
    apple: AppsAndBooks
    network: Network
    way_in: WayIn = field(init=False, repr=False)
    business: AppleBusiness = field(init=False, repr=False)
    """The organization at Apple: where phones are sent whose domain answers with a failure."""
    phones: dict[str, VirtualPhone] = field(factory=dict)
    people: dict[str, VirtualPerson] = field(factory=dict)
    _directory: dict[str, VirtualPhone] = field(factory=dict)
    _by_address: dict[str, VirtualPerson] = field(factory=dict, repr=False)

    def __attrs_post_init__(self) -> None:
        """Give everyone a password, and the organization an account with Apple."""
        self.way_in = WayIn(
            network=self.network,
            devices=Authority("Simulated device authority", self.clock.now()),
            accounts=Accounts(str(self.seed)),
        )
        self.business = AppleBusiness(knows=lambda address: address.casefold() in self._by_address)
        self.network.hosts[BUSINESS_HOST], self.way_in.apple = self.business, BUSINESS_ADDRESS

    def lead(self, server: Server) -> None:
        """From now on the people's domain leads everybody there, and refuses strangers."""
        address = f"https://{server.host}{BYOD}"
        self.hand_over(Domain(lambda who: address if who.casefold() in self._by_address else None))

    def hand_over(self, answers: Application) -> None:
        """From now on somebody else answers at the people's domain."""
        self.network.hosts[DOMAIN] = answers

    @property
    def domain(self) -> Application:
        """Who answers at the people's domain."""
        return self.network.hosts[DOMAIN]

    @classmethod
    def empty(
        cls, *, users: int, seed: int, clock: VirtualClock | None = None, mix: Mix | None = None
    ) -> World:
        """A world with a fleet and Apple's store, and no product yet; `mix` says how its people behave."""
        fleet = make_fleet(users=users, seed=seed, mix=mix)
        apple = AppsAndBooks()
        for app in fleet.apps:
            if app.store_id:
                apple.publish(
                    StoreApp(
                        store_id=app.store_id,
                        bundle_id=app.bundle_id,
                        name=app.name,
                        version=app.version,
                    )
                )
        return cls(
            seed=seed,
            clock=clock or VirtualClock(),
            fleet=fleet,
            apple=apple,
            network=Network(),
        )

    def stream(self, purpose: str) -> random.Random:
        """Randomness of its own for a purpose, so that one more draw here changes nothing there."""
        return random.Random(f"{self.seed}:{purpose}")

    # -- products ----------------------------------------------------------------------------------

    def open(self, factory: Factory, role: str, skew: timedelta = ON_TIME) -> Place:
        """Start a product, empty but for its Apps and Books location with seats for everyone.

        `skew` is how far its clock is ahead of the world's.
        """
        location = f"Location of the {role}"
        self.apple.open_location(location)
        for app in self.fleet.apps:
            if app.store_id and app.kind is not AppKind.IN_HOUSE:
                self.apple.set_seats(location, app.store_id, app.seats)
        simulator = factory(
            Surroundings(
                clock=SkewedClock(true=self.clock, skew=skew) if skew else self.clock,
                rng=self.stream(f"product:{role}"),
                apple=self.apple,
                location=location,
                devices=self.way_in.devices,
                accounts=self.way_in.accounts,
            )
        )
        side = simulator.device_side
        side.push = PushService(side, self._directory)
        host = f"{role}.{simulator.backend}.example.org"
        simulator.way_in.host = host
        self.network.hosts[host] = simulator.app
        server = Server(name=role, host=host, location=location, side=side)
        self.way_in.servers[host] = server
        return Place(
            simulator=simulator, server=server, settings=simulator.settings(f"https://{host}")
        )

    def open_installed(
        self, registry: Registry, backend: str, role: str, skew: timedelta = ON_TIME
    ) -> Place:
        """Start the simulator an installed plugin ships."""
        make = registry.simulator(backend)

        def factory(around: Surroundings) -> Simulator:
            made = make(around)
            if not isinstance(made, Simulator):
                raise TypeError(f"the simulator of {backend} is no Simulator")
            return made

        return self.open(factory, role, skew)

    def assign_default(self, place: Place, *families: ModelFamily) -> None:
        """As its administrator: link a product with Apple Business and make it the default of these product families.

        Phones on iOS 18.2 and later come to it where the domain answers with a failure. None named means all.
        """
        host = f"discovery.{place.server.host}"
        self.network.hosts[host] = Domain(lambda _: f"https://{place.server.host}{BYOD}")
        self.business.link(place.server.name, f"https://{host}{WELL_KNOWN}")
        self.business.assign(place.server.name, *families)

    def tenant(
        self, registry: Registry, place: Place, name: str, page_rows: int | None = None
    ) -> Tenant:
        """Connect to a product of this world, on its time and without a network.

        `page_rows` asks for smaller pages, where the backend has a setting for it.
        """
        settings: dict[str, Any] = dict(place.settings)
        if page_rows is not None and place.simulator.page_setting:
            settings[place.simulator.page_setting] = _page_rows(place.simulator, page_rows)
        return ueapi.connect(
            place.simulator.backend,
            name=name,
            registry=registry,
            clock=self.clock,
            rng=self.stream(f"tenant:{name}"),
            transport=InProcess(self.network),
            **settings,
        )

    # -- people ------------------------------------------------------------------------------------

    def settle(self, place: Place, discover: Callable[[], Server] | None = None) -> None:
        """Furnish a product with the fleet and enroll every phone there, by real messages.

        The people's domain leads there. `discover` says whose web page people are sent to when they move.
        """
        self.lead(place.server)
        place.simulator.furnish(self.fleet)
        place.simulator.console.set_up_account_driven_enrollment()
        place.simulator.console.link_location()
        with uncollected():
            for person in self.fleet.people:
                self.people[person.key] = self._person(person, place, discover)
            self.clock.sleep(SETTLING)
            self._update(place)

    def _update(self, place: Place) -> None:
        """Update phones that shall run a later iOS than they were enrolled on, and let the product hear of it."""
        updated = [phone for phone in self.phones.values() if phone.seed.enrolled_on]
        for phone in updated:
            phone.update()
        if updated:
            for record in place.server.side.records():
                place.server.side.inquire(record)
            self.clock.sleep(SETTLING)

    def _person(
        self, person: Person, place: Place, discover: Callable[[], Server] | None
    ) -> VirtualPerson:
        mix = self.fleet.mix
        owner = VirtualPerson(
            person=person,
            stubborn=mix.stubborn if mix else STUBBORN,
            unreached=mix.unreached if mix else UNREACHED,
            phones=[],
            clock=self.clock,
            rng=self.stream(f"person:{person.key}"),
            discover=discover or (lambda: place.server),
            old=place.server,
            waits=self.stream(f"waits:{person.key}"),
        )
        owner.phones = [self._phone(seed, owner) for seed in person.phones]
        self._by_address[owner.typed.casefold()] = owner
        moves_to, owner.discover = owner.discover, lambda: place.server
        for phone in owner.phones:
            owner.come_in(phone, phone.seed.enrollment)
        owner.discover = moves_to
        return owner

    def _phone(self, seed: PhoneSeed, owner: VirtualPerson) -> VirtualPhone:
        phone = VirtualPhone(
            seed=seed,
            network=self.network,
            clock=self.clock,
            rng=self.stream(f"phone:{seed.key}"),
            apple=self.apple,
            accepts=owner.accepts,
            way_in=self.way_in,
            asked=owner.asked_by_phone,
            directory=self._directory,
        )
        self.phones[seed.key] = phone
        return phone

    @property
    def messages(self) -> int:
        """Messages exchanged between phones and products so far."""
        return self.way_in.messages + sum(phone.messages for phone in self.phones.values())


def _page_rows(simulator: Simulator, wanted: int) -> int:
    """The smallest size of a page that the product takes and that is no smaller than wanted, else its largest."""
    sizes = simulator.page_sizes
    return next((size for size in sizes if size >= wanted), sizes[-1] if sizes else wanted)
