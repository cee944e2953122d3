from __future__ import annotations

import pytest
from plugins.hexnode.tests.portal import Portal, answer, backend, listing

from ueapi.contract import Change
from ueapi.errors import Conflict, NotFound
from ueapi.flow import Effect
from ueapi.model import Absence, GroupDraft

NAME = "Außendienst & Söhne"


def user_group(number: int = 3, name: str = NAME):
    return {"id": number, "groupname": name, "description": "", "users_count": 1}


def device_group(number: int = 9, name: str = "BYOD iPhones", kind: str = "custom"):
    return {"id": number, "groupname": name, "description": "", "grouptype": kind}


def user_group_detail(*members: int):
    return {
        "id": 3,
        "groupname": NAME,
        "description": "",
        "users": [{"id": m, "name": "x", "phoneno": "+15550100"} for m in members],
        "policy": [],
    }


def walked(portal: Portal):
    groups = backend().groups
    found, cursor = [], None
    while True:
        page = portal.run(groups.page(cursor))
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


def test_groups_of_users_and_devices_have_ids_that_cannot_be_mixed_up():
    portal = Portal(
        {
            "GET /usergroups/": listing(user_group(3)),
            "GET /devicegroups/": listing(device_group(3, kind="dynamic"), device_group(9)),
        }
    )

    found = walked(portal)

    assert [g.id for g in found] == ["users-3", "devices-3", "devices-9"]
    assert [g.is_dynamic for g in found] == [False, True, False]
    assert [g.is_built_in for g in found] == [False, True, False]
    assert len(portal.calls) == 2


def test_criteria_of_a_dynamic_group_are_not_shown_by_the_product():
    portal = Portal(
        {"GET /usergroups/": listing(), "GET /devicegroups/": listing(device_group(kind="dynamic"))}
    )

    (found,) = walked(portal)

    assert found.criteria is None
    assert found.why_absent("criteria") is Absence.NOT_EXPOSED_BY_PRODUCT
    assert found.why_absent("members") is Absence.NOT_FETCHED


def test_long_lists_of_both_kinds_are_followed_to_their_ends():
    def users(call):
        second = ("page", "2") in call.query
        more = None if second else "https://x/api/v1/usergroups/?page=2"
        return listing(user_group(4 if second else 3), more=more)

    portal = Portal({"GET /usergroups/": users, "GET /devicegroups/": listing(device_group())})

    assert [g.id for g in walked(portal)] == ["users-3", "users-4", "devices-9"]


def test_members_come_with_the_detail():
    portal = Portal(
        {
            "GET /usergroups/": listing(user_group()),
            "GET /devicegroups/": listing(),
            "GET /usergroups/3/": user_group_detail(12, 13),
        }
    )
    (listed,) = walked(portal)

    found = portal.run(backend().groups.get(listed))

    assert found.members == ("12", "13")
    assert "5550100" not in str(found.raw)


def test_a_new_group_is_made_with_its_members_in_one_call():
    portal = Portal({"GET /usergroups/": listing(), "POST /usergroups/": answer(user_group(), 201)})

    ensured = portal.run(
        backend().groups.ensure(GroupDraft(name=NAME, of="users", members=("12", "13", "12")))
    )

    assert ensured.change is Change.CREATED
    assert ensured.value.members == ("12", "13")
    assert portal.body() == {"groupname": NAME, "description": "Static group", "users": [12, 13]}
    assert portal.writes()[0].effect is Effect.READABLE


def test_only_missing_members_are_added():
    portal = Portal(
        {
            "GET /usergroups/": listing(user_group()),
            "GET /usergroups/3/": user_group_detail(12),
            "POST /usergroups/3/": answer(user_group(), 201),
        }
    )

    ensured = portal.run(
        backend().groups.ensure(GroupDraft(name=NAME, of="users", members=("12", "13")))
    )

    assert ensured.change is Change.UPDATED
    assert ensured.value.members == ("12", "13")
    assert portal.body() == {"add_users": [13], "remove_users": []}


def test_ensuring_twice_changes_nothing_the_second_time():
    portal = Portal(
        {"GET /usergroups/": listing(user_group()), "GET /usergroups/3/": user_group_detail(12, 99)}
    )

    ensured = portal.run(
        backend().groups.ensure(GroupDraft(name=NAME, of="users", members=("12",)))
    )

    assert ensured.change is Change.UNCHANGED
    assert portal.writes() == []


@pytest.mark.parametrize(
    "rows", [[device_group(kind="dynamic")], [device_group(9), device_group(10)]]
)
def test_a_dynamic_or_doubtful_group_is_a_question(rows):
    portal = Portal({"GET /devicegroups/": listing(*rows)})

    with pytest.raises(Conflict):
        portal.run(backend().groups.ensure(GroupDraft(name="BYOD iPhones", of="devices")))

    assert portal.writes() == []


def test_members_of_another_product_are_refused():
    portal = Portal({"GET /usergroups/": listing()})

    with pytest.raises(NotFound):
        portal.run(backend().groups.ensure(GroupDraft(name="New", of="users", members=("abc",))))

    assert portal.writes() == []
