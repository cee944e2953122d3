"""What every backend promises about users and groups."""

from __future__ import annotations

from collections.abc import Callable

from ueapi.client import Tenant
from ueapi.contract import Capability, Change
from ueapi.model import Group, GroupDraft, ManagedAppleID, User, UserDraft
from ueapi.testing.harness import Harness, plain

NEWCOMER = UserDraft(
    managed_apple_id=ManagedAppleID("zoe.newcomer@example.org"),
    name="Zoë Newcomer & Sons",
    email="zoe.newcomer@example.org",
    username="zoe.newcomer",
)


def _user(user_id: str) -> Callable[[Tenant], User]:
    return lambda tenant: tenant.users.get(user_id)


def _group(group: Group) -> Callable[[Tenant], Group]:
    return lambda tenant: tenant.groups.get(group)


class UsersConformance:
    """The users facet."""

    facet = "users"

    def test_lists_every_person_once(self, harness: Harness) -> None:
        """A listing is complete and has no row twice."""
        users = harness.both_ways(Capability.USERS_LIST, lambda t: list(t.users.list()))
        if users is None:
            return
        people = [u for u in users if not u.built_in]

        assert len({u.id for u in users}) == len(users)
        assert sorted(u.name or "" for u in people) == sorted(p.name for p in harness.fleet.people)

    def test_reading_twice_is_equal(self, harness: Harness) -> None:
        """Nothing but the time of reading differs between two listings."""
        first = harness.both_ways(Capability.USERS_LIST, lambda t: list(t.users.list()))
        if first is None:
            return

        assert plain(first) == plain(harness.tenant.users.list())

    def test_gets_what_it_lists(self, harness: Harness) -> None:
        """Each listed user can be read alone, with the same name and Managed Apple ID."""
        listed = harness.both_ways(Capability.USERS_LIST, lambda t: list(t.users.list())) or []
        for user in listed[:3]:
            alone = harness.both_ways(Capability.USERS_GET, _user(user.id))
            if alone is not None:
                assert (alone.name, alone.managed_apple_id) == (user.name, user.managed_apple_id)

    def test_an_absent_managed_apple_id_has_a_reason(self, harness: Harness) -> None:
        """A missing field says why, and is never an empty string."""
        listed = harness.both_ways(Capability.USERS_LIST, lambda t: list(t.users.list())) or []

        for user in listed:
            assert (user.managed_apple_id is None) == (
                user.why_absent("managed_apple_id") is not None
            )

    def test_finding_nobody_is_none(self, harness: Harness) -> None:
        """A person who isn't there is no error."""
        harness.both_ways(Capability.USERS_GET, lambda t: t.users.find(NEWCOMER.managed_apple_id))

    def test_ensuring_twice_changes_once(self, harness: Harness) -> None:
        """The second time finds everything as it should be, and sends no changing request."""
        first = harness.both_ways(Capability.USERS_ENSURE, lambda t: t.users.ensure(NEWCOMER))
        if first is None:
            return
        before = len(harness.simulator.log.changing())

        second = harness.tenant.users.ensure(NEWCOMER)

        assert first.change is Change.CREATED
        assert second.change is Change.UNCHANGED
        assert second.value.id == first.value.id
        assert len(harness.simulator.log.changing()) == before
        assert second.value.name == NEWCOMER.name


class GroupsConformance:
    """The groups facet."""

    facet = "groups"

    def test_lists_every_group(self, harness: Harness) -> None:
        """Each seeded group appears under its name."""
        groups = harness.both_ways(Capability.GROUPS_LIST, lambda t: list(t.groups.list()))
        if groups is None:
            return
        names = {g.name for g in groups}

        assert {seed.name for seed in harness.fleet.groups} <= names

    def test_reads_the_members_of_a_group(self, harness: Harness) -> None:
        """Members are ids that the listing of users or devices knows."""
        groups = harness.both_ways(Capability.GROUPS_LIST, lambda t: list(t.groups.list())) or []
        seeds = {seed.name: seed for seed in harness.fleet.groups if not seed.criteria}
        users = {u.id: u for u in harness.tenant.users.list()}
        names = {p.key: p.name for p in harness.fleet.people}
        for group in groups:
            seed = seeds.get(group.name)
            if seed is None or seed.of != "users":
                continue
            full = harness.both_ways(Capability.GROUPS_GET, _group(group))
            if full is not None:
                found = sorted(users[m].name or "" for m in full.members or ())
                assert found == sorted(names[m] for m in seed.members)

    def test_ensuring_twice_changes_once(self, harness: Harness) -> None:
        """A static group is made once and keeps its members."""
        someone = next(u for u in harness.tenant.users.list() if not u.built_in)
        draft = GroupDraft(name="Kit & Söhne", of="users", members=(someone.id,))
        first = harness.both_ways(Capability.GROUPS_ENSURE, lambda t: t.groups.ensure(draft))
        if first is None:
            return
        before = len(harness.simulator.log.changing())

        second = harness.tenant.groups.ensure(draft)

        assert first.change is Change.CREATED
        assert second.change is Change.UNCHANGED
        assert len(harness.simulator.log.changing()) == before
