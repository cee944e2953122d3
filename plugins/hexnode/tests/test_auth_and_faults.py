from __future__ import annotations

import json

import pytest
from plugins.hexnode.tests.portal import Portal, answer, backend

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
from ueapi_hexnode.faults import fault

CALL = Call(operation="users.ensure", method="POST", path="/api/v1/users/", effect=Effect.READABLE)
PAGE = Reply(
    404, {"content-type": "text/html; charset=utf-8"}, b"<html>proxy zoe@example.org</html>"
)


def test_the_key_is_sent_as_it_is():
    credential = Portal({}).run(backend().auth.sign_in())

    assert credential.headers == {"Authorization": "k-secret"}
    assert credential.lifetime is None


def test_the_key_shows_in_no_repr():
    made = backend()

    assert "k-secret" not in repr(made) + repr(made.auth)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answer({"detail": "Invalid token."}, 401), CredentialsRejected),
        (answer({"detail": "You do not have permission."}, 403), PermissionMissing),
        (answer({"detail": "Not found."}, 404), NotFound),
        (PAGE, Unintelligible),
        (answer({"email": ["This field is required."]}, 400), Rejected),
        (answer({"email": ["user with this email already exists."]}, 400), Conflict),
        (answer({"detail": 'Method "PATCH" not allowed.'}, 405), Rejected),
        (answer(["odd"], 400), Rejected),
        (Reply(502, {"content-type": "text/html"}, b"<html>"), Unavailable),
    ],
)
def test_each_refusal_has_its_error(reply, kind):
    error = fault(CALL, reply)

    assert type(error) is kind
    assert error.remedy
    assert error.operation == "users.ensure"


@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        (
            answer({"detail": "Request was throttled. Expected available in 57.0 seconds."}, 429),
            57.0,
        ),
        (answer({"detail": "Expected available in 1 second."}, 429), 1.0),
        (answer({"detail": "Expected available in 57 seconds."}, 429, retry_after="12"), 12.0),
        (answer({"detail": "Slow down."}, 429), None),
        (Reply(429, {}, b"<html>"), None),
    ],
)
def test_the_products_own_wait_is_read(reply, wait):
    error = fault(CALL, reply)

    assert isinstance(error, RateLimited)
    assert error.retry_after == wait


def test_field_errors_are_named_without_refused_values():
    reply = answer({"email": ['"zoe@example.org" is not valid', "zoe@example.org is odd"]}, 400)

    error = fault(CALL, reply)

    assert isinstance(error, Rejected)
    assert all(p.startswith("email: ") for p in error.problems)
    assert "zoe" not in str(error)


def test_no_body_shows_in_any_error():
    secret = "s3cret@example.org"

    for status in (400, 401, 403, 404, 429, 500):
        reply = Reply(status, {"content-type": "text/html"}, f"<p>{secret}</p>".encode())
        assert secret not in str(fault(CALL, reply))


def test_a_misfitting_row_names_fields_only():
    odd = {"id": "zoe@example.org", "name": "Zoë"}
    portal = Portal({"GET /users/12/": odd})

    with pytest.raises(Unintelligible, match="id") as caught:
        portal.run(backend().users.get("12"))

    assert "zoe" not in str(caught.value).lower()
    assert json.dumps(odd) not in str(caught.value)


@pytest.mark.parametrize(("seats", "daily"), [(None, None), (40, 400)])
def test_the_daily_allowance_follows_the_seats(seats, daily):
    limits = backend(licensed_seats=seats).limits

    assert (limits.per_minute, limits.per_day) == (30, daily)
