from __future__ import annotations

import pytest
from plugins.maas360.tests.portal import FORMS, Portal, backend, listing
from plugins.maas360.tests.rows import GROUPS, full, user

from ueapi.errors import CapabilityUnsupported, Unintelligible
from ueapi.model import Absence, GroupDraft

USERS_OF = "GET /user-apis/user/1.0/searchByGroup/customer/3009999/groupIdentifier/7"
DEVICES_OF = "GET /device-apis/devices/1.0/searchByDeviceGroup/3009999"


def group(number="7", kind="3", name="Sales & <Söhne>"):
    return {"groupID": number, "groupName": name, "groupType": kind}


def listed(*rows, form=FORMS[0]):
    portal = Portal({GROUPS: listing("groups", "group", *rows)}, form)
    return portal.run(backend().groups.page(None)).items


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("kind", "of", "dynamic"),
    [
        ("0", "devices", True),
        ("1", "devices", True),
        ("2", "devices", True),
        ("3", "users", False),
    ],
)
def test_the_type_tells_users_from_devices(form, kind, of, dynamic):
    (found,) = listed(group(kind=kind), form=form)

    assert (found.id, found.name, found.of, found.is_dynamic) == (
        "7",
        "Sales & <Söhne>",
        of,
        dynamic,
    )
    assert found.origin.inferred == {"of", "is_dynamic"}
    assert found.why_absent("members") is Absence.NOT_FETCHED


def test_a_rule_is_never_shown():
    (found,) = listed(group(kind="1"))

    assert found.why_absent("criteria") is Absence.NOT_EXPOSED_BY_PRODUCT


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_all_groups_come_in_one_call(form, count):
    assert len(listed(*[group(str(i)) for i in range(count)], form=form)) == count


@pytest.mark.parametrize("kind", ["4", ""])
def test_an_unknown_type_is_named_and_not_guessed(kind):
    with pytest.raises(Unintelligible, match="groupType"):
        listed(group(kind=kind))


@pytest.mark.parametrize("form", FORMS)
def test_members_of_a_group_of_users(form):
    (found,) = listed(group())
    portal = Portal({USERS_OF: listing("users", "user", user(), user("4712"), user())}, form)

    full_group = portal.run(backend().groups.get(found))

    assert full_group.members == ("4711", "4712")
    assert full_group.name == found.name
    assert dict(portal.calls[0].query)["includeAllUsers"] == "1"


@pytest.mark.parametrize("form", FORMS)
def test_members_of_a_group_of_devices_are_apples_phones(form):
    (found,) = listed(group(kind="1"))
    rows = (full(), full(maas360DeviceID="Android9", platformName="Android"))
    portal = Portal({DEVICES_OF: listing("devices", "device", *rows)}, form)

    full_group = portal.run(backend().groups.get(found))

    assert full_group.members == (full()["maas360DeviceID"],)
    assert full_group.why_absent("criteria") is Absence.NOT_EXPOSED_BY_PRODUCT
    assert dict(portal.calls[0].query)["deviceGroupId"] == "7"


def test_an_empty_group_has_no_members_and_that_is_known():
    (found,) = listed(group())

    full_group = Portal({USERS_OF: listing("users", "user")}).run(backend().groups.get(found))

    assert full_group.members == ()


def test_missing_members_are_noticed():
    (found,) = listed(group())
    short = Portal({USERS_OF: listing("users", "user", user(), count=3)})

    def page(call):
        number = dict(call.query)["pageNumber"]
        return listing("users", "user", *([user()] if number == "1" else []), count=3)

    short = Portal({USERS_OF: page})

    with pytest.raises(Unintelligible, match="1 rows came where 3"):
        short.run(backend().groups.get(found))


@pytest.mark.parametrize("native", ["7/../8", "a b", "Ü?x=1"])
def test_odd_ids_stay_values(native):
    (found,) = listed(group(native))
    seen = []

    class Everything(dict):
        def __missing__(self, key):
            seen.append(key)
            return listing("users", "user")

    Portal(Everything()).run(backend().groups.get(found))

    assert seen[0].startswith(USERS_OF.removesuffix("7"))
    assert not any(c in seen[0].rpartition("groupIdentifier/")[2] for c in "/ ?Ü")


def test_groups_are_made_by_a_person():
    with pytest.raises(CapabilityUnsupported):
        backend().groups.ensure(GroupDraft(name="Sales", of="users"))
