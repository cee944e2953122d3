"""Users: pages with more keys, filters, and changes that reach groups and licenses."""

from __future__ import annotations

import pytest
from plugins.jamf.tests.simulator.place import XML, opened, settled

USERS = "/api/v1/users"


@pytest.fixture(scope="module")
def client():
    return settled()


def everyone(client):
    return client.rows(USERS, page_size=1000)


def test_every_person_is_a_user(client):
    people = client.world.fleet.people

    names = sorted(u["username"] for u in everyone(client))

    assert names == sorted(p.username for p in people)


def test_missing_managed_apple_ids_stay_missing(client):
    missing = [u for u in everyone(client) if not u["managedAppleId"]]
    expected = [p for p in client.world.fleet.people if p.managed_apple_id is None]

    assert len(missing) == len(expected) > 0


def test_pages_of_users_tell_where_they_are(client):
    page = client.get(USERS, page=0, page_size=7).json()
    last = client.get(USERS, page=page["totalPages"] - 1, page_size=7).json()

    assert (page["page"], page["pageSize"]) == (0, 7)
    assert (page["hasNext"], page["hasPrevious"]) == (True, False)
    assert (last["hasNext"], last["hasPrevious"]) == (False, True)
    assert page["totalCount"] == len(everyone(client))


def test_a_page_of_users_holds_a_thousand_at_most():
    client = opened(users=1)
    client.simulator.populate(1200, 3)

    assert len(client.get(USERS, page_size=2000).json()["results"]) == 1000


def test_filters_find_by_managed_apple_id_whatever_its_case(client):
    user = next(u for u in everyone(client) if u["managedAppleId"])
    account = user["managedAppleId"]

    exact = client.rows(USERS, filter=f'managedAppleId=="{account.upper()}"')
    domain = client.rows(USERS, filter='managedAppleId=="*@example.org"', page_size=1000)

    assert user["id"] in {u["id"] for u in exact}
    assert user["id"] in {u["id"] for u in domain}


def test_two_users_with_one_managed_apple_id_are_both_found():
    client = opened(users=1)
    for name in ("noor", "other"):
        body = {"username": name, "managedAppleId": "N@example.org"}
        client.send("POST", USERS, json=body)

    found = client.rows(USERS, filter='managedAppleId=="n@example.org"')
    one = client.rows(USERS, filter='managedAppleId=="n@example.org";username==other')

    assert [u["username"] for u in found] == ["noor", "other"]
    assert [u["username"] for u in one] == ["other"]


def test_a_user_is_made_changed_and_deleted():
    client = opened(users=1)

    made = client.send("POST", USERS, json={"username": "noor", "realname": "Noor"})
    number = made.json()["id"]
    changed = client.send("PUT", f"{USERS}/{number}", json={"managedAppleId": "n@example.org"})
    seen = client.get(f"{USERS}/{number}").json()
    deleted = client.send("DELETE", f"{USERS}/{number}")

    assert made.status_code == 201
    assert made.json()["href"].endswith(f"{USERS}/{number}")
    assert (changed.status_code, changed.content) == (204, b"")
    assert (seen["realname"], seen["managedAppleId"]) == ("Noor", "n@example.org")
    assert deleted.status_code == 204
    assert client.get(f"{USERS}/{number}").status_code == 404


def test_a_taken_username_is_refused():
    client = opened(users=1)
    client.send("POST", USERS, json={"username": "noor"})

    refused = client.send("POST", USERS, json={"username": "Noor"})

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "DUPLICATE_FIELD"


def test_what_changes_something_is_in_the_log_and_reading_is_not():
    client = opened(users=1)

    client.get(USERS)
    client.send("POST", USERS, json={"username": "noor"})

    assert [(e.method, e.route) for e in client.simulator.log.changing()] == [("POST", USERS)]


def test_the_classic_api_shows_the_same_users_with_numbers_for_ids(client):
    listed = client.get("/JSSResource/users", headers={"accept": "application/json"}).json()

    assert {u["id"] for u in listed["users"]} == {int(u["id"]) for u in everyone(client)}


def test_a_classic_user_carries_the_managed_apple_id(client):
    user = next(u for u in everyone(client) if u["managedAppleId"])

    shown = client.get(f"/JSSResource/users/id/{user['id']}", headers=XML)

    assert f"<managed_apple_id>{user['managedAppleId']}</managed_apple_id>" in shown.text
