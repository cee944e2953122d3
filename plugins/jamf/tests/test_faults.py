"""The three kinds of error replies become ours, with a remedy and without their text."""

from __future__ import annotations

import pytest
from plugins.jamf.tests.drive import html_reply, json_reply

from ueapi.errors import (
    Conflict,
    CredentialsRejected,
    NotFound,
    PermissionMissing,
    RateLimited,
    Rejected,
    Unavailable,
)
from ueapi.flow import Call, Effect, Reply
from ueapi_jamf import paths
from ueapi_jamf.faults import fault
from ueapi_jamf.paths import ASSIGNMENT, UNMANAGE, USER_GROUP, classic, pro
from ueapi_jamf.privileges import PRIVILEGES

SOME_PATH = classic(USER_GROUP)


def call(method="GET", path=SOME_PATH, **rest):
    return Call(operation="x", method=method, path=path, effect=Effect.READS, **rest)


def api_error(status, *errors):
    return json_reply({"httpStatus": status, "errors": list(errors)}, status=status)


SIGN_IN = call("POST", pro("/v1/oauth/token"), anonymous=True)


def test_a_missing_privilege_is_named_as_the_role_editor_names_it():
    error = fault(call("POST", pro(UNMANAGE)), api_error(403, {"code": "INVALID_PRIVILEGE"}))

    assert isinstance(error, PermissionMissing)
    assert error.needs == "Unmanage Mobile Devices"
    assert "Unmanage Mobile Devices" in error.remedy


def test_a_missing_privilege_of_the_classic_api_is_named_too():
    error = fault(call("PUT", classic(ASSIGNMENT)), html_reply("Forbidden", status=403))

    assert isinstance(error, PermissionMissing)
    assert error.needs == "Update VPP Assignment"


@pytest.mark.parametrize("errors", [[], [{"code": "INVALID_TOKEN", "field": None}]])
def test_a_refused_token_is_told_also_when_the_errors_are_empty(errors):
    error = fault(call(), api_error(401, *errors))

    assert isinstance(error, CredentialsRejected)


@pytest.mark.parametrize("status", [400, 401])
def test_refused_client_credentials_follow_the_oauth_shape(status):
    error = fault(SIGN_IN, json_reply({"error": "invalid_client"}, status=status))

    assert isinstance(error, CredentialsRejected)
    assert "invalid_client" in str(error)


def test_an_expired_password_says_so():
    error = fault(SIGN_IN, api_error(401, {"code": "USER_EXPIRED_PASSWORD"}))

    assert isinstance(error, CredentialsRejected)
    assert "expired" in error.message


def test_a_status_page_404_is_not_found_and_the_page_is_not_repeated():
    error = fault(call(), html_reply("noor.haddad@example.org was not found", status=404))

    assert isinstance(error, NotFound)
    assert "noor" not in str(error)


def test_a_status_page_409_tells_a_duplicate_name_from_others():
    error = fault(call("PUT"), html_reply("Error: Duplicate name", status=409))

    assert isinstance(error, Conflict)
    assert "rename" in error.remedy


def test_field_errors_keep_field_and_code_and_drop_the_prose():
    reply = api_error(
        400,
        {"code": "INVALID_FIELD", "field": "groupName", "description": "Noor's group is bad"},
        {"code": "says Noor", "field": "siteId"},
    )

    error = fault(call(), reply)

    assert isinstance(error, Rejected)
    assert error.problems == ("groupName: INVALID_FIELD", "siteId: refused")
    assert "Noor" not in str(error)


def test_slowing_down_keeps_the_servers_own_wait():
    error = fault(call(), Reply(429, {"retry-after": "7"}))

    assert isinstance(error, RateLimited)
    assert error.retry_after == 7.0


@pytest.mark.parametrize("reply", [html_reply("x", status=503), api_error(500), Reply(502)])
def test_a_fault_of_the_server_is_passing(reply):
    assert isinstance(fault(call(), reply), Unavailable)


def test_every_endpoint_but_the_token_ones_has_a_privilege_row():
    templates = {value for name, value in vars(paths).items() if name.isupper()}
    with_rows = {path.removeprefix("/api").removeprefix("/JSSResource") for _, path in PRIVILEGES}

    assert templates - with_rows == {paths.OAUTH_TOKEN, paths.ACCOUNT_TOKEN}
