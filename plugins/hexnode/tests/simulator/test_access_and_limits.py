from __future__ import annotations

import pytest
from plugins.hexnode.tests.simulator.world import World


def test_a_path_without_its_slash_is_not_found():
    world = World()

    assert world.get("/users").status == 404
    assert world.get("/users/").status == 200


@pytest.mark.parametrize("key", ["wrong", "Bearer {key}", "Token {key}"])
def test_only_the_raw_key_opens_the_portal(key):
    world = World()

    given = key.format(key=world.portal.portal.api_key)

    assert world.call("GET", "/users/", key=given).status == 401


def test_a_method_the_path_has_not_is_refused_and_named():
    refused = World().call("PATCH", "/users/", {})

    assert (refused.status, refused.json) == (405, {"detail": 'Method "PATCH" not allowed.'})
    assert refused.header("allow") == "GET, POST, OPTIONS"


def test_the_thirty_first_call_of_a_minute_is_throttled_with_the_documented_words():
    world = World()
    world.portal.throttle.is_on = True
    for _ in range(30):
        assert world.get("/users/").status == 200
    world.clock.sleep(3)

    refused = world.get("/users/")

    assert refused.status == 429
    words = "Request was throttled. Expected available in 57.0 seconds."
    assert refused.json == {"detail": words}
    assert refused.header("retry-after") == "57"
    assert world.portal.log.entries[-1].status == 429


def test_after_the_wait_that_was_named_calls_are_answered_again():
    world = World()
    world.portal.throttle.is_on = True
    for _ in range(31):
        last = world.get("/users/")

    world.clock.sleep(float(last.header("retry-after")))

    assert world.get("/users/").status == 200


def test_the_header_can_be_left_out():
    world = World()
    world.portal.throttle.is_on, world.portal.throttle.sends_retry_after = True, False

    replies = [world.get("/users/") for _ in range(31)]

    assert replies[-1].header("retry-after") is None


def test_a_day_has_ten_calls_for_each_licensed_seat():
    world = World()
    world.portal.throttle.is_on = True
    world.portal.license_seats(4)
    statuses = []

    for _ in range(41):
        statuses.append(world.get("/users/").status)
        world.clock.sleep(10)

    assert statuses == [200] * 40 + [429]


def test_more_managed_devices_than_seats_raise_the_allowance():
    world = World()
    world.portal.license_seats(1)

    world.portal.populate(3, seed=1)

    assert world.portal.throttle.allowance() == 30


def test_the_busiest_minute_is_measured():
    world = World()
    for _ in range(5):
        world.get("/users/")
    world.clock.sleep(61)

    world.get("/users/")

    assert world.portal.throttle.peak == 5


def test_pages_are_linked_by_absolute_addresses_on_the_callers_host():
    world = World()
    world.portal.populate(5, seed=1)

    first = world.get("/devices/?per_page=2&order_by=asc").json
    second = world.get(first["next"]).json

    assert first["count"] == 5
    assert first["previous"] is None
    assert first["next"].startswith("https://portal.example.org/api/v1/devices/?per_page=2")
    assert [d["id"] for d in second["results"]] == [3, 4]
    assert world.get(second["previous"]).json == first


def test_beyond_the_last_page_is_not_found():
    refused = World().get("/users/?page=2")

    assert (refused.status, refused.json) == (404, {"detail": "Invalid page."})


def test_page_sizes_default_to_100_and_are_clamped_at_250():
    world = World()
    world.portal.populate(300, seed=1)

    assert len(world.get("/devices/").json["results"]) == 100
    assert len(world.get("/devices/?per_page=1000").json["results"]) == 250


def test_the_log_knows_what_changed_something():
    world = World()
    world.get("/users/")
    world.user()
    world.post("/users/", {"name": "no address"})

    changing = world.portal.log.changing()

    assert [(e.method, e.route, e.status) for e in changing] == [("POST", "/api/v1/users/", 201)]


def test_settings_and_secrets_are_told_to_the_rehearsal_only():
    world = World()

    settings = world.portal.settings("https://portal.example.org")

    assert settings["licensed_seats"] == "100"
    assert settings["api_key"] in world.portal.secrets()
