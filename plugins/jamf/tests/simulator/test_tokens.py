"""Tokens are bought, age on the virtual clock, and end."""

from __future__ import annotations

import pytest
from plugins.jamf.tests.simulator.place import opened

VERSION = "/api/v1/jamf-pro-version"
INVALID = {
    "httpStatus": 401,
    "errors": [{"code": "INVALID_TOKEN", "description": "Unauthorized", "id": "0", "field": None}],
}


@pytest.mark.parametrize("path", ["/api/v1/oauth/token", "/api/oauth/token"])
def test_both_addresses_sell_the_same_kind_of_token(path):
    client = opened(users=1)

    sold = client.sign_in(path).json()

    assert sold["token_type"] == "Bearer"
    assert sold["expires_in"] == 1799
    assert client.get(VERSION).json()["version"].startswith("11.30.")


def test_a_token_lives_exactly_as_long_as_it_said():
    client = opened(users=1)
    lifetime = client.sign_in().json()["expires_in"]

    client.world.clock.sleep(lifetime - 1)
    before = client.get(VERSION)
    client.world.clock.sleep(1)
    after = client.get(VERSION)

    assert before.status_code == 200
    assert after.status_code == 401
    assert after.json() == INVALID


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_refused_grant_is_told_as_rfc_6749_says(changed, status, error):
    refused = opened(users=1).sign_in(**changed)

    assert refused.status_code == status
    assert refused.json()["error"] == error


def test_a_grant_that_is_no_form_is_refused():
    client = opened(users=1)

    refused = client.http.post("/api/v1/oauth/token", json={"grant_type": "client_credentials"})

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer nonsense"}])
def test_nothing_is_told_without_a_token(headers):
    http = opened(users=1).http

    pro = http.get("/api/v1/users", headers=headers)
    classic = http.get("/JSSResource/usergroups", headers=headers)

    assert (pro.status_code, classic.status_code) == (401, 401)
    assert pro.json() == INVALID
    assert classic.headers["content-type"].startswith("text/html")
    assert "The request requires user authentication" in classic.text


def test_basic_credentials_open_no_other_door_than_the_token_endpoint():
    http = opened(users=1).http

    sold = http.post("/api/v1/auth/token", auth=("nobody", "wrong"))
    listed = http.get("/JSSResource/users", auth=("nobody", "wrong"))

    assert (sold.status_code, sold.json()) == (401, {"httpStatus": 401, "errors": []})
    assert listed.status_code == 401


def test_an_ended_token_opens_nothing_anymore():
    client = opened(users=1)

    ended = client.send("POST", "/api/v1/auth/invalidate-token")

    assert (ended.status_code, ended.content) == (204, b"")
    assert client.get(VERSION).status_code == 401


def test_who_asks_is_told_how_it_signed_in():
    told = opened(users=1).get("/api/v1/auth").json()

    assert told["authenticationType"] == "CLIENT_CREDENTIALS"


def test_every_token_sold_counts_as_a_secret():
    client = opened(users=1)

    assert {client.token, client.place.settings["client_secret"]} <= client.simulator.secrets()


@pytest.mark.parametrize("path", ["/api/v1/nothing-here", "/JSSResource/nothinghere"])
def test_what_is_served_nowhere_is_not_found_and_noted(path):
    client = opened(users=1)

    missing = client.get(path)
    refused = client.http.get(path)

    assert (missing.status_code, refused.status_code) == (404, 401)
    assert [e.path for e in client.simulator.log.entries[-2:]] == [path, path]
