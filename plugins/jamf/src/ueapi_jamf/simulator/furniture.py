"""Makes an organization's users, groups, profiles and apps, as an organization using Jamf Pro has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import define, field

from ueapi.model import AppKind
from ueapi.rehearsal.apps_and_books import StoreApp
from ueapi.rehearsal.fleet import AppSeed, Fleet, GroupSeed, Person, ProfileSeed
from ueapi_jamf.simulator.console import STORE
from ueapi_jamf.simulator.content import AppRow, AssignmentRow, LocationRow, ProfileRow, Scope
from ueapi_jamf.simulator.criteria import rows_from_tree
from ueapi_jamf.simulator.device_hooks import DeviceHooks
from ueapi_jamf.simulator.payloads import stored
from ueapi_jamf.simulator.server import Server

ASSIGNMENT: Final = "BYOD volume assignment"
ACCOUNT_CRITERION: Final = "Managed Apple ID"


def furnish(server: Server, hooks: DeviceHooks, fleet: Fleet) -> None:
    """Fill an empty server. Phones enroll later, through the device side."""
    server.switches.allows_user_enrollment = True
    furniture = _Furniture(server, hooks)
    for person in fleet.people:
        furniture.person(person)
    for group in fleet.groups:
        furniture.group(group)
    for profile in fleet.profiles:
        furniture.profile(profile)
    location = furniture.location(fleet.apps)
    for app in fleet.apps:
        furniture.app(app, location)
    furniture.assignments(fleet.apps, location)
    server.settle()
    server.settle_now()


@define
class _Furniture:
    """Native ids by the fleet's keys."""

    server: Server
    hooks: DeviceHooks
    users: dict[str, int] = field(factory=dict)
    phones: dict[str, tuple[str, str]] = field(factory=dict, repr=False)
    """Phone key → account and phone name, by which an enrolling phone is told."""
    groups: dict[str, tuple[str, int]] = field(factory=dict)
    with_accounts: tuple[str, ...] = ()
    """The smart group of users with a Managed Apple ID; without one, everybody counts."""

    def person(self, person: Person) -> None:
        """A user. A username that is taken gets a number, since Jamf Pro has each only once."""
        username, number = person.username, 2
        while self.server.users.named(username) is not None:
            username, number = f"{person.username}{number}", number + 1
        row = self.server.users.add(
            username,
            realname=person.name,
            email=person.email or "",
            managed_apple_id=person.managed_apple_id or "",
        )
        self.users[person.key] = row.id
        account = (person.managed_apple_id or "").casefold()
        self.phones.update((phone.key, (account, phone.name)) for phone in person.phones)

    def group(self, seed: GroupSeed) -> None:
        """A group; phones join static groups of devices when they have enrolled."""
        criteria = rows_from_tree(seed.criteria) if seed.criteria is not None else ()
        is_smart = seed.criteria is not None
        if seed.of == "users":
            group = self.server.user_groups.add(seed.name, is_smart=is_smart, criteria=criteria)
            group.members = {self.users[m] for m in seed.members if m in self.users}
            self.server.user_groups.changed(group)
        else:
            group = self.server.device_groups.add(seed.name, is_smart=is_smart, criteria=criteria)
            for key in seed.members:
                if key in self.phones:
                    self.hooks.static_groups.setdefault(self.phones[key], set()).add(group.id)
        self.groups[seed.key] = (seed.of, group.id)
        if seed.of == "users" and any(row.name == ACCOUNT_CRITERION for row in criteria):
            self.with_accounts = (seed.key,)

    def profile(self, seed: ProfileSeed) -> None:
        """A profile that installs by itself for its groups."""
        shelf, identifier = self.server.profiles, self.server.new_uuid().upper()
        shelf.put(
            ProfileRow(
                id=shelf.new_id(),
                name=seed.name,
                content=stored(seed.content, identifier),
                identifier=identifier,
                scope=self._scope(seed.groups),
            )
        )

    def location(self, apps: Iterable[AppSeed]) -> LocationRow:
        """The linked location with the seats that were bought."""
        around, shelf = self.server.around, self.server.seats.locations
        around.apple.open_location(around.location)
        for seed in apps:
            if seed.store_id is None:
                continue
            around.apple.publish(
                StoreApp(
                    store_id=seed.store_id,
                    bundle_id=seed.bundle_id,
                    name=seed.name,
                    version=seed.version,
                )
            )
            if seed.seats:
                around.apple.set_seats(around.location, seed.store_id, seed.seats)
        return shelf.named(around.location) or shelf.put(
            LocationRow(id=shelf.new_id(), name=around.location, location=around.location)
        )

    def app(self, seed: AppSeed, location: LocationRow) -> None:
        """An app of the catalog. Web clips are no apps in Jamf Pro and are left out."""
        if seed.kind is AppKind.WEB:
            return
        shelf = self.server.apps
        shelf.put(
            AppRow(
                id=shelf.new_id(),
                name=seed.name,
                bundle_id=seed.bundle_id,
                version=seed.version,
                store_url=f"{STORE}{seed.store_id}" if seed.store_id else "",
                is_internal=seed.kind is AppKind.IN_HOUSE,
                installs_by_itself=bool(seed.groups),
                location_id=location.id if seed.store_id and seed.seats else -1,
                scope=self._scope(seed.groups),
            )
        )

    def assignments(self, apps: Iterable[AppSeed], location: LocationRow) -> None:
        """One volume assignment for each set of user groups that get apps.

        An app that is given to devices needs licenses of their users: those of everybody with a Managed Apple ID.
        """
        by_groups: dict[tuple[str, ...], list[str]] = {}
        for seed in apps:
            if not (seed.store_id and seed.seats and seed.groups):
                continue
            groups = tuple(g for g in seed.groups if self.groups[g][0] == "users")
            if len(groups) < len(seed.groups):
                groups = self.with_accounts
            by_groups.setdefault(groups, []).append(seed.store_id)
        shelf = self.server.seats.assignments
        for number, (groups, store_ids) in enumerate(by_groups.items(), start=1):
            shelf.put(
                AssignmentRow(
                    id=shelf.new_id(),
                    name=ASSIGNMENT if number == 1 else f"{ASSIGNMENT} {number}",
                    location_id=location.id,
                    apps=store_ids,
                    scope=self._scope(groups) if groups else Scope(all_users=True),
                )
            )

    def _scope(self, keys: Iterable[str]) -> Scope:
        found: Mapping[str, set[int]] = {"users": set(), "devices": set()}
        for key in keys:
            of, group_id = self.groups[key]
            found[of].add(group_id)
        return Scope(user_groups=found["users"], device_groups=found["devices"])
