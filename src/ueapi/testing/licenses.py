"""What every backend promises about licenses and invitations."""

from __future__ import annotations

from ueapi.contract import Capability
from ueapi.testing.harness import Harness


class LicensesConformance:
    """The licenses facet."""

    facet = "licenses"

    def test_counts_seats_as_apple_does(self, harness: Harness) -> None:
        """Totals and seats in use agree with the location itself."""
        locations = harness.both_ways(Capability.LICENSES_LIST, lambda t: list(t.licenses.list()))
        for location in locations or ():
            for pool in harness.tenant.licenses.pools(location.id):
                assert pool.total == harness.apple.seats(harness.location, pool.store_id)
                assert pool.in_use == harness.apple.in_use(harness.location, pool.store_id)

    def test_unassigning_releases_that_persons_seats_only(self, harness: Harness) -> None:
        """Taking a person's licenses back twice is as once."""
        people = [u for u in harness.tenant.users.list() if u.managed_apple_id and not u.built_in]
        person = people[0]
        held_before = harness.seats_of(person)
        others_before = {u.id: harness.seats_of(u) for u in people[1:]}

        done = harness.both_ways(
            Capability.LICENSES_UNASSIGN, lambda t: t.licenses.unassign([person.id])
        )
        if done is None:
            return
        harness.tenant.licenses.unassign([person.id])

        assert held_before > 0
        assert harness.seats_of(person) == 0
        assert {u.id: harness.seats_of(u) for u in people[1:]} == others_before

    def test_assigning_uses_one_seat(self, harness: Harness) -> None:
        """Where a product assigns by itself, twice uses one seat; elsewhere it is refused."""
        seed = next(a for a in harness.fleet.apps if a.store_id)
        person = next(u for u in harness.tenant.users.list() if u.managed_apple_id)
        store_id = seed.store_id or ""

        harness.both_ways(
            Capability.LICENSES_ASSIGN, lambda t: t.licenses.assign(store_id, [person.id])
        )


class EnrollmentsConformance:
    """The enrollments facet."""

    facet = "enrollments"

    def test_inviting_is_accepted_or_refused(self, harness: Harness) -> None:
        """An invitation is taken, or refused before any request."""
        someone = next(u for u in harness.tenant.users.list() if u.email and not u.built_in)

        harness.both_ways(Capability.ENROLLMENTS_INVITE, lambda t: t.enrollments.invite(someone.id))
