"""Signing in, and settings that would not work."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from plugins.jamf.tests.drive import CONTEXT, drive, json_reply
from pydantic import SecretStr, ValidationError

from ueapi_jamf.auth import auth_for
from ueapi_jamf.backend import build
from ueapi_jamf.settings import JamfSettings

CLIENT = {"client_id": "role-reader", "client_secret": SecretStr("s3cr&t")}
ACCOUNT = {"username": "reader", "password": SecretStr("pä:ss")}
URL = "https://jamf.example.org"


def settings(given, url=URL):
    return JamfSettings.model_validate({"url": url, **given})


def test_an_api_client_buys_a_token_that_lives_as_long_as_the_server_says():
    auth = auth_for(settings(CLIENT), CONTEXT)

    credential, calls = drive(
        auth.sign_in(),
        json_reply(
            {"access_token": "t0k", "token_type": "Bearer", "scope": "x", "expires_in": 299}
        ),
    )

    assert credential.headers == {"authorization": "Bearer t0k"}
    assert credential.lifetime == timedelta(seconds=299)
    assert calls[0].anonymous
    assert calls[0].target == "/api/v1/oauth/token"
    assert parse_qs((calls[0].body or b"").decode())["client_secret"] == ["s3cr&t"]
    assert "t0k" not in repr(credential)
    assert "s3cr" not in repr((auth, calls))


@pytest.mark.parametrize("expires", ["2026-03-02T10:30:00Z", "2026-03-02T10:30:00.000Z"])
def test_a_user_account_buys_a_token_measured_on_our_clock(expires):
    auth = auth_for(settings(ACCOUNT), CONTEXT)

    credential, calls = drive(auth.sign_in(), json_reply({"token": "t0k", "expires": expires}))

    assert credential.lifetime == timedelta(minutes=30)
    assert calls[0].target == "/api/v1/auth/token"
    assert calls[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "give both"),
        ({"client_id": "x"}, "give both"),
        ({**CLIENT, **ACCOUNT}, "not both"),
        ({**CLIENT, "username": "x"}, "not both"),
        ({**CLIENT, "url": "jamf.example.org"}, "https://host"),
        ({**CLIENT, "url": "https://jamf.example.org/api"}, "address alone"),
        ({**CLIENT, "url": "https://me:pw@jamf.example.org"}, "must not hold credentials"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_reason(given, complaint):
    with pytest.raises(ValidationError, match=complaint) as caught:
        settings(given)

    assert "s3cr" not in str(caught.value)


def test_the_backend_is_built_with_the_advised_pace():
    backend = build(settings(CLIENT, url=f"{URL}/"), CONTEXT)

    assert backend.url == URL
    assert backend.limits.concurrency == 3
    assert backend.limits.rows_lag == timedelta(seconds=60)
