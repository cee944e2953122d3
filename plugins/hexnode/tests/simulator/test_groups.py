from __future__ import annotations

import pytest
from plugins.hexnode.tests.simulator.world import World


def group(world: World, *users: int) -> int:
    body = {"groupname": "Field", "description": "", "users": list(users)}
    made = world.post("/usergroups/", body)
    assert made.status == 201
    return made.json["id"]


def members(world: World, number: int) -> list[int]:
    return [u["id"] for u in world.get(f"/usergroups/{number}/").json["users"]]


def test_a_group_shows_all_its_members_inline():
    world = World()
    one, two = world.user(), world.user("Ada", "ada@example.org")

    number = group(world, one, two)

    assert members(world, number) == [one, two]
    (listed,) = world.get("/usergroups/").json["results"]
    assert listed["users_count"] == 2


def test_an_id_in_both_lists_ends_up_a_member():
    world = World()
    one, two = world.user(), world.user("Ada", "ada@example.org")
    number = group(world, two)

    body = {"add_users": [one], "remove_users": [one, two]}
    changed = world.post(f"/usergroups/{number}/", body)

    assert changed.status == 201
    assert members(world, number) == [one]


@pytest.mark.parametrize("missing", ["add_users", "remove_users"])
def test_both_lists_are_required(missing):
    world = World()
    number = group(world)
    body = {"add_users": [], "remove_users": []}
    del body[missing]

    assert world.post(f"/usergroups/{number}/", body).json == {missing: ["This field is required."]}


def test_put_replaces_the_members():
    world = World()
    one, two = world.user(), world.user("Ada", "ada@example.org")
    number = group(world, one)

    world.put(f"/usergroups/{number}/", {"groupname": "F", "description": "", "users": [two]})

    assert members(world, number) == [two]


def test_unknown_members_are_refused():
    world = World()

    body = {"groupname": "Field", "description": "", "users": [99]}

    assert world.post("/usergroups/", body).status == 400
    assert world.get("/usergroups/").json["count"] == 0


def test_a_deleted_group_is_gone():
    world = World()
    number = group(world)

    assert world.delete(f"/usergroups/{number}/").status == 204
    assert world.get(f"/usergroups/{number}/").status == 404


def test_dynamic_device_groups_are_computed_and_cannot_be_edited():
    world = World()
    world.user()
    world.enroll()

    rows = {g["groupname"]: g for g in world.get("/devicegroups/").json["results"]}
    body = {"add_devices": [1], "remove_devices": []}
    edited = world.post(f"/devicegroups/{rows['iOS Devices']['id']}/", body)

    assert rows["iOS Devices"]["device_count"] == 1
    assert rows["Inactive Devices"]["device_count"] == 0
    assert edited.status == 400


def test_a_silent_phone_becomes_inactive():
    world = World()
    world.user()
    world.enroll()

    world.clock.sleep(8 * 86_400)

    rows = {g["groupname"]: g for g in world.get("/devicegroups/").json["results"]}
    assert rows["Inactive Devices"]["device_count"] == 1


def test_a_change_of_device_members_touches_those_devices():
    world = World()
    world.user()
    world.enroll()

    world.post("/devicegroups/", {"groupname": "BYOD", "description": "", "devices": [1]})

    assert world.portal.log.touched() == {"1"}
    shown = world.get("/devicegroups/9/").json
    assert shown["devices"][0]["model_name"] == ""
    assert "grouptype" not in shown
