"""A backend with its simulator and a furnished fleet, on virtual time, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeVar

from attrs import define, field

from ueapi.client import Tenant, connect
from ueapi.contract import Backend, Capability, Context
from ueapi.errors import CapabilityUnsupported, ManualStepRequired
from ueapi.model import Thing, User
from ueapi.plugins import Registry
from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi.rehearsal.fleet import Fleet
from ueapi.rehearsal.simulator import Simulator
from ueapi.rehearsal.wire import InProcess
from ueapi.rehearsal.world import ON_TIME, Place, World
from ueapi.runtime.events import Observer
from ueapi.testing.quality import Quality
from ueapi.testing.silent import SilentProduct

T = TypeVar("T")

USERS: Final = 24
SEED: Final = 3


def plain(things: Iterable[Thing]) -> list[object]:
    """Objects without the time they were read at, for comparing two readings."""
    return [thing.model_dump(exclude={"origin": {"read_at"}}) for thing in things]


@define(kw_only=True, eq=False)
class Harness:
    """What a suite works with; build one for each test."""

    world: World
    place: Place
    tenant: Tenant
    backend: Backend
    registry: Registry
    users: int = USERS
    seed: int = SEED
    settings: Mapping[str, str] | None = field(default=None, repr=False)
    _quality: Quality | None = field(default=None, repr=False)

    @classmethod
    def build(
        cls,
        backend: str,
        *,
        registry: Registry | None = None,
        users: int = USERS,
        seed: int = SEED,
        settings: Mapping[str, str] | None = None,
        skew: timedelta = ON_TIME,
        quality: Quality | None = None,
    ) -> Harness:
        """Furnish the plugin's simulator with a seeded fleet and connect the backend to it.

        A plugin without a simulator names connect `settings`, and is connected to a product that answers nothing.
        `skew` is how far the product's clock is ahead of ours. `quality` is what the author states, by default the
        plugin's own `quality.yaml`.
        """
        plugins = registry or Registry.installed()
        world = World.empty(users=users, seed=seed)
        if settings is None:
            place = world.open_installed(plugins, backend, "source", skew)
            world.settle(place)
        else:
            place = _silent(world, backend, settings)
        checked = plugins.settings_type(backend).model_validate(dict(place.settings))
        return cls(
            world=world,
            place=place,
            tenant=world.tenant(plugins, place, backend),
            backend=plugins.build(backend)(checked, Context(tenant=backend, now=world.clock.now)),
            registry=plugins,
            users=users,
            seed=seed,
            settings=settings,
            quality=quality,
        )

    def rebuilt(self, *, skew: timedelta = ON_TIME) -> Harness:
        """The same once more, from the beginning."""
        return self.another(users=self.users, seed=self.seed, skew=skew)

    def another(self, *, users: int, seed: int, skew: timedelta = ON_TIME) -> Harness:
        """The same backend with another fleet."""
        return Harness.build(
            self.tenant.backend,
            registry=self.registry,
            users=users,
            seed=seed,
            settings=self.settings,
            skew=skew,
            quality=self._quality,
        )

    @property
    def quality(self) -> Quality:
        """What the plugin's author states: losses, answers to rules."""
        if self._quality is None:
            self._quality = Quality.of_backend(self.registry, self.tenant.backend)
        return self._quality

    def connect(self, *, page_rows: int | None = None) -> Tenant:
        """A second tenant object for the same product, perhaps with small pages where the backend has a setting."""
        return self.world.tenant(self.registry, self.place, self.tenant.name, page_rows)

    def connect_with(
        self, settings: Mapping[str, str], observers: Iterable[Observer] = ()
    ) -> Tenant:
        """A second tenant object with some settings replaced, perhaps watched."""
        given: dict[str, Any] = {**self.place.settings, **settings}
        return connect(
            self.tenant.backend,
            name=self.tenant.name,
            registry=self.registry,
            clock=self.world.clock,
            rng=self.world.stream("kit"),
            transport=InProcess(self.world.network),
            observers=observers,
            **given,
        )

    @property
    def simulator(self) -> Simulator:
        """The simulated product."""
        return self.place.simulator

    @property
    def fleet(self) -> Fleet:
        """What the product was furnished with."""
        return self.world.fleet

    @property
    def apple(self) -> AppsAndBooks:
        """Apple's side of licenses."""
        return self.world.apple

    @property
    def location(self) -> str:
        """The product's location of Apps and Books."""
        return self.place.server.location

    def facet(self, name: str) -> type:
        """The class the backend has for a facet."""
        return type(getattr(self.backend, name))

    def pass_time(self, *, hours: float) -> None:
        """Let virtual time pass."""
        self.world.clock.sleep(hours * 3600)

    def seats_of(self, user: User) -> int:
        """Licenses this user's Managed Apple ID holds in the product's location."""
        maid = user.managed_apple_id
        if maid is None:
            return 0
        ids = self.apple.store_ids(self.location)
        return sum(self.apple.holds(self.location, store_id, maid.root) for store_id in ids)

    def can(self, capability: Capability) -> bool:
        """Whether the sheet says that the backend does it by itself."""
        return self.tenant.sheet[capability].is_callable

    def both_ways(self, capability: Capability, act: Callable[[Tenant], T]) -> T | None:
        """Do it if the sheet says the backend can, and return the result; otherwise see it refused.

        Raises:
            AssertionError: what the sheet refuses went through, was refused otherwise, or cost a request.
        """
        if self.can(capability):
            return act(self.tenant)
        before = len(self.simulator.log.entries)
        try:
            act(self.tenant)
        except (CapabilityUnsupported, ManualStepRequired) as problem:
            assert problem.remedy, f"the refusal of {capability.value} has no remedy"
            assert len(self.simulator.log.entries) == before, f"{capability.value} cost a request"
            return None
        raise AssertionError(f"the sheet refuses {capability.value}, and it went through")


def _silent(world: World, backend: str, settings: Mapping[str, str]) -> Place:
    place = world.open(partial(SilentProduct, backend, settings), "source")
    if isinstance(place.simulator, SilentProduct):
        world.network.hosts[place.server.host] = place.simulator.answering()
    return place
