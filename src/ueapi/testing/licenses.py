"""What every backend promises about licenses and invitations."""

from __future__ import annotations

from collections.abc import Callable
from unittest import SkipTest

from ueapi.client import Tenant
from ueapi.contract import Accepted, Capability
from ueapi.model import User
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.subjects import UNKNOWN, first_id, people, require_refused, same_at_any_page_size
from ueapi.testing.tiers import Topic


def _with_accounts(harness: Harness) -> list[User]:
    return [user for user in people(harness) if user.managed_apple_id]


def _take(user_id: str) -> Callable[[Tenant], Accepted]:
    return lambda tenant: tenant.licenses.unassign([user_id])


def _give(store_id: str, user_id: str) -> Callable[[Tenant], Accepted]:
    return lambda tenant: tenant.licenses.assign(store_id, [user_id])


def _spare(harness: Harness, user: User) -> str:
    """A store id the user holds no license of."""
    account = str(user.managed_apple_id or "")
    for store_id in harness.apple.store_ids(harness.location):
        if not harness.apple.holds(harness.location, store_id, account):
            return store_id
    raise SkipTest("everybody holds a license of each app already")


class LicensesConformance:
    """The licenses facet."""

    facet = "licenses"

    @promise(
        "licenses.list.as-apple-counts",
        Topic.READS,
        Capability.LICENSES_LIST,
        fix="Read totals and seats in use of the right location, and of apps only.",
    )
    def test_counts_seats_as_apple_does(self, harness: Harness) -> None:
        """Totals and seats in use agree with the location itself."""
        locations = harness.both_ways(Capability.LICENSES_LIST, lambda t: list(t.licenses.list()))
        for location in locations or ():
            for pool in harness.tenant.licenses.pools(location.id):
                assert pool.total == harness.apple.seats(harness.location, pool.store_id)
                assert pool.in_use == harness.apple.in_use(harness.location, pool.store_id)
                assert pool.free >= 0

    @promise(
        "licenses.list.every-app",
        Topic.READS,
        Capability.LICENSES_LIST,
        fix="List each app of the location once; follow the pages of the pools to the end.",
    )
    def test_lists_a_pool_for_each_app(self, harness: Harness) -> None:
        """Each app with licenses in the location has one pool."""
        locations = harness.both_ways(Capability.LICENSES_LIST, lambda t: list(t.licenses.list()))
        if locations is None:
            return
        found = [p.store_id for row in locations for p in harness.tenant.licenses.pools(row.id)]

        assert sorted(found) == sorted(harness.apple.store_ids(harness.location))

    @promise(
        "licenses.list.any-page-size",
        Topic.PAGING,
        Capability.LICENSES_LIST,
        fix="Derive each page's cursor from what the product answered, and not from the rows asked for.",
    )
    def test_lists_the_same_at_any_page_size(self, harness: Harness) -> None:
        """However the listing is cut into pages, its rows and their order are the same."""
        same_at_any_page_size(harness, Capability.LICENSES_LIST, lambda t: t.licenses.list())

    @promise(
        "licenses.unassign.that-person-only",
        Topic.WRITES,
        Capability.LICENSES_UNASSIGN,
        fix="Take back by person, for every app of the tenant's locations, and leave other people's licenses alone.",
    )
    def test_unassigning_releases_that_persons_seats_only(self, harness: Harness) -> None:
        """Taking a person's licenses back twice is as once."""
        known = _with_accounts(harness)
        person_id, others = first_id(known), known[1:]
        held_before = harness.seats_of(known[0]) if known else 0
        others_before = {u.id: harness.seats_of(u) for u in others}

        done = harness.both_ways(Capability.LICENSES_UNASSIGN, _take(person_id))
        if done is None:
            return
        harness.tenant.licenses.unassign([person_id])

        assert held_before > 0
        assert harness.seats_of(known[0]) == 0
        assert {u.id: harness.seats_of(u) for u in others} == others_before

    @promise(
        "licenses.assign.one-seat",
        Topic.WRITES,
        Capability.LICENSES_ASSIGN,
        fix="Assign to the user and not to a device, and take a license that is held already for done.",
    )
    def test_assigning_uses_one_seat(self, harness: Harness) -> None:
        """Where a product assigns by itself, twice uses one seat; elsewhere it is refused."""
        if not harness.can(Capability.LICENSES_ASSIGN):
            harness.both_ways(Capability.LICENSES_ASSIGN, _give(UNKNOWN, UNKNOWN))
            return
        person = _with_accounts(harness)[0]
        store_id = _without(harness, person)
        before = harness.apple.in_use(harness.location, store_id)

        harness.tenant.licenses.assign(store_id, [person.id])
        harness.tenant.licenses.assign(store_id, [person.id])

        assert harness.apple.holds(harness.location, store_id, str(person.managed_apple_id))
        assert harness.apple.in_use(harness.location, store_id) == before + 1

    @promise(
        "licenses.assign.taken-back",
        Topic.LAWS,
        Capability.LICENSES_ASSIGN,
        Capability.LICENSES_UNASSIGN,
        fix="Have `unassign` find what `assign` gave, also a moment later.",
    )
    def test_assigning_and_taking_back_restores(self, harness: Harness) -> None:
        """After giving a license and taking all back, the person holds none and nobody else's count changed."""
        if not (
            harness.can(Capability.LICENSES_ASSIGN) and harness.can(Capability.LICENSES_UNASSIGN)
        ):
            raise SkipTest("the backend doesn't both give licenses and take them back")
        person, *others = _with_accounts(harness)
        store_id = _without(harness, person)
        before = [harness.seats_of(u) for u in others]

        harness.tenant.licenses.assign(store_id, [person.id])
        harness.tenant.licenses.unassign([person.id])

        assert harness.seats_of(person) == 0
        assert [harness.seats_of(u) for u in others] == before


