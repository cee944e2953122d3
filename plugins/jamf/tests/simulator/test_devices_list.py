"""The inventory list: sections, pages, order, filters, and what it shows of which phone."""

from __future__ import annotations

import itertools

import pytest
from plugins.jamf.tests.simulator.place import opened, settled

LIST = "/api/v2/mobile-devices/detail"
PERSONAL = {"AccountDrivenUserEnrollment", "UserEnrollment"}


@pytest.fixture(scope="module")
def client():
    return settled()


@pytest.fixture(scope="module")
def crowd():
    client = opened(users=1)
    client.simulator.populate(4500, 3)
    return client


# -- sections ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "section", [["GENERAL", "HARDWARE"], "GENERAL,HARDWARE", ["GENERAL,HARDWARE"]]
)
def test_sections_come_repeated_or_joined_and_the_others_are_null(client, section):
    row = client.devices(section=section)[0]

    assert row["general"]
    assert row["hardware"]
    assert row["userAndLocation"] is None
    assert row["applications"] is None


def test_without_a_section_the_general_one_comes(client):
    row = client.devices()[0]

    assert row["general"]
    assert row["hardware"] is None


def test_an_unknown_section_is_refused(client):
    assert client.get(LIST, section="SECRETS").status_code == 400


# -- what is shown -----------------------------------------------------------------------------------


def test_a_phone_under_user_enrollment_shows_no_hardware_identifier(client):
    rows = client.devices(section=["GENERAL", "HARDWARE", "NETWORK"])
    personal = [r for r in rows if r["general"]["deviceOwnershipType"] in PERSONAL]

    assert personal
    for row in personal:
        assert row["hardware"]["serialNumber"] == ""
        assert row["hardware"]["wifiMacAddress"] == ""
        assert row["network"]["imei"] == ""
        assert row["network"]["phoneNumber"] == ""
        assert row["general"]["supervised"] is False


def test_a_device_enrolled_phone_shows_everything(client):
    rows = client.devices(section=["GENERAL", "HARDWARE", "NETWORK"])
    whole = [r for r in rows if r["general"]["deviceOwnershipType"] not in PERSONAL]

    assert whole
    for row in whole:
        assert row["hardware"]["serialNumber"]
        assert row["general"]["udid"]
        assert row["network"]["imei"]


def test_every_phone_of_the_fleet_is_listed_once_with_its_owner(client):
    rows = client.devices(section=["GENERAL", "USER_AND_LOCATION"])
    phones = [phone.name for person in client.world.fleet.people for phone in person.phones]

    assert sorted(r["general"]["displayName"] for r in rows) == sorted(phones)
    assert all(r["userAndLocation"]["username"] for r in rows)
    assert all(r["general"]["managed"] for r in rows)


def test_what_the_phone_reported_is_in_its_sections(client):
    rows = client.devices(section=["GENERAL", "APPLICATIONS", "PROFILES"])
    personal = [r for r in rows if r["general"]["deviceOwnershipType"] in PERSONAL]

    assert any(r["applications"] for r in personal)
    assert any(r["profiles"] for r in personal)


# -- pages -------------------------------------------------------------------------------------------


def test_a_page_of_more_than_two_thousand_is_cut_without_a_word(crowd):
    response = crowd.get(LIST, page_size=5000)

    assert response.status_code == 200
    assert len(response.json()["results"]) == 2000
    assert response.json()["totalCount"] == 4500


def test_pages_hold_every_row_once_and_end_empty(crowd):
    pages = [crowd.rows(LIST, page=n, page_size=2000) for n in range(4)]
    ids = [row["mobileDeviceId"] for page in pages for row in page]

    assert [len(page) for page in pages] == [2000, 2000, 500, 0]
    assert len(set(ids)) == 4500


def test_a_page_has_a_hundred_rows_unless_asked_otherwise(crowd):
    assert len(crowd.rows(LIST)) == 100


@pytest.mark.parametrize("query", [{"page": "-1"}, {"page": "x"}, {"page_size": "0"}])
def test_a_page_that_is_no_number_is_refused(crowd, query):
    response = crowd.get(LIST, **query)

    assert response.status_code == 400
    assert response.json()["httpStatus"] == 400


# -- order -------------------------------------------------------------------------------------------


def test_the_list_is_ordered_by_name_unless_asked_otherwise(crowd):
    names = [row["general"]["displayName"] for row in crowd.rows(LIST, page_size=2000)]

    assert names == sorted(names, key=str.casefold)


@pytest.mark.parametrize(
    "sort", ["osVersion:desc,mobileDeviceId:asc", ["osVersion:desc", "mobileDeviceId:asc"]]
)
def test_several_fields_order_the_list_one_within_the_other(crowd, sort):
    rows = crowd.devices(sort=sort)
    seen = [(r["general"]["osVersion"], int(r["mobileDeviceId"])) for r in rows]

    versions = [version for version, _ in seen]
    assert versions == sorted(versions, reverse=True)
    assert all(a[1] < b[1] for a, b in itertools.pairwise(seen) if a[0] == b[0])


