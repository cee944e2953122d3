"""The administrator's back doors, and filling the product with an organization's fleet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import define, field

from ueapi.apple import profiles as apple_profiles
from ueapi.model import AppKind
from ueapi.rehearsal.fleet import AppSeed, Fleet, GroupSeed, Person
from ueapi.rehearsal.simulator import Console
from ueapi.testing.memory.simulator.state import AppRow, GroupRow, ProfileRow, Targets, UserRow
from ueapi.testing.memory.simulator.tenancy import Tenancy

KINDS: Final = {AppKind.CUSTOM: "custom", AppKind.IN_HOUSE: "in_house"}


@define(eq=False)
class MemoryConsole(Console):
    """What a person does in the product's pages."""

    tenancy: Tenancy

    def set_up_account_driven_enrollment(self) -> None:
        self.tenancy.delivery.takes_accounts = True

    def link_location(self) -> None:
        """What was bought there appears in the catalog by itself."""
        self.tenancy.delivery.location_linked = True
        store, around = self.tenancy.store, self.tenancy.around
        there = {app.store_id for app in store.apps.values()}
        for app in (around.apple.app(one) for one in around.apple.store_ids(around.location)):
            if app is not None and app.store_id not in there:
                row = AppRow(
                    id=store.new_id("app"),
                    name=app.name,
                    kind="store",
                    bundle_id=app.bundle_id,
                    store_id=app.store_id,
                    version=app.version,
                )
                store.apps[row.id] = row

    def make_profile(self, name: str, content: bytes) -> str:
        store = self.tenancy.store
        identifier = apple_profiles.read(content).identifier
        row = ProfileRow(
            id=store.new_id("profile"), name=name, content=content, identifier=identifier
        )
        store.profiles[row.id] = row
        return row.id

    def edit_profile(self, name: str, content: bytes) -> None:
        row = self._profile(name)
        if row is None:
            raise KeyError(name)
        row.content, row.identifier = content, apple_profiles.read(content).identifier
        row.version += 1
        self.tenancy.delivery.reconcile()

    def profile_content(self, name: str) -> bytes | None:
        row = self._profile(name)
        return None if row is None else row.content

    def rename_user(self, username_or_email: str, name: str) -> None:
        rows = self.tenancy.store.users.values()
        row = next((u for u in rows if username_or_email in (u.username, u.email)), None)
        if row is None:
            raise KeyError("no user has that name or address")
        row.name = name

    def touch_telemetry(self) -> None:
        for row in self.tenancy.store.devices.values():
            if row.is_managed:
                row.record.last_seen = self.tenancy.around.clock.now()

    def _profile(self, name: str) -> ProfileRow | None:
        return next((p for p in self.tenancy.store.profiles.values() if p.name == name), None)


@define
class Furnisher:
    """Makes what an organization has; its phones come by enrolling."""

    tenancy: Tenancy
    console: MemoryConsole
    _users: dict[str, UserRow] = field(factory=dict)
    _groups: dict[str, GroupRow] = field(factory=dict)

    def furnish(self, fleet: Fleet) -> None:
        """Make users, groups, apps and profiles."""
        for person in fleet.people:
            self._add_person(person)
        for group in fleet.groups:
            self._add_group(group, fleet.people)
        for app in fleet.apps:
            self._add_app(app)
        for profile in fleet.profiles:
            made = self.console.make_profile(profile.name, profile.content)
            self.tenancy.store.profiles[made].targets = self._targets(profile.groups)

    def _add_person(self, person: Person) -> None:
        store, account = self.tenancy.store, person.managed_apple_id
        taken = {u.managed_apple_id for u in store.users.values()}
        row = UserRow(
            id=store.new_id("user"),
            username=person.username,
            name=person.name,
            email=person.email,
            managed_apple_id=None if account in taken else account,
        )
        store.users[row.id] = self._users[person.key] = row

    def _add_group(self, seed: GroupSeed, people: Sequence[Person]) -> None:
        store = self.tenancy.store
        row = GroupRow(id=store.new_id("group"), name=seed.name, of=seed.of, criteria=seed.criteria)
        store.groups[row.id] = self._groups[seed.key] = row
        if seed.of == "users":
            row.members = [self._users[key].id for key in seed.members]
            return
        for person in people if seed.criteria is None else ():
            for phone in (p for p in person.phones if p.key in seed.members):
                expected = (self._users[person.key].id, phone.name)
                self.tenancy.delivery.expected.setdefault(expected, []).append(row.id)

    def _add_app(self, seed: AppSeed) -> None:
        row = AppRow(
            id=self.tenancy.store.new_id("app"),
            name=seed.name,
            kind=KINDS.get(seed.kind, "store"),
            bundle_id=seed.bundle_id,
            store_id=seed.store_id,
            version=seed.version,
            targets=self._targets(seed.groups),
        )
        self.tenancy.store.apps[row.id] = row

    def _targets(self, keys: Sequence[str]) -> Targets:
        targets = Targets()
        for row in (self._groups[key] for key in keys):
            (targets.user_groups if row.of == "users" else targets.device_groups).append(row.id)
        return targets
