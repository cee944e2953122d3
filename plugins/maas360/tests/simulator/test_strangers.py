"""Scripts as other people write them, each in its own manner, against the simulator: they know no adapter of ours."""

from __future__ import annotations

import json
import re
from math import ceil

import pytest
from lxml import etree
from plugins.maas360.tests.simulator.world import World

AUTH = "/auth-apis/auth/1.0/authenticate/{b}"
SEARCH_1 = "/device-apis/devices/1.0/search/{b}"
SEARCH_2 = "/device-apis/devices/2.0/search/customer/{b}"
LOCK = "/device-apis/devices/1.0/lockDevice/{b}"
USERS = "/user-apis/user/1.0/search/{b}"
PEOPLE = 27
BUDGET = ("x-rate-limit-remaining", "x-rate-limit-resetwindow")


@pytest.fixture(scope="module")
def world():
    made = World()
    for number in range(PEOPLE):
        name = f"person{number:02d}"
        made.user(name, f"{name}@example.org", f"Person {number:02d}")
        made.enroll(f"{name}@example.org", key=name)
    return made


def credentials(world):
    access = world.service.access
    return {
        "platformID": "3",
        "billingID": access.billing_id,
        "password": access.password,
        "userName": access.username,
        "appID": access.app_id,
        "appVersion": access.app_version,
        "appAccessKey": access.access_key,
    }


def signed_in_like_powershell(world):
    """`Invoke-RestMethod -Method Post -Body $xml -ContentType application/xml`, with an indented here-string."""
    fields = "".join(f"\n    <{k}>{v}</{k}>" for k, v in credentials(world).items())
    body = f"\n<authRequest>\n  <maaS360AdminAuth>{fields}\n  </maaS360AdminAuth>\n</authRequest>\n"
    headers = {"content-type": "application/xml", "accept": "application/json"}
    found = world.send("POST", f"{AUTH}/", headers, body.encode()).json
    return found["authResponse"]["authToken"]


def test_a_powershell_script_lists_all_phones(world):
    token = signed_in_like_powershell(world)
    headers = {"authorization": f'Bearer MaaS token="{token}"', "content-type": "application/json"}
    phones, page = [], 1
    while True:
        query = f"?pageSize=25&pageNumber={page}&sortAttribute=lastreported&sortOrder=asc&match=0"
        devices = world.send("GET", f"{SEARCH_2}{query}", headers).json["devices"]
        # `@(...)` makes an array of one object, of several, and of none.
        rows = devices.get("device", [])
        phones += rows if isinstance(rows, list) else [rows]
        if len(phones) >= devices["count"]:
            break
        page += 1

    assert page == ceil(PEOPLE / 25)
    assert len({phone["maas360DeviceID"] for phone in phones}) == PEOPLE
    assert isinstance(devices["device"], list)
    assert devices["pageSize"] == PEOPLE - 25


def test_a_shell_script_with_curl_greps_xml(world):
    body = "".join(f"<{k}>{v}</{k}>" for k, v in reversed(credentials(world).items()))
    answered = world.send(
        "POST",
        AUTH,
        {"content-type": "application/xml", "accept": "*/*", "user-agent": "curl/8.5.0"},
        f"<authRequest><maaS360AdminAuth>{body}</maaS360AdminAuth></authRequest>".encode(),
    )
    (token,) = re.findall(r"<authToken>([^<]+)</authToken>", answered.reply.body.decode())
    assert "<errorCode>0</errorCode>" in answered.reply.body.decode()

    headers = {
        "authorization": f"MaaS token='{token}'",
        "accept": "*/*",
        "user-agent": "curl/8.5.0",
    }
    listed = world.send("GET", f"{SEARCH_1}?pageSize=500&operator=AND", headers).reply
    query = "?email=person03@example.org&match=1&partialUsername=person03"
    one = world.send("GET", f"{SEARCH_1}{query}", headers).reply

    assert listed.headers["content-type"].startswith("application/xml")
    assert listed.body.decode().count("<maas360DeviceID>") == PEOPLE
    assert f"<count>{PEOPLE}</count>" in listed.body.decode()
    assert "<count>1</count><pageNumber>1</pageNumber><pageSize>1</pageSize>" in one.body.decode()
    assert "<udid></udid>" in one.body.decode()


