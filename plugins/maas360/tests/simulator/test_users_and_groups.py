from __future__ import annotations

import pytest
from plugins.maas360.tests.simulator.world import MARA, World

from ueapi.rehearsal.device_side import SignInRefused

SEARCH = "/user-apis/user/1.0/search/{b}"
ADD = "/user-apis/user/1.0/addUser/customer/{b}"
GROUPS = "/group-apis/group/1.0/groups/customer/{b}"
MAKE = "/group-apis/group/2.0/deviceGroups/customer/{b}"
ENROLL = "/device-apis/devices/1.0/enrollDevice/{b}"


def usernames(world: World, **asked: object):
    found = world.get(SEARCH, **asked).json["users"].get("user", [])
    rows = found if isinstance(found, list) else [found]
    return [row["userName"] for row in rows]


def two_people():
    world = World()
    world.user()
    world.user("ben", "ben@example.org", "Ben Haas")
    world.enroll()
    return world


def test_who_has_no_device_is_found_only_on_request():
    world = two_people()

    assert usernames(world) == ["mara"]
    assert usernames(world, includeAllUsers=1) == ["mara", "ben"]
    assert usernames(world, includeAllUsers=2) == ["ben"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"partialUserName": "BE"}, ["ben"]),
        ({"partialUserName": "be", "match": 1}, []),
        ({"partialEmailAddress": MARA, "match": 1}, ["mara"]),
        ({"partialFullUserName": "Ben"}, ["ben"]),
        ({"domain": "example.net"}, []),
        ({"authType": 1}, []),
        ({"usersUpdatedAfterInEpochms": 10**14}, []),
    ],
)
def test_filters_of_users(asked, found):
    assert usernames(two_people(), includeAllUsers=1, **asked) == found


def test_a_user_has_the_documented_fields_and_no_managed_apple_id():
    world = two_people()

    user = world.get(SEARCH).json["users"]["user"]

    assert user["emailAddress"] == MARA
    assert (user["userIdentifier"], user["authType"], user["groups"]) == (4711, 0, "")
    assert {"usernameAlias", "usrGrpBits", "passwordexpirydate"} <= set(user)
    assert not [name for name in user if "apple" in name.casefold()]
    assert "customAttributes" not in user
    asking = world.get(SEARCH, includeCustomAttributes=1).json["users"]["user"]
    assert asking["customAttributes"] == ""


def test_custom_attributes_of_users_show_on_request():
    world = two_people()
    world.store.users[4711].custom["Cost center"] = "0042"

    user = world.get(SEARCH, includeCustomAttributes=1).json["users"]["user"]

    attribute = {"customAttributeName": "Cost center", "customAttributeValue": "0042"}
    assert user["customAttributes"] == {"customAttribute": attribute}


def test_users_are_added_by_form_or_xml():
    world = World()
    xml = "<user><userName>ada</userName><domain>example.org</domain>"
    xml += "<emailAddress>ada@example.org</emailAddress><firstName>Ada</firstName></user>"
    headers = world.authorized(**{"content-type": "application/xml"})

    by_xml = world.send("POST", ADD, headers, xml.encode())
    world.user()

    assert by_xml.xml.findtext("status") == "Success"
    assert usernames(world, includeAllUsers=1) == ["ada", "mara"]


@pytest.mark.parametrize("form", [{"userName": "mara", "domain": "Example.org"}, {"userName": "x"}])
def test_a_user_is_there_once_and_has_a_name_and_a_domain(form):
    world = World()
    world.user()

    refused = world.post(ADD, **form).json["response"]

    assert refused["status"] == "Failure"


def test_users_are_changed_and_deleted():
    world = two_people()
    path = "/user-apis/user/1.0/{}/customer/{{b}}"

    edited = world.post(path.format("editUser"), userIdentifier=4712, fullName="Ben Lind")
    kept = world.post(path.format("deleteUser"), userIdentifier=4711).json["response"]
    gone = world.post(path.format("deleteUser"), userIdentifier=4712).json["response"]

    assert edited.json["response"]["status"] == "Success"
    assert (kept["status"], gone["status"]) == ("Failure", "Success")
    assert usernames(world, includeAllUsers=1) == ["mara"]


def test_the_second_path_of_users_is_there_behind_a_switch():
    world = two_people()
    path = "/device-apis/user/1.0/search/{b}"
    before = world.get(path).status

    world.service.account.serves_user_alias = True

    assert (before, world.get(path).json["users"]["count"]) == (404, 1)


# -- groups ----------------------------------------------------------------------------------------


