from __future__ import annotations

from datetime import timedelta

import pytest
from plugins.maas360.tests.documents import as_json, as_xml
from plugins.maas360.tests.portal import FORMS, Portal, backend, envelope

from ueapi.errors import (
    CredentialsRejected,
    Rejected,
    Unavailable,
    Unintelligible,
    Unreachable,
)
from ueapi.flow import Reply

AUTHENTICATE = "POST /auth-apis/auth/2.0/authenticate/customer/3009999"
REFRESH = "POST /auth-apis/auth/2.0/refreshToken/customer/3009999"
AUTHENTICATE_1 = "POST /auth-apis/auth/1.0/authenticate/3009999"

GRANTED = ("authResponse", {"authToken": "t-1", "refreshToken": "r-1", "errorCode": "0"})
RENEWED = ("authResponse", {"authToken": "t-2", "refreshToken": "r-2", "errorCode": "0"})
WITHOUT_REFRESH = ("authResponse", {"authToken": "t-0", "errorCode": "0"})
DENIED = ("authResponse", {"errorCode": "1002", "errorDesc": "Invalid credentials"})


@pytest.mark.parametrize("form", FORMS)
def test_a_token_is_bought_with_the_password_and_sent_in_quotes(form):
    portal = Portal({AUTHENTICATE: GRANTED}, form)

    credential = portal.run(backend().auth.sign_in())

    assert credential.headers == {"Authorization": 'MaaS token="t-1"'}
    assert credential.lifetime == timedelta(minutes=60)
    (call,) = portal.calls
    assert call.anonymous
    assert envelope(call) == {
        "billingID": "3009999",
        "platformID": "3",
        "appID": "com.3009999.ueapi",
        "appVersion": "1.0",
        "userName": "api-admin",
        "password": "p-secret",
        "appAccessKey": "k-secret",
    }


def test_a_refresh_sends_neither_password_nor_access_key_and_each_token_once():
    auth, portal = backend().auth, Portal({AUTHENTICATE: GRANTED, REFRESH: RENEWED})

    for _ in range(3):
        last = portal.run(auth.sign_in())

    assert last.headers == {"Authorization": 'MaaS token="t-2"'}
    sent = [envelope(call) for call in portal.calls]
    assert [e.get("refreshToken") for e in sent] == [None, "r-1", "r-2"]
    assert not any({"password", "appAccessKey"} & e.keys() for e in sent[1:])


@pytest.mark.parametrize(
    "answer",
    [
        DENIED,
        Reply(401, {}, b""),
        Reply(404, {}, b""),
        Reply(400, {}, b""),
        ("authResponse", {"errorCode": "0"}),
        Reply(200, {"content-type": "text/html"}, b"<html/>"),
    ],
)
def test_a_refresh_that_fails_falls_back_to_the_password_once(answer):
    auth = backend().auth
    Portal({AUTHENTICATE: GRANTED}).run(auth.sign_in())
    portal = Portal({AUTHENTICATE: RENEWED, REFRESH: answer})

    credential = portal.run(auth.sign_in())

    assert credential.headers == {"Authorization": 'MaaS token="t-2"'}
    assert [c.path.split("/")[4] for c in portal.calls] == ["refreshToken", "authenticate"]


@pytest.mark.parametrize("error", [Unreachable("no answer."), Unavailable("down.")])
def test_a_product_that_is_down_is_not_sent_the_password_right_away(error):
    auth = backend().auth
    Portal({AUTHENTICATE: GRANTED}).run(auth.sign_in())

    with pytest.raises(type(error)):
        Portal({REFRESH: error}).run(auth.sign_in())

    portal = Portal({AUTHENTICATE: RENEWED})
    portal.run(auth.sign_in())
    assert "password" in envelope(portal.calls[0])


@pytest.mark.parametrize("status", [404, 405, 410, 501])
def test_version_1_serves_where_version_2_is_missing_and_is_remembered(status):
    auth = backend().auth
    portal = Portal({AUTHENTICATE: Reply(status, {}, b""), AUTHENTICATE_1: WITHOUT_REFRESH})

    first, again = portal.run(auth.sign_in()), portal.run(auth.sign_in())

    assert first.headers == again.headers == {"Authorization": 'MaaS token="t-0"'}
    assert [c.path.split("/")[3] for c in portal.calls] == ["2.0", "1.0", "1.0"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("code", ["1002", "1008", "1003", "17"])
def test_refused_credentials_behind_status_200_are_named(form, code):
    answer = ("authResponse", {"errorCode": code, "errorDesc": "no p-secret"})
    portal = Portal({AUTHENTICATE: answer}, form)

    with pytest.raises(CredentialsRejected, match=code) as caught:
        portal.run(backend().auth.sign_in())

    assert "secret" not in str(caught.value)
    assert len(portal.calls) == 1


@pytest.mark.parametrize(
    "token", ["", 'a" token="b', "line\r\nbreak", "spa ce", "zoë", {"nested": "x"}]
)
@pytest.mark.parametrize("form", [as_xml, as_json])
def test_what_is_no_token_is_never_sent(form, token):
    portal = Portal({AUTHENTICATE: ("authResponse", {"authToken": token, "errorCode": "0"})}, form)

    with pytest.raises(Unintelligible, match="authToken"):
        portal.run(backend().auth.sign_in())


def test_a_malformed_sign_in_is_no_matter_of_credentials():
    with pytest.raises(Rejected):
        Portal({AUTHENTICATE: Reply(400, {}, b"")}).run(backend().auth.sign_in())


def test_no_secret_shows_in_a_repr():
    made = backend()
    Portal({AUTHENTICATE: GRANTED}).run(made.auth.sign_in())

    shown = repr(made) + repr(made.auth)

    assert not any(secret in shown for secret in ("p-secret", "k-secret", "r-1", "t-1"))
