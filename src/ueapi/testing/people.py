"""What every backend promises about users and groups."""

from __future__ import annotations

from collections.abc import Callable

from ueapi.client import Tenant
from ueapi.contract import Capability, Change, Level
from ueapi.errors import Conflict, Rejected
from ueapi.model import Group, GroupDraft, ManagedAppleID, Ref, User, UserDraft
from ueapi.testing.harness import Harness, plain
from ueapi.testing.promises import promise
from ueapi.testing.subjects import (
    UNKNOWN,
    first_id,
    groups,
    need,
    people,
    require_not_found,
    same_at_any_page_size,
)
from ueapi.testing.tiers import Topic

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

    @promise(
        "users.list.every-person-once",
        Topic.READS,
        Capability.USERS_LIST,
        fix="Follow the pages to the end, and mark accounts the product brings as `built_in`.",
    )
    def test_lists_every_person_once(self, harness: Harness) -> None:
        """A listing is complete and has no row twice."""
        users = harness.both_ways(Capability.USERS_LIST, lambda t: list(t.users.list()))
        if users is None:
            return
        persons = [u for u in users if not u.built_in]

        assert len({u.id for u in users}) == len(users)
        assert sorted(u.name or "" for u in persons) == sorted(p.name for p in harness.fleet.people)

    @promise(
        "users.list.twice-is-equal",
        Topic.LAWS,
        Capability.USERS_LIST,
        fix="Take nothing into a user but what the product says; only `origin.read_at` may differ.",
    )
    def test_reading_twice_is_equal(self, harness: Harness) -> None:
        """Nothing but the time of reading differs between two listings."""
        first = harness.both_ways(Capability.USERS_LIST, lambda t: list(t.users.list()))
        if first is None:
            return

        assert plain(first) == plain(harness.tenant.users.list())

    @promise(
        "users.list.any-page-size",
        Topic.PAGING,
        Capability.USERS_LIST,
        fix="Derive each page's cursor from what the product answered, and not from the rows asked for.",
    )
    def test_lists_the_same_at_any_page_size(self, harness: Harness) -> None:
        """However the listing is cut into pages, its rows and their order are the same."""
        same_at_any_page_size(harness, Capability.USERS_LIST, lambda t: t.users.list())

    @promise(
        "users.get.as-listed",
        Topic.LAWS,
        Capability.USERS_GET,
        fix="Read rows of the listing and single users through the same mapping.",
    )
    def test_gets_what_it_lists(self, harness: Harness) -> None:
        """Each listed user can be read alone, with the same name and Managed Apple ID."""
        listed = harness.both_ways(Capability.USERS_LIST, lambda t: list(t.users.list())) or []
        if not listed:
            harness.both_ways(Capability.USERS_GET, _user(UNKNOWN))
        for user in listed[:3]:
            alone = harness.both_ways(Capability.USERS_GET, _user(user.id))
            if alone is not None:
                assert (alone.name, alone.managed_apple_id) == (user.name, user.managed_apple_id)
                assert (alone.email, alone.built_in) == (user.email, user.built_in)

    @promise(
        "users.get.unknown",
        Topic.READS,
        Capability.USERS_GET,
        fix="Have `fault` map the product's answer for an unknown id to NotFound.",
    )
    def test_getting_nobody_is_not_found(self, harness: Harness) -> None:
        """An id that no user has raises NotFound."""
        require_not_found(harness, Capability.USERS_GET, _user(UNKNOWN))

    @promise(
        "users.managed-apple-id.absent-with-reason",
        Topic.READS,
        Capability.USERS_MANAGED_APPLE_ID,
        fix="Put an Absence for each field that is None into `origin.absent`, and never an empty text.",
    )
    def test_an_absent_managed_apple_id_has_a_reason(self, harness: Harness) -> None:
        """A missing field says why, and is never an empty string."""
        listed = harness.both_ways(Capability.USERS_LIST, lambda t: list(t.users.list())) or []

        for user in listed:
            assert (user.managed_apple_id is None) == (
                user.why_absent("managed_apple_id") is not None
            )
            assert "" not in (user.name, user.email, user.username)

    @promise(
        "users.managed-apple-id.as-claimed",
        Topic.SHEET,
        Capability.USERS_MANAGED_APPLE_ID,
        fix="Fill `managed_apple_id` where the sheet claims it, name it in `origin.inferred` where it is concluded, "
        "and leave it None where the sheet refuses.",
    )
    def test_managed_apple_ids_are_as_the_sheet_says(self, harness: Harness) -> None:
        """Claimed, they are there; assumed, they are marked as inferred; refused, they are absent."""
        persons = need(people(harness), "users")
        row = harness.tenant.sheet[Capability.USERS_MANAGED_APPLE_ID]
        known = [u for u in persons if u.managed_apple_id is not None]

        assert bool(known) == row.is_callable
        for user in known:
            assert not row.assumed or "managed_apple_id" in user.origin.inferred

    @promise(
        "users.find.as-listed",
        Topic.LAWS,
        Capability.USERS_GET,
        fix="Compare Managed Apple IDs by their `key`, which ignores case, and return the user the listing has.",
    )
    def test_finds_exactly_whom_the_listing_has(self, harness: Harness) -> None:
        """Finding is filtering the listing, in upper case as well as in lower case."""
        known = [u for u in people(harness) if u.managed_apple_id is not None]
        for user in known[:4]:
            account = user.managed_apple_id or NEWCOMER.managed_apple_id
            same = [
                u.id for u in known if u.managed_apple_id and u.managed_apple_id.key == account.key
            ]
            for spelling in (account.root, account.root.upper()):
                found = harness.both_ways(Capability.USERS_GET, _find(ManagedAppleID(spelling)))
                if harness.can(Capability.USERS_GET):
                    assert found is not None
                    assert found.id in same

    @promise(
        "users.find.nobody",
        Topic.READS,
        Capability.USERS_GET,
        fix="Return None for a person who isn't there; NotFound is for ids.",
    )
    def test_finding_nobody_is_none(self, harness: Harness) -> None:
        """A person who isn't there is no error."""
        found = harness.both_ways(Capability.USERS_GET, _find(NEWCOMER.managed_apple_id))

        assert found is None

    @promise(
        "users.ensure.twice-is-once",
        Topic.LAWS,
        Capability.USERS_ENSURE,
        fix="Look for the person by Managed Apple ID first, and compare before writing.",
    )
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

    @promise(
        "users.ensure.is-listed",
        Topic.WRITES,
        Capability.USERS_ENSURE,
        fix="Send every field of the draft that the product has, and read the user back for the answer.",
    )
    def test_a_user_made_is_listed_and_nobody_else_changes(self, harness: Harness) -> None:
        """The new user is in the listing once, and every other row is as before."""
        before = plain(people(harness))
        made = harness.both_ways(Capability.USERS_ENSURE, lambda t: t.users.ensure(NEWCOMER))
        if made is None:
            return
        after = need(people(harness), "users")
        new = [u for u in after if u.id == made.value.id]

        assert len(new) == 1
        assert new[0].name == NEWCOMER.name
        assert [row for row in plain(after) if row not in before] == plain(new)

    @promise(
        "users.ensure.existing",
        Topic.WRITES,
        Capability.USERS_ENSURE,
        fix="When the person is there and something differs, change that and answer UPDATED; where the product can't, "
        "raise Rejected or Conflict, and say so in a partial row. Make no second one.",
    )
    def test_a_changed_draft_updates_the_same_user(self, harness: Harness) -> None:
        """Another name for a person who is there changes that person, or is refused as a partial row may."""
        first = harness.both_ways(Capability.USERS_ENSURE, lambda t: t.users.ensure(NEWCOMER))
        if first is None:
            return
        renamed = NEWCOMER.model_copy(update={"name": "Zoë Renamed"})

        try:
            second = harness.tenant.users.ensure(renamed)
        except (Conflict, Rejected):
            assert harness.tenant.sheet[Capability.USERS_ENSURE].level is Level.PARTIAL
            assert [u.id for u in people(harness)].count(first.value.id) == 1
            return
        assert second.change is Change.UPDATED
        assert second.value.id == first.value.id
        assert second.value.name == renamed.name


