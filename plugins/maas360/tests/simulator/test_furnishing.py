from __future__ import annotations

import plistlib
from collections import Counter

from plugins.maas360.tests.simulator.world import LOCATION, World

from ueapi.rehearsal.world import World as Organization
from ueapi_maas360.simulator import Maas360Simulator, build

USERS = "/user-apis/user/1.0/search/{b}"


def settled(users: int = 24, seed: int = 3):
    world = Organization.empty(users=users, seed=seed)
    place = world.open(build, "source")
    world.settle(place)
    assert isinstance(place.simulator, Maas360Simulator)
    return world, place.simulator


def test_people_have_their_managed_apple_id_as_their_address():
    world, service = settled()

    linked = {u.account for u in service.account.store.users.values() if u.account}

    wanted = {p.managed_apple_id.casefold() for p in world.fleet.people if p.managed_apple_id}
    assert {a.casefold() for a in linked} == wanted
    assert all(u.email == u.account for u in service.account.store.users.values() if u.account)
    assert len(service.account.store.users) == len(world.fleet.people)


def test_each_phone_has_one_policy_with_all_that_is_meant_for_it():
    world, service = settled()
    store = service.account.store

    held = Counter(store.policies[d.policy].name for d in store.devices.values())

    assert set(held) == {
        "User Enrolled BYOD Devices",
        "Field staff and User Enrolled BYOD Devices",
        "Default iOS MDM Policy",
    } | ({"Work VPN"} & set(held))
    assert {p.name for p in world.fleet.profiles} <= {p.name for p in store.policies.values()}
    for phone in world.phones.values():
        assert "Legacy VPN" not in _names(phone)
    both = next(p for p in store.policies.values() if p.name.startswith("Field staff and"))
    names = {plistlib.loads(part)["PayloadDisplayName"] for part in both.parts}
    assert names == {p.name for p in world.fleet.profiles} - {"Legacy VPN"}
    merged = plistlib.loads(service.console.profile_content(both.name))
    assert len(merged["PayloadContent"]) == len(both.parts)


def _names(phone):
    return {p.display_name for p in phone.enrollment.contents.profiles.values()}


def test_each_part_of_a_policy_is_on_its_phones():
    _, service = settled()

    parts = [p for d in service.account.store.devices.values() for p in d.parts.values()]

    assert parts
    assert all(part.is_there and not part.failed for part in parts)


def test_apps_are_there_and_seats_are_taken():
    world, service = settled()
    around = service.account.around

    states = Counter(s for d in service.account.store.devices.values() for s in d.apps.values())

    assert states["Installed"] > 50
    for app in world.fleet.apps:
        if app.store_id and app.groups:
            assert around.apple.in_use(around.location, app.store_id) > 0


def test_groups_have_the_members_they_have_elsewhere():
    world, service = settled()
    store = service.account.store

    for seed in world.fleet.groups:
        group = next(g for g in store.groups.values() if g.name == seed.name)
        found = len(group.members) if seed.of == "users" else len(store.devices_in(group))
        assert found == len(seed.members)
    assert len(world.phones) == len(store.devices)


def test_every_secret_of_the_fleet_is_told_to_the_rehearsal():
    world, service = settled(12)

    assert set(world.fleet.secrets.values()) <= service.secrets()


def test_furnishing_is_the_same_each_time():
    one, two = World(), World()
    fleet = Organization.empty(users=20, seed=5).fleet
    one.service.furnish(fleet)
    two.service.furnish(fleet)

    for path in (USERS, "/group-apis/group/1.0/groups/customer/{b}"):
        first, second = (w.get(path, includeAllUsers=1).reply.body for w in (one, two))
        assert first == second
    assert one.apple.store_ids(LOCATION) == two.apple.store_ids(LOCATION)


def test_time_leaves_its_marks():
    _, service = settled(12)
    before = [d.last_reported for d in service.account.store.devices.values()]
    service.around.clock.sleep(3600)

    service.console.touch_telemetry()

    after = [d.last_reported for d in service.account.store.devices.values()]
    assert all(new > old for new, old in zip(after, before, strict=True))


def test_a_person_is_renamed_by_hand():
    world = World()
    world.user()

    world.service.console.rename_user("mara", "Mara Berg")

    found = world.get(USERS, includeAllUsers=1).json["users"]["user"]
    assert found["fullName"] == "Mara Berg"
