from __future__ import annotations

import pytest
from plugins.maas360.tests.simulator.world import World

V2 = "/device-apis/devices/2.0/search/customer/{b}"
EVENTS = "/device-apis/devices/1.0/searchComplianceEvents/{b}"


def budget(answered):
    names = ("x-rate-limit-remaining", "x-rate-limit-resetwindow")
    return tuple(int(answered.header(name)) for name in names)


def test_every_answer_tells_what_is_left():
    world = World()
    world.service.throttle.limit, world.service.throttle.window = 10, 600.0

    answers = [
        world.get(V2),
        world.get("/device-apis/devices/1.0/core/{b}", deviceId="ApplNOTHERE"),
        world.send("GET", V2),
        world.send("POST", "/auth-apis/auth/1.0/authenticate/{b}", {}, b"{}"),
        world.get("/nowhere"),
    ]

    assert [a.status for a in answers] == [200, 404, 401, 400, 404]
    assert [budget(a)[0] for a in answers] == [9, 8, 7, 6, 6]
    assert budget(answers[0])[1] == 600


@pytest.mark.parametrize("status", [409, 429, 503])
def test_over_the_limit_nothing_is_left_until_the_window_ends(status):
    world = World()
    world.service.throttle.limit, world.service.throttle.window = 2, 60.0
    world.service.throttle.refused_status = status
    world.get(V2)
    world.clock.sleep(10)
    world.get(V2)

    refused = world.get(V2)
    world.clock.sleep(budget(refused)[1])
    after = world.get(V2)

    assert (refused.status, budget(refused)) == (status, (0, 50))
    assert (after.status, budget(after)[0]) == (200, 1)


def left(count: int):
    """An account in which so many people removed control, one a minute."""
    world = World()
    for number in range(count):
        world.user(f"p{number}", f"p{number}@example.org", "P")
        world.enroll(f"p{number}@example.org", f"k{number}").leave()
        world.clock.sleep(60)
    return world


def test_events_come_newest_first_in_utc():
    found = left(3).get(EVENTS).json["complianceEvents"]

    times = [e["actionExecutionTime"] for e in found["complianceEvent"]]
    assert times == ["2026-11-02T08:02:00Z", "2026-11-02T08:01:00Z", "2026-11-02T08:00:00Z"]
    assert (found["pageNumber"], found["pageSize"]) == (1, 3)
    assert "count" not in found


def test_behind_the_end_of_events_comes_the_last_page_with_its_own_number():
    world = left(3)

    found = world.get(EVENTS, pageSize=2, pageNumber=9).json["complianceEvents"]

    assert (found["pageNumber"], found["pageSize"]) == (2, 1)
    assert isinstance(found["complianceEvent"], dict)


def test_no_events_are_the_first_page():
    found = World().get(EVENTS, pageNumber=3).json["complianceEvents"]

    assert found == {"pageNumber": 1, "pageSize": 0}


def test_alerts_are_made_once():
    world = World()
    path = "/alert-apis/alerts/2.0/alerts/customer/{b}"

    made, again = world.post_json(path, {"name": "A"}), world.post_json(path, {"name": "A"})

    assert made.json == {"response": {"name": "A", "responseCode": 0}}
    assert again.status == 400


def test_changes_and_sign_ins_are_audited():
    world = World()
    world.user()
    access = world.service.access
    fields = {
        "platformID": "3",
        "billingID": access.billing_id,
        "password": access.password,
        "userName": access.username,
        "appID": access.app_id,
        "appVersion": access.app_version,
        "appAccessKey": access.access_key,
    }
    inner = "".join(f"<{k}>{v}</{k}>" for k, v in fields.items())
    body = f"<authRequest><maaS360AdminAuth>{inner}</maaS360AdminAuth></authRequest>".encode()
    headers = {"content-type": "application/xml"}
    world.send("POST", "/auth-apis/auth/1.0/authenticate/{b}", headers, body)
    root = "/account-provisioning/administrator/1.0"

    changes = world.get(f"{root}/getAdminChangesAudit/customer/{{b}}").json["adminChanges"]
    logins = world.get(f"{root}/getAdminLoginReports/customer/{{b}}").json["loginEvents"]
    later = world.get(f"{root}/getAdminLoginReports/customer/{{b}}", fromDate=10**14).json

    assert changes["adminChange"]["operationType"] == "addUser"
    assert changes["adminChange"]["performedBy"] == access.username
    assert logins["loginEvent"]["loginAttemptTime"] == 1793606400000
    assert later["loginEvents"] == {"pageNumber": 1, "pageSize": 0}


def test_the_log_knows_what_changed_something():
    world = World()
    world.get(V2)
    world.user()
    world.service.throttle.limit = 0
    world.post("/user-apis/user/1.0/addUser/customer/{b}", userName="x", domain="y")

    changing = world.service.log.changing()

    assert [(e.method, e.status) for e in changing] == [("POST", 200)]