def _find(account: ManagedAppleID) -> Callable[[Tenant], User | None]:
    return lambda tenant: tenant.users.find(account)


class GroupsConformance:
    """The groups facet."""

    facet = "groups"

    @promise(
        "groups.list.every-group",
        Topic.READS,
        Capability.GROUPS_LIST,
        fix="List groups of users and of devices, from each of the product's listings.",
    )
    def test_lists_every_group(self, harness: Harness) -> None:
        """Each seeded group appears under its name."""
        listed = harness.both_ways(Capability.GROUPS_LIST, lambda t: list(t.groups.list()))
        if listed is None:
            return
        found = {(g.name, g.of) for g in listed}

        assert {(seed.name, seed.of) for seed in harness.fleet.groups} <= found
        assert len({(g.of, g.id) for g in listed}) == len(listed)

    @promise(
        "groups.list.any-page-size",
        Topic.PAGING,
        Capability.GROUPS_LIST,
        fix="Say in the cursor which of the product's listings it is about, and where that listing goes on.",
    )
    def test_lists_the_same_at_any_page_size(self, harness: Harness) -> None:
        """However the listing is cut into pages, its rows and their order are the same."""
        same_at_any_page_size(harness, Capability.GROUPS_LIST, lambda t: t.groups.list())

    @promise(
        "groups.get.members",
        Topic.READS,
        Capability.GROUPS_GET,
        fix="Give as members the ids that the listings of users and of devices have.",
    )
    def test_reads_the_members_of_a_group(self, harness: Harness) -> None:
        """Members are ids that the listing of users or devices knows."""
        names = {p.key: p.name for p in harness.fleet.people}
        users = {u.id: u for u in people(harness)}
        seeds = {seed.name: seed for seed in harness.fleet.groups if not seed.criteria}
        for group in need(groups(harness), "groups") if harness.can(Capability.GROUPS_LIST) else ():
            seed = seeds.get(group.name)
            if seed is None or seed.of != "users" or not users:
                continue
            full = harness.both_ways(Capability.GROUPS_GET, _group(group))
            if full is not None:
                found = sorted(users[m].name or "" for m in full.members or ())
                assert found == sorted(names[m] for m in seed.members)

    @promise(
        "groups.get.as-listed",
        Topic.LAWS,
        Capability.GROUPS_GET,
        fix="Read rows of the listing and single groups through the same mapping.",
    )
    def test_gets_what_it_lists(self, harness: Harness) -> None:
        """A group read alone has the name and the nature of its row, and says who is in it."""
        for row in groups(harness):
            alone = harness.both_ways(Capability.GROUPS_GET, _group(row))
            if alone is not None:
                assert (alone.id, alone.name, alone.of) == (row.id, row.name, row.of)
                assert alone.is_dynamic == row.is_dynamic
                assert alone.members is not None

    @promise(
        "groups.get.unknown",
        Topic.READS,
        Capability.GROUPS_GET,
        fix="Have `fault` map the product's answer for an unknown id to NotFound.",
    )
    def test_getting_none_is_not_found(self, harness: Harness) -> None:
        """An id that no group has raises NotFound."""
        row = need(groups(harness), "groups")[0]
        gone = row.model_copy(update={"ref": Ref(tenant=row.ref.tenant, id=UNKNOWN)})

        require_not_found(harness, Capability.GROUPS_GET, _group(gone))

    @promise(
        "groups.criteria.as-claimed",
        Topic.SHEET,
        Capability.GROUPS_CRITERIA,
        fix="Fill `criteria` of dynamic groups where the sheet claims it, and leave it None where the sheet refuses.",
    )
    def test_criteria_are_as_the_sheet_says(self, harness: Harness) -> None:
        """Claimed, dynamic groups show theirs; refused, no group does."""
        if not harness.can(Capability.GROUPS_GET):
            return
        full = [harness.tenant.groups.get(row) for row in groups(harness)]
        shown = [g for g in full if g.criteria is not None]

        assert all(g.is_dynamic for g in shown)
        assert bool(shown) == harness.can(Capability.GROUPS_CRITERIA)

    @promise(
        "groups.ensure.twice-is-once",
        Topic.LAWS,
        Capability.GROUPS_ENSURE,
        fix="Look for the group by name and kind first, and compare members before writing.",
    )
    def test_ensuring_twice_changes_once(self, harness: Harness) -> None:
        """A static group is made once and keeps its members."""
        draft = _draft(first_id(people(harness)))
        first = harness.both_ways(Capability.GROUPS_ENSURE, lambda t: t.groups.ensure(draft))
        if first is None:
            return
        before = len(harness.simulator.log.changing())

        second = harness.tenant.groups.ensure(draft)

        assert first.change is Change.CREATED
        assert second.change is Change.UNCHANGED
        assert len(harness.simulator.log.changing()) == before

    @promise(
        "groups.ensure.keeps-members",
        Topic.WRITES,
        Capability.GROUPS_ENSURE,
        fix="Add the drafted members to those there are; where the product replaces the list, send both.",
    )
    def test_further_members_stay(self, harness: Harness) -> None:
        """Ensuring a second member keeps the first, and no other group changes."""
        if not harness.can(Capability.GROUPS_ENSURE):
            harness.both_ways(Capability.GROUPS_ENSURE, lambda t: t.groups.ensure(_draft(UNKNOWN)))
            return
        one, two = [u.id for u in need(people(harness), "users")[:2]]
        made = harness.tenant.groups.ensure(_draft(one)).value
        others = plain(g for g in groups(harness) if g.id != made.id)

        again = harness.tenant.groups.ensure(_draft(two))

        assert again.change is Change.UPDATED
        assert again.value.id == made.id
        assert plain(g for g in groups(harness) if g.id != made.id) == others
        if harness.can(Capability.GROUPS_GET):
            assert set(harness.tenant.groups.get(again.value).members or ()) == {one, two}


def _draft(member: str) -> GroupDraft:
    return GroupDraft(name="Kit & Söhne", of="users", members=(member,))
