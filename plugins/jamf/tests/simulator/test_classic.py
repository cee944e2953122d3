"""The Classic API: XML unless JSON is asked for, its oddities, groups, profiles and apps."""

from __future__ import annotations

import plistlib

import pytest
from lxml import etree
from plugins.jamf.tests.simulator.place import XML, settled

JSON = {"accept": "application/json"}
LISTS = {
    "usergroups": ("user_groups", "user_group"),
    "mobiledevicegroups": ("mobile_device_groups", "mobile_device_group"),
    "mobiledeviceconfigurationprofiles": ("configuration_profiles", "configuration_profile"),
    "mobiledeviceapplications": ("mobile_device_applications", "mobile_device_application"),
    "vppassignments": ("vpp_assignments", "vpp_assignment"),
    "users": ("users", "user"),
}


@pytest.fixture(scope="module")
def client():
    return settled()


def tree(client, path):
    response = client.get(f"/JSSResource/{path}", headers=XML)
    assert response.status_code == 200, response.text
    return etree.fromstring(response.content)


def named(client, path, name):
    rows = tree(client, path)
    number = next(r.findtext("id") for r in rows if r.findtext("name") == name)
    return tree(client, f"{path}/id/{number}")


# -- lists -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_xml_with_its_count_unless_json_is_asked_for(client, path):
    root_name, row_name = LISTS[path]

    plain = client.get(f"/JSSResource/{path}", headers={"accept": "*/*"})
    root = etree.fromstring(plain.content)

    assert "xml" in plain.headers["content-type"]
    assert root.tag == root_name
    assert int(root.findtext("size")) == len(root.findall(row_name)) > 0


@pytest.mark.parametrize("path", LISTS)
def test_a_list_in_json_has_neither_count_nor_wrapper_and_numbers_for_ids(client, path):
    root_name, _ = LISTS[path]

    rows = client.get(f"/JSSResource/{path}", headers=JSON).json()[root_name]

    assert len(rows) > 0
    assert all(isinstance(row["id"], int) for row in rows)


@pytest.mark.parametrize("path", LISTS)
def test_an_unknown_object_is_a_status_page(client, path):
    missing = client.get(f"/JSSResource/{path}/id/9999", headers=XML)

    assert missing.status_code == 404
    assert missing.headers["content-type"].startswith("text/html")
    assert "<title>Status page</title>" in missing.text
    assert "Not Found" in missing.text


# -- groups ------------------------------------------------------------------------------------------


def test_a_smart_group_of_users_carries_criteria_and_members(client):
    group = named(client, "usergroups", "Managed Apple IDs")
    accounts = [p for p in client.world.fleet.people if p.managed_apple_id is not None]

    criterion = group.find("criteria/criterion")
    assert group.findtext("is_smart") == "true"
    assert [child.tag for child in criterion] == [
        "name",
        "priority",
        "and_or",
        "search_type",
        "value",
        "opening_paren",
        "closing_paren",
    ]
    assert criterion.findtext("name") == "Managed Apple ID"
    assert criterion.findtext("priority") == "0"
    assert len(group.findall("users/user")) == len(accounts)


def test_a_static_group_of_users_has_the_members_somebody_put_there(client):
    seed = next(g for g in client.world.fleet.groups if g.of == "users" and g.criteria is None)
    people = {p.key: p.username for p in client.world.fleet.people}

    group = named(client, "usergroups", seed.name)

    assert group.findtext("is_smart") == "false"
    members = sorted(e.text for e in group.findall("users/user/username"))
    assert members == sorted(people[key] for key in seed.members)


def test_both_apis_agree_on_the_members_of_a_device_group(client):
    group = named(client, "mobiledevicegroups", "User Enrolled BYOD Devices")
    number = group.findtext("id")
    base = "/api/v2/mobile-device-groups"

    members = client.rows(f"{base}/smart-group-membership/{number}", page_size=2000)
    detail = client.get(f"{base}/smart-groups/{number}").json()
    listed = client.rows(f"{base}/smart-groups")

    ids = {m["mobileDeviceId"] for m in members}
    assert ids == {e.text for e in group.findall("mobile_devices/mobile_device/id")}
    assert len(ids) > 0
    assert detail["criteria"][0]["name"] == "Device Ownership Type"
    assert {row["groupId"]: row["count"] for row in listed}[number] == len(ids)


def test_a_static_device_group_holds_the_phones_named_for_it(client):
    seed = next(g for g in client.world.fleet.groups if g.of == "devices" and g.criteria is None)
    phones = {ph.key: ph.name for p in client.world.fleet.people for ph in p.phones}
    groups = client.get("/api/v2/mobile-device-groups").json()
    number = next(g["id"] for g in groups if g["name"] == seed.name)

    path = f"/api/v2/mobile-device-groups/static-group-membership/{number}"
    members = client.rows(path, page_size=2000)

    assert sorted(m["displayName"] for m in members) == sorted(phones[k] for k in seed.members)


def test_the_flat_list_of_device_groups_has_numbers_for_ids(client):
    for version in ("v1", "v2"):
        groups = client.get(f"/api/{version}/mobile-device-groups").json()

        assert isinstance(groups, list)
        assert all(isinstance(g["id"], int) for g in groups)


# -- profiles ----------------------------------------------------------------------------------------


def test_a_profile_comes_back_as_a_whole_property_list(client):
    for seed in client.world.fleet.profiles:
        shown = named(client, "mobiledeviceconfigurationprofiles", seed.name)
        content = plistlib.loads(shown.findtext("general/payloads").encode())
        original = plistlib.loads(seed.content)

        types = [p["PayloadType"] for p in content["PayloadContent"]]
        assert types == [p["PayloadType"] for p in original["PayloadContent"]]
        assert shown.tag == "configuration_profile"


def test_special_characters_in_payloads_survive(client):
    password = client.world.fleet.secrets["Office Wi-Fi password"]
    texts = [
        named(client, "mobiledeviceconfigurationprofiles", seed.name).findtext("general/payloads")
        for seed in client.world.fleet.profiles
    ]

    assert "&" in password
    assert any(password in str(plistlib.loads(text.encode())) for text in texts)


def test_a_profile_is_scoped_to_the_groups_it_was_meant_for(client):
    groups = {g.key: g.name for g in client.world.fleet.groups}

    for seed in client.world.fleet.profiles:
        scope = named(client, "mobiledeviceconfigurationprofiles", seed.name).find("scope")
        shown = scope.findall("mobile_device_groups/*/name") + scope.findall(
            "jss_user_groups/*/name"
        )
        assert {e.text for e in shown} == {groups[key] for key in seed.groups}


# -- apps --------------------------------------------------------------------------------------------


def test_store_apps_carry_their_number_in_the_address_and_licenses_for_users(client):
    for seed in client.world.fleet.apps:
        app = named(client, "mobiledeviceapplications", seed.name)
        url = app.findtext("general/itunes_store_url") or ""

        assert app.findtext("general/bundle_id") == seed.bundle_id
        assert app.findtext("general/internal_app") == ("false" if seed.store_id else "true")
        assert url.endswith(f"id{seed.store_id}") is (seed.store_id is not None)
        assert app.findtext("vpp/assign_vpp_device_based_licenses") == "false"


def test_a_container_in_json_is_an_object_for_one_row(client):
    listed = client.get("/JSSResource/usergroups", headers=JSON).json()["user_groups"]
    number = next(g["id"] for g in listed if g["name"] == "Managed Apple IDs")

    group = client.get(f"/JSSResource/usergroups/id/{number}", headers=JSON).json()["user_group"]

    assert group["criteria"]
    assert isinstance(group["users"], list | dict)
