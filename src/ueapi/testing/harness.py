"""A backend with its simulator and a furnished fleet, on virtual time, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from attrs import define

from ueapi.client import Tenant
from ueapi.contract import Backend, Capability, Context
from ueapi.errors import CapabilityUnsupported, ManualStepRequired
from ueapi.model import Thing, User
from ueapi.plugins import Registry
from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi.rehearsal.fleet import Fleet
from ueapi.rehearsal.simulator import Simulator
from ueapi.rehearsal.world import Place, World

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

    @classmethod
    def build(
        cls, backend: str, *, registry: Registry | None = None, users: int = USERS, seed: int = SEED
    ) -> Harness:
        """Furnish the plugin's simulator with a seeded fleet and connect the backend to it."""
        plugins = registry or Registry.installed()
        world = World.empty(users=users, seed=seed)
        place = world.open_installed(plugins, backend, "source")
        world.settle(place)
        settings = plugins.settings_type(backend).model_validate(dict(place.settings))
        return cls(
            world=world,
            place=place,
            tenant=world.tenant(plugins, place, backend),
            backend=plugins.build(backend)(settings, Context(tenant=backend, now=world.clock.now)),
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

    def both_ways(self, capability: Capability, act: Callable[[Tenant], T]) -> T | None:
        """Do it if the sheet says the backend can, and return the result; otherwise see it refused.

        Raises:
            AssertionError: what the sheet refuses went through, was refused otherwise, or cost a request.
        """
        if self.tenant.sheet[capability].is_callable:
            return act(self.tenant)
        before = len(self.simulator.log.entries)
        try:
            act(self.tenant)
        except (CapabilityUnsupported, ManualStepRequired):
            assert len(self.simulator.log.entries) == before, f"{capability.value} cost a request"
            return None
        raise AssertionError(f"the sheet refuses {capability.value}, and it went through")