def _without(harness: Harness, person: User) -> str:
    """An app the person holds no license of; theirs are taken back for that, where the backend can."""
    if harness.can(Capability.LICENSES_UNASSIGN):
        harness.tenant.licenses.unassign([person.id])
    return _spare(harness, person)


class EnrollmentsConformance:
    """The enrollments facet."""

    facet = "enrollments"

    @promise(
        "enrollments.invite.as-claimed",
        Topic.WRITES,
        Capability.ENROLLMENTS_INVITE,
        fix="Invite by the user's id, with a call that is BLIND where nothing shows the invitation.",
    )
    def test_inviting_is_accepted_or_refused(self, harness: Harness) -> None:
        """An invitation is taken, or refused before any request."""
        someone = first_id(user for user in people(harness) if user.email)

        harness.both_ways(Capability.ENROLLMENTS_INVITE, lambda t: t.enrollments.invite(someone))

    @promise(
        "enrollments.invite.unknown",
        Topic.WRITES,
        Capability.ENROLLMENTS_INVITE,
        fix="Have `fault` map the product's answer for an unknown id to NotFound.",
    )
    def test_inviting_nobody_is_refused(self, harness: Harness) -> None:
        """An invitation for an id that no user has is refused."""
        require_refused(
            harness, Capability.ENROLLMENTS_INVITE, lambda t: t.enrollments.invite(UNKNOWN)
        )

    @promise(
        "enrollments.setup.told",
        Topic.SHEET,
        Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP,
        Capability.ENROLLMENTS_DISCOVERY,
        fix="Let the rows of the set-up be manual, with the steps in the console, or unsupported with the reason.",
    )
    def test_the_set_up_is_told_step_by_step(self, harness: Harness) -> None:
        """What no API sets up has its steps in the sheet, each a sentence of its own."""
        for capability in (
            Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP,
            Capability.ENROLLMENTS_DISCOVERY,
        ):
            row = harness.tenant.sheet[capability]
            assert not row.is_callable, f"{capability.value}: the contract has no method for it yet"
            assert len(set(row.steps)) == len(row.steps)
