"""Locations count what Apple counts, and assignments give and take licenses by their scope."""

from __future__ import annotations

import pytest
from lxml import etree
from plugins.jamf.tests.simulator.place import XML, settled

LOCATIONS = "/api/v1/volume-purchasing-locations"
ASSIGNMENTS = "/JSSResource/vppassignments"


@pytest.fixture
def client():
    return settled()


def first_assignment(client):
    listing = etree.fromstring(client.get(ASSIGNMENTS, headers=XML).content)
    number = listing.findtext("vpp_assignment/id")
    found = client.get(f"{ASSIGNMENTS}/id/{number}", headers=XML)
    return number, etree.fromstring(found.content)


def put(client, number, body):
    return client.send(
        "PUT",
        f"{ASSIGNMENTS}/id/{number}",
        content=body,
        headers={"content-type": "application/xml", **XML},
    )


def pools(client):
    number = client.rows(LOCATIONS)[0]["id"]
    return {
        r["adamId"]: (r["licenseCountInUse"], r["licenseCountTotal"])
        for r in client.rows(f"{LOCATIONS}/{number}/content", page_size=2000)
    }


def test_a_location_counts_what_apple_counts(client):
    apple, around = client.world.apple, client.simulator.around
    expected = {
        i: (apple.in_use(around.location, i), apple.seats(around.location, i))
        for i in apple.store_ids(around.location)
    }

    row = client.rows(LOCATIONS)[0]

    assert pools(client) == expected
    assert row["locationName"] == around.location
    assert row["totalUsedLicenses"] == sum(used for used, _ in expected.values()) > 0
    assert "content" not in row
    assert client.get(f"{LOCATIONS}/{row['id']}").json()["content"]


def test_an_unknown_location_is_not_found(client):
    assert client.get(f"{LOCATIONS}/99").status_code == 404


def test_excluding_a_user_takes_that_users_licenses_and_nobody_elses(client):
    number, assignment = first_assignment(client)
    store_ids = [e.text for e in assignment.findall("ios_apps/ios_app/adam_id")]
    apple, location = client.world.apple, client.simulator.around.location
    holders = {i: apple.holders(location, i) for i in store_ids}
    account = sorted(holders[store_ids[0]])[0]
    user = client.rows("/api/v1/users", filter=f'managedAppleId=="{account}"')[0]["id"]

    excluded = assignment.find("scope/exclusions/jss_users")
    etree.SubElement(etree.SubElement(excluded, "user"), "id").text = user
    scope = etree.tostring(assignment.find("scope"))
    answer = put(client, number, b"<vpp_assignment>" + scope + b"</vpp_assignment>")

    assert answer.status_code == 201
    assert etree.fromstring(answer.content).findtext("id") == number
    assert {i: apple.holders(location, i) for i in store_ids} == {
        i: held - {account} for i, held in holders.items()
    }
    assert first_assignment(client)[1].findtext("scope/exclusions/jss_users/user/id") == user


def test_a_scope_that_is_sent_replaces_the_whole_scope(client):
    number, before = first_assignment(client)
    store_ids = [e.text for e in before.findall("ios_apps/ios_app/adam_id")]

    put(client, number, "<vpp_assignment><scope/></vpp_assignment>")
    _, after = first_assignment(client)

    assert after.findall("scope/jss_user_groups/user_group") == []
    assert after.findtext("scope/all_jss_users") == "false"
    assert len(after.findall("ios_apps/ios_app")) == len(before.findall("ios_apps/ios_app"))
    assert {pools(client)[store_id][0] for store_id in store_ids} == {0}


def test_an_update_without_a_scope_keeps_it(client):
    number, before = first_assignment(client)
    used = pools(client)

    general = "<general><name>Renamed</name></general>"
    put(client, number, f"<vpp_assignment>{general}</vpp_assignment>")
    _, after = first_assignment(client)

    assert after.findtext("general/name") == "Renamed"
    assert etree.tostring(after.find("scope")) == etree.tostring(before.find("scope"))
    assert pools(client) == used


def test_a_scope_with_somebody_unknown_changes_nothing(client):
    number, _ = first_assignment(client)
    used = pools(client)

    scope = "<scope><jss_users><user><id>9999</id></user></jss_users></scope>"
    refused = put(client, number, f"<vpp_assignment>{scope}</vpp_assignment>")

    assert refused.status_code == 409
    assert refused.headers["content-type"].startswith("text/html")
    assert "Unable to match user" in refused.text
    assert pools(client) == used


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{}", "application/json", 415),
        ("<vpp_assignment>", "text/xml", 400),
        ("<user/>", "text/xml", 400),
    ],
)
def test_a_body_that_is_not_the_assignment_is_refused(client, body, content_type, status):
    number, _ = first_assignment(client)

    refused = client.send(
        "PUT",
        f"{ASSIGNMENTS}/id/{number}",
        content=body,
        headers={"content-type": content_type},
    )

    assert refused.status_code == status


def test_an_unknown_assignment_is_a_status_page(client):
    missing = client.get(f"{ASSIGNMENTS}/id/999")

    assert missing.status_code == 404
    assert "<title>Status page</title>" in missing.text
