"""Readiness against the simulated products: planted oddities are found, and the calls don't grow with the people."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from attrs import frozen

from ueapi.client import Tenant
from ueapi.contract import Capability
from ueapi.errors import CredentialsRejected, PermissionMissing
from ueapi.model import EnrollmentKind
from ueapi.plugins import Registry
from ueapi.readiness import Check, Facts, Invitee, Readiness, Standing, everyone, gather, ready
from ueapi.rehearsal.fleet import Oddity
from ueapi.rehearsal.world import World
from ueapi.testing import Harness

PRODUCTS = ("jamf", "hexnode", "maas360")
NOT_READY = Standing.NOT_READY
OURS = ("example.org",)


@frozen
class Scene:
    world: World
    source: Tenant
    target: Tenant


def scene(source: str, target: str, users: int = 24) -> Scene:
    registry = Registry.installed()
    world = World.empty(users=users, seed=3)
    old = world.open_installed(registry, source, "source")
    world.settle(old)
    new = world.open_installed(registry, target, "target")
    return Scene(world, world.tenant(registry, old, "old"), world.tenant(registry, new, "new"))


def addresses(world: World, oddity: Oddity) -> set[str]:
    odd = (p for p in world.fleet.people if p.oddity is oddity)
    return {(p.managed_apple_id or p.email or "").casefold() for p in odd}


def failing(found: Iterable[Readiness], check: Check) -> set[str]:
    return {r.person.address.casefold() for r in found if r[check].level is NOT_READY}


def sent(tenant: Tenant) -> int:
    return sum(tenant.meter.by_operation.values())


def looked_at(harness: Harness) -> tuple[Readiness, ...]:
    known = gather(harness.tenant, federated=OURS)
    return ready(everyone(known), known)


@pytest.mark.parametrize("backend", PRODUCTS)
def test_people_without_an_account_of_a_federated_domain_are_found(backend: str) -> None:
    harness = Harness.build(backend)
    odd = addresses(harness.world, Oddity.NO_MANAGED_APPLE_ID)

    found = looked_at(harness)

    wrong = failing(found, Check.MANAGED_APPLE_ID) | failing(found, Check.DOMAIN)
    assert odd
    assert odd <= wrong
    # Nobody else: an account with an odd name is a good one.
    assert wrong == odd


@pytest.mark.parametrize("backend", PRODUCTS)
def test_two_records_of_one_account_are_found(backend: str) -> None:
    harness = Harness.build(backend)
    accounts = [(p.managed_apple_id or "").casefold() for p in harness.fleet.people]
    twice = {a for a in accounts if a and accounts.count(a) > 1}

    found = failing(looked_at(harness), Check.ONE_RECORD)

    # A product that takes one record for each address never got the second.
    kept = [u.managed_apple_id.key for u in harness.tenant.users.list() if u.managed_apple_id]
    assert found == {a for a in twice if kept.count(a) > 1}


@pytest.mark.parametrize("backend", PRODUCTS)
def test_seats_are_unknown_exactly_where_the_sheet_says_so(backend: str) -> None:
    harness = Harness.build(backend)
    known = gather(harness.tenant)
    app = next(a.store_id for a in harness.fleet.apps if a.store_id)
    people = everyone(known, apps=frozenset({app}))

    levels = {r[Check.LICENSES].level for r in ready(people, known)}

    is_shown = harness.can(Capability.LICENSES_LIST)
    assert (Standing.UNKNOWN in levels) is not is_shown
    assert ("licenses" in known.missing) is not is_shown


@pytest.mark.parametrize("source", PRODUCTS)
@pytest.mark.parametrize("target", PRODUCTS)
def test_a_target_nobody_filled_knows_no_one_yet(source: str, target: str) -> None:
    if source == target:
        return
    here = scene(source, target)
    known = gather(here.target, source=here.source, federated=OURS)

    found = ready(everyone(known), known)

    assert found
    assert {r.level for r in found} == {NOT_READY}
    assert {r[Check.KNOWN].level for r in found} == {NOT_READY}


@pytest.mark.parametrize("source", PRODUCTS)
def test_versions_come_from_the_phones_of_the_source(source: str) -> None:
    target = next(p for p in PRODUCTS if p != source)
    here = scene(source, target)
    known = gather(here.target, source=here.source)

    levels = [r[Check.IOS].level for r in ready(everyone(known), known)]

    phones = [d for d in here.source.devices.list() if d.os_version]
    assert phones
    assert levels.count(Standing.READY) > len(levels) / 2
    # People without a phone: nobody can tell.
    assert Standing.UNKNOWN in levels


@pytest.mark.parametrize("backend", PRODUCTS)
def test_calls_do_not_grow_with_the_people_asked_about(backend: str) -> None:
    small, large = Harness.build(backend, users=5), Harness.build(backend, users=40)

    known = [_gathered(harness) for harness in (small, large)]

    assert len(everyone(known[1])) > len(everyone(known[0]))
    assert sent(large.tenant) == sent(small.tenant)
    assert sent(large.tenant) <= 12


@pytest.mark.parametrize("backend", PRODUCTS)
def test_only_lists_are_read(backend: str) -> None:
    harness = Harness.build(backend)

    _gathered(harness)

    read = set(harness.tenant.meter.by_operation)
    assert {"users.list", "devices.list"} <= read
    assert {name for name in read if not name.endswith((".list", ".pools"))} <= {"sign-in"}


@pytest.mark.parametrize("backend", PRODUCTS)
def test_a_product_that_shows_how_a_phone_was_enrolled_proves_the_way_in(backend: str) -> None:
    harness = Harness.build(backend)
    level = looked_at(harness)[0][Check.ACCOUNT_DRIVEN].level

    shown = [
        device
        for device in harness.tenant.devices.list()
        if device.enrollment.kind is EnrollmentKind.ACCOUNT_DRIVEN_USER
        and "enrollment.kind" not in device.origin.inferred
    ]
    assert level is (Standing.READY if shown else Standing.UNKNOWN)


@pytest.mark.parametrize(
    ("door", "verb", "check"),
    [("users", "list", Check.KNOWN), ("licenses", "pools", Check.LICENSES)],
)
def test_a_right_that_is_missing_leaves_its_checks_unknown(
    monkeypatch: pytest.MonkeyPatch, door: str, verb: str, check: Check
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionMissing("refused", needs="Read")

    harness = Harness.build("jamf")
    monkeypatch.setattr(type(getattr(harness.tenant, door)), verb, refuse)

    known = gather(harness.tenant)
    (found,) = ready([Invitee(address="a@example.org", apps=frozenset({"1"}))], known)

    assert found[check].level is Standing.UNKNOWN
    assert "which need Read" in found[check].reason


def test_credentials_that_are_refused_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise CredentialsRejected("refused")

    harness = Harness.build("jamf")
    monkeypatch.setattr(type(harness.tenant.users), "list", refuse)

    with pytest.raises(CredentialsRejected):
        gather(harness.tenant)


def _gathered(harness: Harness) -> Facts:
    return gather(harness.tenant, source=harness.tenant)
