from __future__ import annotations

import pytest
from attrs import evolve
from plugins.maas360.tests.documents import as_json
from plugins.maas360.tests.portal import FORMS

from ueapi.errors import (
    Conflict,
    CredentialsRejected,
    NotFound,
    PermissionMissing,
    RateLimited,
    Rejected,
    Unavailable,
    Unintelligible,
)
from ueapi.flow import Call, Effect, Reply
from ueapi_maas360.faults import disguised, fault

CALL = Call(operation="devices.get", method="GET", path="/x", effect=Effect.READS)


def with_status(reply: Reply, status: int, **headers: str) -> Reply:
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    return Reply(status, {**reply.headers, **named}, reply.body)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, CredentialsRejected),
        (403, PermissionMissing),
        (404, NotFound),
        (405, Rejected),
        (406, Rejected),
        (409, Conflict),
        (410, NotFound),
        (415, Rejected),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_each_status_has_its_error(status, kind):
    error = fault(CALL, Reply(status, {}, b""))

    assert type(error) is kind
    assert error.remedy
    assert error.operation == "devices.get"


def test_a_page_in_place_of_an_answer_says_that_the_address_is_wrong():
    page = Reply(404, {"content-type": "text/html"}, b"<!DOCTYPE html><p>zoe@example.org</p>")

    error = fault(CALL, page)

    assert type(error) is Unintelligible
    assert "zoe" not in str(error)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("code", ["1002", "1007", "1008", "1009"])
@pytest.mark.parametrize("root", ["adminChanges", "devices", "actionResponse"])
def test_an_ended_token_is_told_by_its_code_whatever_the_status(form, code, root):
    reply = form(root, {"errorCode": code, "errorDesc": "Token expired."})

    assert type(disguised(CALL, reply)) is CredentialsRejected
    for status in (400, 401, 409, 500):
        assert type(fault(CALL, with_status(reply, status))) is CredentialsRejected


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, CredentialsRejected),
        (403, PermissionMissing),
        (404, NotFound),
        (409, Conflict),
        (503, Unavailable),
    ],
)
def test_a_status_says_more_than_a_code_nobody_knows(status, kind):
    reply = with_status(as_json("devices", {"errorCode": "1001", "errorDesc": "No."}), status)

    assert type(fault(CALL, reply)) is kind
    assert type(fault(evolve(CALL, anonymous=True), reply)) in (kind, CredentialsRejected)


def test_a_code_without_a_root_is_found_too():
    reply = Reply(200, {}, b'{"errorCode": 1009, "errorDesc": "Token invalid"}')

    assert type(disguised(CALL, reply)) is CredentialsRejected


@pytest.mark.parametrize("form", FORMS)
def test_another_code_is_a_refusal_with_its_reason(form):
    reply = form("device", {"errorCode": "1001", "errorDesc": "No such thing as zoe@example.org."})

    error = disguised(CALL, reply)

    assert isinstance(error, Rejected)
    assert error.problems == ("No such thing as …",)
    assert "1001" in str(error)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("root", "content"),
    [
        ("actionResponse", {"actionStatus": "1", "description": "Not allowed."}),
        ("actionResponse", {"actionStatus": "7"}),
        ("actionResponse", {"status": "Failure", "description": "Not allowed."}),
        ("actionResponse", {"status": "FAILURE"}),
        ("response", {"status": "Failure", "description": "A user exists."}),
        ("response", {"name": "n", "responseCode": "3"}),
    ],
)
def test_a_failed_action_is_a_refusal(form, root, content):
    assert type(disguised(CALL, form(root, content))) is Rejected


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("root", "content"),
    [
        ("actionResponse", {"actionStatus": "0", "actionID": "12", "description": "Failure? No."}),
        ("actionResponse", {"status": "Success", "appId": "org.example.mail"}),
        ("response", {"name": "n", "responseCode": "0", "groupIdentifier": "5"}),
        ("authResponse", {"authToken": "t", "errorCode": "0"}),
        ("users", {"user": [{"userName": "errorCode", "status": "Failure"}], "count": "1"}),
        ("devices", ""),
    ],
)
def test_success_is_no_failure(form, root, content):
    assert disguised(CALL, form(root, content)) is None


def test_a_taken_name_is_a_conflict():
    reply = Reply(400, {}, b'{"name": "ueapi", "responseCode": 7}')

    assert type(fault(CALL, reply)) is Conflict
    assert type(disguised(CALL, with_status(reply, 200))) is Conflict


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 503])
def test_any_error_without_calls_left_is_the_limit(status):
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-resetwindow": "57"}

    error = fault(CALL, Reply(status, headers, b""))

    assert isinstance(error, RateLimited)
    assert error.retry_after == 57.0


def test_a_failure_behind_status_200_without_calls_left_is_the_limit_too():
    reply = as_json("devices", {"errorCode": "1010", "errorDesc": "Slow down"})

    error = disguised(CALL, with_status(reply, 200, x_rate_limit_remaining="0"))

    assert isinstance(error, RateLimited)
    assert error.retry_after is None


def test_a_code_for_an_ended_token_says_more_than_the_calls_left():
    reply = as_json("devices", {"errorCode": "1007", "errorDesc": "Token expired."})

    error = fault(CALL, with_status(reply, 401, x_rate_limit_remaining="0"))

    assert type(error) is CredentialsRejected


def test_calls_that_are_left_make_no_limit():
    assert disguised(CALL, Reply(200, {"x-rate-limit-remaining": "0"}, b"<devices/>")) is None
    assert type(fault(CALL, Reply(400, {"x-rate-limit-remaining": "3"}, b""))) is Rejected


@pytest.mark.parametrize("body", [b"errorCode", b"<html>errorCode", b'{"errorCode": [1, 2]}'])
def test_an_answer_that_cannot_be_read_is_left_to_the_facet(body):
    assert disguised(CALL, Reply(200, {}, body)) is None


def test_no_body_shows_in_any_error():
    body = b'{"device": {"errorCode": 5, "errorDesc": "zoe@example.org, \'Zoe\', 350000000000042"}}'

    for status in (200, 400, 401, 403, 404, 429, 500):
        error = fault(CALL, Reply(status, {}, body))
        assert not any(word in str(error) for word in ("zoe", "Zoe", "3500000"))
