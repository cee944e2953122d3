"""Filling an account with an organization's fleet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, assert_never

from attrs import define, field

from ueapi.model import AppKind, CriteriaTree, CriterionField
from ueapi.rehearsal.apps_and_books import StoreApp
from ueapi.rehearsal.criteria import holds
from ueapi.rehearsal.fleet import AppSeed, Fleet, GroupSeed, Person, PhoneSeed
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account
from ueapi_maas360.simulator.console import Maas360Console
from ueapi_maas360.simulator.device_hooks import Awaited, DeviceHooks
from ueapi_maas360.simulator.policies import normalized, suits_personal_phones
from ueapi_maas360.simulator.state import (
    APP_STORE,
    ENTERPRISE,
    WEB_CLIP,
    AppRow,
    DeviceRow,
    Distribution,
    GroupRow,
    PolicyRow,
    Target,
)

DOMAIN: Final = "example.org"
APP_TYPES: Final = {
    AppKind.STORE: APP_STORE,
    AppKind.CUSTOM: APP_STORE,
    AppKind.IN_HOUSE: ENTERPRISE,
    AppKind.WEB: WEB_CLIP,
}
CHOSEN: Final = "Yes"
"""Value of the custom attribute that brings a device into a group chosen by hand."""


@define
class Furnisher:
    """Makes a fleet's users, groups, policies and apps the way a person in the portal would."""

    account: Account
    console: Maas360Console
    hooks: DeviceHooks
    _users: dict[str, int] = field(factory=dict)
    _groups: dict[str, int] = field(factory=dict)

    def furnish(self, fleet: Fleet) -> None:
        """Make everything; phones come by enrolling."""
        for person in fleet.people:
            self._add_person(person)
        for group in fleet.groups:
            self._add_group(group, fleet)
        for app in fleet.apps:
            self._buy(app)
        self.console.set_up_account_driven_enrollment()
        self.console.link_location()
        for app in fleet.apps:
            self._add_app(app)
        self._add_policies(fleet)

    def _add_person(self, person: Person) -> None:
        """The e-mail address is the Managed Apple ID, as far as there is one; a duplicate isn't linked."""
        address = person.managed_apple_id
        taken = address is None or self.account.store.user_with_account(address) is not None
        row = self.account.make_user(
            person.username,
            DOMAIN,
            name=person.name,
            email=address or person.email or "",
            account=None if taken else address,
        )
        self._users[person.key] = row.id

    # -- groups ------------------------------------------------------------------------------------

    def _add_group(self, seed: GroupSeed, fleet: Fleet) -> None:
        if seed.of == "users":
            row = self.account.make_group(seed.name, assumed.USER_GROUP)
            row.members = {self._users[key] for key in seed.members if key in self._users}
        elif seed.criteria is not None:
            rule = self._rule(seed.criteria)
            row = self.account.make_group(seed.name, assumed.PUBLIC_GROUP, rule=rule)
        else:
            row = self._chosen_group(seed, fleet)
        self._groups[seed.key] = row.id

    def _chosen_group(self, seed: GroupSeed, fleet: Fleet) -> GroupRow:
        """Devices chosen by hand: no service puts one into a group, so a custom attribute does."""
        self.account.store.attributes[seed.name] = "string"
        for person, phone in _phones(fleet):
            if phone.key in seed.members or person.key in seed.members:
                self._awaited(person, phone).custom[seed.name] = CHOSEN
        rule = _has_attribute(seed.name)
        return self.account.make_group(seed.name, assumed.PUBLIC_GROUP, rule=rule)

    def _awaited(self, person: Person, phone: PhoneSeed) -> Awaited:
        account = person.managed_apple_id or person.email or ""
        return self.hooks.awaited.setdefault((account.casefold(), phone.name), Awaited())

    # -- policies ----------------------------------------------------------------------------------

    def _add_policies(self, fleet: Fleet) -> None:
        """Each profile is a policy; since a device has one, profiles that meet on a phone are one more policy.

        What comes with one group is the policy of that group. Where several groups meet on a phone, the policy that
        has all of it is given to the phone itself. What does nothing on personal phones is in none of these, and
        stays a policy of nobody, as do the ones that were put together.
        """
        made: dict[frozenset[str], PolicyRow] = {}
        for seed in fleet.profiles:
            part = normalized(seed.content, seed.name)
            made[frozenset({seed.key})] = self.account.make_policy(seed.name, part)
        keys = dict.fromkeys(key for p in fleet.profiles for key in p.groups if key in self._groups)
        for key in keys:
            policy = self._policy(fleet, frozenset({key}), made)
            self.account.delivery.assign_to_group(self._groups[key], policy)
        for person, phone in _phones(fleet):
            meeting = frozenset(key for key in keys if _is_in(fleet, key, person, phone))
            if len(meeting) > 1:
                policy = self._policy(fleet, meeting, made)
                self._awaited(person, phone).policy = policy.id

    def _policy(
        self, fleet: Fleet, groups: frozenset[str], made: dict[frozenset[str], PolicyRow]
    ) -> PolicyRow:
        """The policy with every profile of these groups; `made` holds the ones there are by their profiles."""
        profiles = [
            p
            for p in fleet.profiles
            if groups.intersection(p.groups) and suits_personal_phones(p.content)
        ]
        keys = frozenset(p.key for p in profiles)
        if keys not in made:
            names = [g.name for g in fleet.groups if g.key in groups]
            parts = [normalized(p.content, p.name) for p in profiles]
            made[keys] = self.account.make_policy(" and ".join(names), *parts)
        return made[keys]

    # -- apps --------------------------------------------------------------------------------------

    def _buy(self, seed: AppSeed) -> None:
        if seed.store_id is None:
            return
        around = self.account.around
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
        now = self.account.now()
        row = self.account.store.app_with_id(seed.bundle_id)
        if row is None:
            row = AppRow(
                id=self.account.store.next_id("app"),
                app_id=seed.bundle_id,
                name=seed.name,
                app_type=APP_TYPES[seed.kind],
                version=seed.version,
                store_id=seed.store_id,
                added=now,
            )
            self.account.store.add_app(row)
        row.distributions = [
            Distribution(target=Target.GROUP, group=self._groups[k], is_instant=True, at=now)
            for k in seed.groups
            if k in self._groups
        ]

    # -- dynamic groups ----------------------------------------------------------------------------

    def _rule(self, tree: CriteriaTree) -> Callable[[DeviceRow], bool]:
        return lambda device: holds(tree, lambda name: self._value(name, device))

    def _value(self, name: CriterionField, device: DeviceRow) -> str:
        record, owner = device.record, self.account.store.users.get(device.user_id)
        match name:
            case CriterionField.OS_VERSION:
                return device.os_version
            case CriterionField.MODEL:
                return device.model_name
            case CriterionField.ENROLLMENT_KIND:
                return "" if record is None else str(record.kind)
            case CriterionField.USERNAME:
                return owner.username if owner else ""
            case CriterionField.EMAIL | CriterionField.MANAGED_APPLE_ID:
                return owner.email if owner else ""
            case _:
                assert_never(name)


def _phones(fleet: Fleet) -> list[tuple[Person, PhoneSeed]]:
    return [(person, phone) for person in fleet.people for phone in person.phones]


def _is_in(fleet: Fleet, key: str, person: Person, phone: PhoneSeed) -> bool:
    group = next(g for g in fleet.groups if g.key == key)
    return phone.key in group.members or person.key in group.members


def _has_attribute(name: str) -> Callable[[DeviceRow], bool]:
    return lambda device: device.custom.get(name) == CHOSEN
