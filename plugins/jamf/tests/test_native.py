"""The product's own APIs beside the neutral one."""

from __future__ import annotations

import json

import pytest
from plugins.jamf.tests.drive import drive, json_reply, xml_reply
from plugins.jamf.tests.test_sheet import backend

from ueapi.flow import Effect, Reply
from ueapi.testing import Harness
from ueapi_jamf.native import JamfApi

API = JamfApi()


def test_the_backend_offers_it():
    assert isinstance(backend().native, JamfApi)


def test_reading_fills_the_id_into_the_path():
    found, [call] = drive(API.read("/v1/users/{id}", "7"), json_reply({"id": "7"}))

    assert found == {"id": "7"}
    assert (call.method, call.target, call.effect) == ("GET", "/api/v1/users/7", Effect.READS)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_change_has_a_json_body_and_is_never_sent_again_by_itself(method):
    flow = API.write(method, "/v1/users/{id}", {"email": "noor@example.org"}, native="7")

    _, [call] = drive(flow, json_reply({}))

    assert call.method == method
    assert call.effect is Effect.READABLE
    assert call.content_type == "application/json"
    assert json.loads(call.body or b"") == {"email": "noor@example.org"}


def test_a_change_without_a_body_and_an_empty_answer_is_none():
    found, [call] = drive(API.write("DELETE", "/v1/users/{id}", native="7"), Reply(204, {}, b""))

    assert (found, call.body, call.content_type) == (None, None, None)


def test_the_classic_api_gives_and_takes_xml():
    read, [asked] = drive(API.read_classic("/users/id/{id}", "7"), xml_reply("<user/>"))
    written, [sent] = drive(
        API.write_classic("PUT", "/users/id/{id}", b"<user/>", native="7"), xml_reply("<user/>")
    )

    assert (read, written) == (b"<user/>", b"<user/>")
    assert asked.target == sent.target == "/JSSResource/users/id/7"
    assert (asked.accept, sent.content_type) == ("application/xml", "application/xml")


def test_a_tenant_runs_it():
    tenant = Harness.build("jamf", users=3).tenant
    user = next(iter(tenant.users.list()))

    found = tenant.run(tenant.native_as(JamfApi), JamfApi.read, "/v1/users/{id}", user.id)

    assert isinstance(found, dict)
    assert str(found["id"]) == user.id