def test_groups_of_devices_and_users_come_together_with_their_types():
    world = World()
    group = world.service.account.make_group("Field", 3)

    found = world.get(GROUPS).json["groups"]

    assert found["count"] == len(found["group"]) == 4
    assert found["group"][-1] == {"groupID": group.id, "groupName": "Field", "groupType": 3}
    assert {g["groupType"] for g in found["group"][:-1]} <= {0, 1, 2}


def test_members_of_a_user_group():
    world = two_people()
    group = world.service.account.make_group("Field", 3)
    group.members = {4711, 4712}
    path = f"/user-apis/user/1.0/searchByGroup/customer/{{b}}/groupIdentifier/{group.id}"

    with_devices = world.get(path).json["users"]
    everyone = world.get(path, includeAllUsers=1).json["users"]

    assert (with_devices["count"], everyone["count"]) == (1, 2)
    assert everyone["user"][0]["groups"] == {"group": "Field"}
    assert world.get(path.replace(str(group.id), "1")).status == 404


def body(**changes: object):
    condition = {
        "category": "Users",
        "attribute": "Username",
        "criteria": "Begins With",
        "value1": "ma",
    }
    return {
        "groupName": "UE phones",
        "groupDescription": "BYOD",
        "deviceStatus": "Active Devices",
        "lastReported": "All Records",
        "criteriaOperator": "All Conditions (AND)",
        "deviceTypes": ["Smartphones", "Tablets"],
        "conditions": [condition | changes],
    }


def members(world: World, group: int):
    path = "/device-apis/devices/1.0/searchByDeviceGroup/{b}"
    return world.get(path, deviceGroupId=group, pageSize=25).json["devices"]["count"]


def test_a_device_group_is_made_by_rule():
    world = two_people()
    world.enroll("ben@example.org", "two")

    made = world.post_json(MAKE, body())

    assert made.json["response"]["responseCode"] == 0
    assert made.json["response"]["name"] == "UE phones"
    assert members(world, made.json["response"]["groupIdentifier"]) == 1


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"criteria": "Equal To", "value1": "mara"}, 1),
        ({"criteria": "Equal To", "value1": "ma"}, 0),
        ({"category": "Custom Attributes", "attribute": "Wave", "criteria": "Equal To"}, 0),
    ],
)
def test_conditions(changes, count):
    world = two_people()

    made = world.post_json(MAKE, body(**changes)).json["response"]

    assert members(world, made["groupIdentifier"]) == count


def test_who_left_is_no_active_device():
    world = two_people()
    phone = world.enroll(key="two")
    made = world.post_json(MAKE, body()).json["response"]
    before = members(world, made["groupIdentifier"])

    phone.leave()

    assert (before, members(world, made["groupIdentifier"])) == (2, 1)


@pytest.mark.parametrize(
    "given", [{}, {"groupName": "all devices"}, body(category="Weather"), body(criteria="Like")]
)
def test_a_group_that_cannot_be_made(given):
    world = World()

    refused = world.post_json(MAKE, given)

    assert refused.status == 400
    assert group_count(world) == 3


def group_count(world: World):
    return world.get(GROUPS).json["groups"]["count"]


def test_the_name_of_a_group_is_used_once():
    world = World()
    world.post_json(MAKE, body())

    refused = world.post_json(MAKE, body())

    assert refused.json == {"response": {"name": "UE phones", "responseCode": 7}}
    assert group_count(world) == 4


def test_device_groups_alone():
    found = World().get("/device-apis/devices/1.0/getDeviceGroups/{b}").json["deviceGroups"]

    assert found["count"] == 3
    assert found["deviceGroup"][0]["deviceGroupName"] == "All Devices"


# -- enrolling -------------------------------------------------------------------------------------


def test_an_enrollment_request_has_a_passcode_that_is_a_secret():
    world = World()
    world.user()

    made = world.post(ENROLL, username="mara", domain="example.org").json["deviceEnrollment"]

    assert made["status"] == "Success"
    assert made["maas360DeviceID"] == ""
    secret = {str(made["passcode"]), str(made["passcode"]).zfill(8)}
    assert secret & world.service.secrets()


def test_no_request_without_a_managed_apple_id():
    world = World()
    world.service.account.email_is_account = False
    world.user()

    by_name = world.post(ENROLL, username="mara", domain="example.org")
    nobody = world.post(ENROLL, emailAddress="nobody@example.org")

    answers = [a.json["deviceEnrollment"]["status"] for a in (by_name, nobody)]
    assert answers == ["Failure", "Failure"]


def test_nobody_signs_in_without_a_linked_account():
    world = World()
    world.service.account.email_is_account = False
    world.user()

    with pytest.raises(SignInRefused):
        world.enroll()


def test_nobody_signs_in_before_the_portal_allows_it():
    world = World()
    world.user()
    phone = world.enroll()
    world.service.account.takes_accounts = False

    with pytest.raises(SignInRefused):
        phone.enroll()