def test_the_ownership_type_orders_the_list_but_cannot_filter_it(client):
    rows = client.devices(sort="deviceOwnershipType:asc")
    kinds = [row["general"]["deviceOwnershipType"] for row in rows]
    refused = client.get(LIST, filter="deviceOwnershipType==UserEnrollment")

    assert kinds == sorted(kinds)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "deviceOwnershipType"


@pytest.mark.parametrize("sort", ["nonsense:asc", "displayName:sideways"])
def test_an_order_nobody_knows_is_refused(client, sort):
    assert client.get(LIST, sort=sort).status_code == 400


# -- filters -----------------------------------------------------------------------------------------


def ids(rows):
    return {row["mobileDeviceId"] for row in rows}


def test_filters_find_what_a_look_at_all_rows_finds(client):
    rows = client.devices(section=["GENERAL", "USER_AND_LOCATION"])
    first, second, *_ = rows
    one, two = first["mobileDeviceId"], second["mobileDeviceId"]
    name = first["userAndLocation"]["username"]
    everyone = ids(rows)
    of_name = {r["mobileDeviceId"] for r in rows if r["userAndLocation"]["username"] == name}

    found = {
        f"mobileDeviceId=={one}": {one},
        f"mobileDeviceId!={one}": everyone - {one},
        f"mobileDeviceId=in=({one},{two})": {one, two},
        f"mobileDeviceId=out=({one},{two})": everyone - {one, two},
        f"mobileDeviceId=={one},mobileDeviceId=={two}": {one, two},
        f"mobileDeviceId=={one} or mobileDeviceId=={two}": {one, two},
        f"mobileDeviceId=={one};mobileDeviceId=={two}": set(),
        f'username=="{name}" and managed==true': of_name,
        f'(mobileDeviceId=={one},mobileDeviceId=={two});username=="{name}"': {one, two} & of_name,
        f'username=="{name[:3]}*";mobileDeviceId=={one}': {one},
        "managed==false": set(),
        "osVersion=ge=1": everyone,
        "osVersion<1": set(),
    }

    assert {text: ids(client.devices(filter=text)) for text in found} == found


@pytest.mark.parametrize(
    "text", ["nonsense==1", "mobileDeviceId", "mobileDeviceId==", "(managed==true", "managed=true"]
)
def test_a_filter_nobody_can_read_is_refused(client, text):
    assert client.get(LIST, filter=text).status_code == 400


def test_a_group_filters_the_list(client):
    groups = client.get("/api/v2/mobile-device-groups").json()
    smart = next(g["id"] for g in groups if g["isSmartGroup"])
    members = client.rows(
        f"/api/v2/mobile-device-groups/smart-group-membership/{smart}", page_size=2000
    )

    assert ids(client.devices(filter=f"groupId=={smart}")) == ids(members)


# -- single records ----------------------------------------------------------------------------------


def test_a_single_record_has_other_names_for_the_same(client):
    row = client.devices()[0]
    number = row["mobileDeviceId"]

    light = client.get(f"/api/v2/mobile-devices/{number}").json()
    detail = client.get(f"/api/v2/mobile-devices/{number}/detail").json()

    assert light["name"] == detail["name"] == row["general"]["displayName"]
    assert detail["lastContactTimestamp"] == row["general"]["lastContactDate"]
    assert "username" in detail["location"]


def test_an_unknown_record_is_not_found(client):
    assert client.get("/api/v2/mobile-devices/99999/detail").status_code == 404


def test_the_light_list_ignores_filters_and_counts_everything(client):
    whole = client.get("/api/v2/mobile-devices", page_size=2000).json()

    assert whole["totalCount"] == len(whole["results"]) == len(client.devices())


# -- rows that are kept ------------------------------------------------------------------------------


def shown(client) -> list[dict]:
    return client.devices(section=["GENERAL", "HARDWARE", "USER_AND_LOCATION"])


@pytest.mark.parametrize("name", ["battery", "is_managed", "os_version", "username", "location"])
def test_a_row_shown_before_is_shown_anew_after_a_change(name):
    client = settled(users=3)
    before = shown(client)
    device = next(iter(client.simulator.server.devices.rows.values()))
    value = {
        "battery": 3,
        "is_managed": False,
        "os_version": "99.9",
        "username": "somebody",
        "location": {"room": "4"},
    }[name]

    setattr(device, name, value)

    assert shown(client) != before


def test_a_row_shown_before_follows_its_owner():
    client = settled(users=3)
    shown(client)
    users = client.simulator.server.users.rows.values()
    owner = next(
        u
        for u in users
        if any(r["userAndLocation"]["username"] == u.username for r in shown(client))
    )

    client.simulator.console.rename_user(owner.username, "New Name")

    names = {r["userAndLocation"]["realName"] for r in shown(client)}
    assert "New Name" in names


def test_rows_shown_again_are_the_same():
    client = settled(users=3)

    assert shown(client) == shown(client)