def test_a_python_script_with_requests_moves_by_json(world):
    given = {**credentials(world), "platformID": 3}
    answered = world.send(
        "POST",
        "/auth-apis/auth/2.0/authenticate/customer/{b}",
        {"content-type": "application/json", "accept": "*/*", "user-agent": "python-requests/2.32"},
        json.dumps({"authRequest": {"maaS360AdminAuth": given}}).encode(),
    )
    tokens = answered.json["authResponse"]
    assert tokens["errorCode"] == 0
    assert set(tokens) == {"authToken", "refreshToken", "errorCode"}

    headers = {"authorization": f"MaaS token={tokens['authToken']}", "accept": "application/json"}
    found = world.send("GET", f"{USERS}?includeAllUsers=1&pageSize=25&pageNumber=2", headers).json
    last = world.send("GET", f"{USERS}?includeAllUsers=1&pageSize=25&pageNumber=3", headers).json
    phone = world.send("GET", f"{SEARCH_2}?partialUsername=person05&match=1", headers).json
    csn = phone["devices"]["device"]["maas360DeviceID"]
    form = {**headers, "content-type": "application/x-www-form-urlencoded"}
    by_form = world.send("POST", LOCK, form, f"deviceId={csn}".encode()).json
    by_query = world.send("POST", f"{LOCK}?deviceId={csn}", headers).json

    assert (found["users"]["count"], found["users"]["pageSize"]) == (PEOPLE, PEOPLE - 25)
    assert last["users"] == {"count": PEOPLE, "pageNumber": 3, "pageSize": 0}
    for ordered in (by_form, by_query):
        assert ordered["actionResponse"]["actionStatus"] == 0
        assert isinstance(ordered["actionResponse"]["actionID"], int)
        assert ordered["actionResponse"]["maas360DeviceID"] == csn


@pytest.mark.parametrize(
    ("path", "root", "kind"),
    [
        (SEARCH_1, "devices", "application/xml"),
        (SEARCH_2, "devices", "application/json"),
        (USERS, "users", "application/xml"),
        ("/group-apis/group/1.0/groups/customer/{b}", "groups", "application/xml"),
        ("/device-apis/devices/1.0/policies/{b}", "policies", "application/xml"),
        ("/application-apis/applications/1.0/search/{b}", "apps", "application/xml"),
        ("/application-apis/installedApps/1.0/search/{b}", "installedApps", "application/xml"),
    ],
)
@pytest.mark.parametrize("wish", [{}, {"accept": "*/*"}, {"accept": ""}])
@pytest.mark.parametrize("slash", ["", "/"])
def test_without_a_wish_each_service_answers_in_its_own_format(
    world, path, root, kind, wish, slash
):
    answered = world.send("GET", path + slash, {**world.authorized(), **wish})

    assert answered.status == 200
    assert answered.header("content-type").startswith(kind)
    document = answered.json if kind.endswith("json") else {answered.xml.tag: answered.xml}
    assert list(document) == [root]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", SEARCH_2, 401),
        ("GET", "/nowhere/at/all", 404),
        ("GET", LOCK, 405),
        ("POST", SEARCH_2, 405),
    ],
)
def test_every_answer_tells_the_budget(world, method, path, status):
    headers = {} if status == 401 else world.authorized()

    answered = world.send(method, path, headers)

    assert answered.status == status
    assert all((answered.header(name) or "").isdecimal() for name in BUDGET)


def test_both_formats_show_the_same_rows_in_the_same_order(world):
    in_xml = world.get(SEARCH_1, accept="text/xml", pageSize=250).xml
    in_json = world.get(SEARCH_1, pageSize=250).json["devices"]["device"]

    shown = [[(field.tag, field.text or "") for field in row] for row in in_xml.iter("device")]
    told = [[(name, _as_text(value)) for name, value in row.items()] for row in in_json]
    assert shown == told
    assert etree.tostring(in_xml.find("count"), encoding="unicode") == f"<count>{PEOPLE}</count>"


def _as_text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)
