from __future__ import annotations

import json
import logging

import pytest
from plugins.maas360.tests.simulator.world import JSON, XML, World

FIRST = "/auth-apis/auth/1.0/authenticate/{b}"
SECOND = "/auth-apis/auth/2.0/authenticate/customer/{b}"
REFRESH = "/auth-apis/auth/2.0/refreshToken/customer/{b}"
SEARCH = "/device-apis/devices/2.0/search/customer/{b}"
CORE = "/device-apis/devices/1.0/search/{b}"


def credentials(world: World, **changes: str):
    access = world.service.access
    given = {
        "platformID": "3",
        "billingID": access.billing_id,
        "password": access.password,
        "userName": access.username,
        "appID": access.app_id,
        "appVersion": access.app_version,
        "appAccessKey": access.access_key,
    }
    return given | changes


def by_json(world: World, path: str, given: dict, accept: str = JSON):
    body = json.dumps({"authRequest": {"maaS360AdminAuth": given}}).encode()
    headers = {"content-type": JSON} | ({"accept": accept} if accept else {})
    return world.send("POST", path, headers, body)


def by_xml(world: World, path: str, given: dict, accept: str = ""):
    inner = "".join(f"<{k}>{v}</{k}>" for k, v in given.items())
    body = f"<authRequest><maaS360AdminAuth>{inner}</maaS360AdminAuth></authRequest>"
    headers = {"content-type": XML} | ({"accept": accept} if accept else {})
    return world.send("POST", path, headers, body.encode())


def with_header(world: World, header: str, path: str = SEARCH):
    return world.send("GET", path, {"authorization": header, "accept": JSON})


def test_version_1_takes_xml_and_answers_xml():
    world = World()

    answered = by_xml(world, FIRST, credentials(world))

    assert (answered.status, answered.header("content-type")) == (200, f"{XML};charset=UTF-8")
    assert [e.tag for e in answered.xml] == ["authToken", "errorCode"]
    assert answered.xml.tag == "authResponse"
    assert answered.xml.findtext("errorCode") == "0"


def test_version_1_takes_json_and_answers_xml_unless_asked():
    world = World()

    silent = by_json(world, FIRST, credentials(world), accept="")
    asking = by_json(world, FIRST, credentials(world))

    assert silent.xml.findtext("errorCode") == "0"
    assert set(asking.json["authResponse"]) == {"authToken", "errorCode"}
    assert asking.json["authResponse"]["errorCode"] == 0


def test_the_order_of_the_fields_and_a_last_slash_mean_nothing():
    world = World()
    backwards = dict(reversed(credentials(world).items()))

    answered = by_xml(world, FIRST + "/", backwards, accept=JSON)

    assert answered.json["authResponse"]["errorCode"] == 0


@pytest.mark.parametrize("path", [FIRST, SECOND])
@pytest.mark.parametrize("wrong", ["password", "appAccessKey", "userName", "billingID", "appID"])
def test_bad_credentials_are_a_200_with_a_code(path, wrong):
    world = World()

    answered = by_json(world, path, credentials(world, **{wrong: "wrong"}))

    assert answered.status == 200
    assert answered.json == {
        "authResponse": {"errorCode": 1002, "errorDesc": "Invalid credentials"}
    }


def test_version_2_brings_a_refresh_token_that_needs_neither_password_nor_key():
    world = World()
    first = by_json(world, SECOND, credentials(world)).json["authResponse"]
    given = credentials(world, refreshToken=first["refreshToken"])
    del given["password"], given["appAccessKey"]

    again = by_json(world, REFRESH, given).json["authResponse"]

    assert set(first) == set(again) == {"authToken", "refreshToken", "errorCode"}
    assert len({first["authToken"], again["authToken"]}) == 2
    assert again["refreshToken"] != first["refreshToken"]
    assert with_header(world, f'MaaS token="{again["authToken"]}"').status == 200


def test_a_refresh_token_is_taken_at_the_path_for_credentials_too():
    world = World()
    first = by_json(world, SECOND, credentials(world)).json["authResponse"]

    given = credentials(world, password="", refreshToken=first["refreshToken"])

    assert by_xml(world, SECOND, given, accept=JSON).json["authResponse"]["errorCode"] == 0


def test_a_lapsed_refresh_token_is_invalid_credentials():
    world = World()
    world.service.limit_credentials(60)
    first = by_json(world, SECOND, credentials(world)).json["authResponse"]
    world.clock.sleep(61)

    again = by_json(world, REFRESH, credentials(world, refreshToken=first["refreshToken"]))

    assert again.json["authResponse"]["errorCode"] == 1002


@pytest.mark.parametrize(
    "template",
    [
        'MaaS token="VALUE"',
        "MaaS token='VALUE'",
        "MaaS token=VALUE",
        'Bearer MaaS token="VALUE"',
    ],
)
def test_a_token_is_taken_in_four_spellings_and_odd_ones_are_logged(template, caplog):
    world, spelling = World(), template.replace("VALUE", "T")

    with caplog.at_level(logging.WARNING):
        answered = with_header(world, template.replace("VALUE", world.token))

    assert answered.status == 200
    assert world.service.access.spellings == {spelling: 1}
    assert (spelling in caplog.text) is (spelling != 'MaaS token="T"')
    assert world.token not in caplog.text


@pytest.mark.parametrize("header", ['MaaS token="nonsense"', "MaaS", "Bearer nonsense", ""])
def test_a_token_nobody_issued_is_refused_under_the_services_root(header):
    world = World()

    refused = with_header(world, header)

    assert refused.status == 401
    assert refused.json == {"devices": {"errorCode": 1009, "errorDesc": "Token invalid"}}


def test_a_token_lives_for_an_hour():
    world = World()
    header = f'MaaS token="{world.token}"'

    world.clock.sleep(3599)
    alive = with_header(world, header).status
    world.clock.sleep(1)
    expired = with_header(world, header)

    assert (alive, expired.status) == (200, 401)
    assert expired.json == {"devices": {"errorCode": 1007, "errorDesc": "Token expired."}}


def test_a_token_failure_can_be_a_200_as_well():
    world = World()
    world.service.access.refused_status = 200

    refused = with_header(world, "MaaS token=nonsense", CORE)

    assert (refused.status, refused.json["devices"]["errorCode"]) == (200, 1009)


def test_everything_issued_can_be_ended():
    world = World()
    first = by_json(world, SECOND, credentials(world)).json["authResponse"]

    assert world.service.revoke_credentials()

    assert with_header(world, f'MaaS token="{first["authToken"]}"').status == 401
    again = by_json(world, REFRESH, credentials(world, refreshToken=first["refreshToken"]))
    assert again.json["authResponse"]["errorCode"] == 1002


def test_another_customers_billing_id_is_refused():
    world = World()

    assert world.get("/device-apis/devices/1.0/search/1999999").status == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"authRequest": 1}', b"<a/>", b"<a"])
@pytest.mark.parametrize("kind", [JSON, XML])
def test_a_request_that_cannot_be_read_is_400(kind, body):
    world = World()

    assert world.send("POST", FIRST, {"content-type": kind}, body).status == 400


def test_secrets_are_told_to_the_rehearsal_only():
    world = World()
    settings = world.service.settings("https://services.example.org")

    secrets = world.service.secrets()

    assert {settings["password"], settings["app_access_key"], world.token} <= secrets
