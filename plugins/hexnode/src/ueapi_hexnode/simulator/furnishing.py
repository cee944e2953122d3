"""Filling a portal: with an organization's fleet, or with many rows for measuring."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, assert_never

from attrs import define, field

from ueapi.model import AppKind, CriteriaTree, CriterionField
from ueapi.rehearsal.apps_and_books import StoreApp
from ueapi.rehearsal.criteria import holds
from ueapi.rehearsal.fleet import AppSeed, Fleet, GroupSeed, Person, ProfileSeed
from ueapi_hexnode.simulator.console import HexnodeConsole
from ueapi_hexnode.simulator.device_hooks import DeviceHooks
from ueapi_hexnode.simulator.location import find_app
from ueapi_hexnode.simulator.portal import Portal
from ueapi_hexnode.simulator.state import AppRow, DeviceRow, GroupRow, Targets

APP_TYPES: Final = {
    AppKind.STORE: "store",
    AppKind.CUSTOM: "store",
    AppKind.IN_HOUSE: "enterprise",
    AppKind.WEB: "web",
}


@define
class Furnisher:
    """Makes a fleet's users, groups, profiles and apps the way a person in the console would."""

    portal: Portal
    console: HexnodeConsole
    hooks: DeviceHooks
    _users: dict[str, int] = field(factory=dict)
    _groups: dict[str, tuple[str, int]] = field(factory=dict)

    def furnish(self, fleet: Fleet) -> None:
        """Make everything; phones come by enrolling."""
        people = {person.key: person for person in fleet.people}
        for person in fleet.people:
            self._add_person(person)
        for group in fleet.groups:
            self._add_group(group, people)
        for app in fleet.apps:
            self._buy(app)
        self.console.set_up_account_driven_enrollment()
        self.console.link_location()
        for app in fleet.apps:
            self._add_app(app)
        for profile in fleet.profiles:
            self._add_profile(profile)

    def _add_person(self, person: Person) -> None:
        """A person is known by e-mail, so that is the Managed Apple ID; an address is used once."""
        store = self.portal.store
        addresses = (person.managed_apple_id, person.email)
        free = (a for a in addresses if a is not None and store.user_by_email(a) is None)
        row = store.add_user(person.name, next(free, None))
        self._users[person.key] = row.id

    # -- groups ------------------------------------------------------------------------------------

    def _add_group(self, seed: GroupSeed, people: Mapping[str, Person]) -> None:
        of_users = seed.of == "users"
        kind = "usergroup" if of_users else "devicegroup"
        store, now = self.portal.store, self.portal.now()
        row = GroupRow(
            id=store.next_id(kind), name=seed.name, description="", created=now, modified=now
        )
        (store.usergroups if of_users else store.devicegroups)[row.id] = row
        self._groups[seed.key] = (f"{kind}s", row.id)
        if of_users:
            row.members = {self._users[key] for key in seed.members if key in self._users}
        elif seed.criteria is not None:
            row.rule = self._rule(seed.criteria)
        else:
            self._await(seed, row, people)

    def _await(self, seed: GroupSeed, row: GroupRow, people: Mapping[str, Person]) -> None:
        for person in people.values():
            account = (person.managed_apple_id or person.email or "").casefold()
            names = [phone.name for phone in person.phones if phone.key in seed.members]
            if person.key in seed.members:
                names = [""]
            for name in names:
                self.hooks.awaited.setdefault((account, name), []).append(row.id)

    def _rule(self, tree: CriteriaTree) -> Callable[[DeviceRow], bool]:
        return lambda device: holds(tree, lambda name: self._value(name, device))

    def _value(self, name: CriterionField, device: DeviceRow) -> str:
        record, owner = device.record, self.portal.store.users[device.user_id]
        match name:
            case CriterionField.OS_VERSION:
                return device.os_version
            case CriterionField.MODEL:
                return device.model_name
            case CriterionField.ENROLLMENT_KIND:
                return "" if record is None else str(record.kind)
            case CriterionField.USERNAME:
                return owner.name
            case CriterionField.EMAIL | CriterionField.MANAGED_APPLE_ID:
                return owner.email or ""
            case _:
                assert_never(name)

    def _targets(self, keys: tuple[str, ...]) -> Targets:
        found = Targets()
        for kind, number in (self._groups[key] for key in keys if key in self._groups):
            (found.usergroups if kind == "usergroups" else found.devicegroups).add(number)
        return found

    # -- content -----------------------------------------------------------------------------------

    def _buy(self, seed: AppSeed) -> None:
        if seed.store_id is None:
            return
        around = self.portal.around
        if around.apple.app(seed.store_id) is None:
            around.apple.publish(
                StoreApp(
                    store_id=seed.store_id,
                    bundle_id=seed.bundle_id,
                    name=seed.name,
                    version=seed.version,
                )
            )
        if seed.seats and not around.apple.seats(around.location, seed.store_id):
            around.apple.set_seats(around.location, seed.store_id, seed.seats)

    def _add_app(self, seed: AppSeed) -> None:
        row = find_app(self.portal, seed.bundle_id)
        if row is None:
            row = AppRow(
                id=self.portal.store.next_id("app"),
                name=seed.name,
                identifier=seed.bundle_id,
                app_type=APP_TYPES[seed.kind],
                version=seed.version,
                store_id=seed.store_id,
            )
            self.portal.store.apps[row.id] = row
        row.targets = self._targets(seed.groups)

    def _add_profile(self, seed: ProfileSeed) -> None:
        number = int(self.console.make_profile(seed.name, seed.content))
        self.portal.store.policies[number].targets = self._targets(seed.groups)


_MODELS: Final = (
    ("iPhone 15", "iPhone15,4"),
    ("iPhone 16", "iPhone17,3"),
    ("iPhone 17", "iPhone18,3"),
)


def populate(portal: Portal, n: int, seed: int) -> None:
    """Fill in n users, each with one device; the same rows for the same seed."""
    rng, now = random.Random(seed), portal.now()
    for number in range(n):
        user = portal.store.add_user(f"Person {number:06d}", f"p{number:06d}@example.org")
        model, identifier = rng.choice(_MODELS)
        portal.store.add_device(
            DeviceRow(
                id=portal.store.next_id("device"),
                user_id=user.id,
                enrolled=now - timedelta(seconds=rng.randrange(90 * 86_400)),
                last_reported=now - timedelta(seconds=rng.randrange(86_400)),
                name=f"iPhone {number:06d}",
                model_name=model,
                product_name=identifier,
                os_version=rng.choice(("18.7", "26.1", "27.0")),
                battery=round(rng.uniform(5.0, 100.0), 1),
            )
        )
