"""Signing in: version 1.0, and version 2.0 with refresh tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import READS
from ueapi_maas360.simulator.access import INVALID_CREDENTIALS
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import (
    Refused,
    answer,
    bounded_body,
    json_object,
    media_type,
    xml_fields,
)
from ueapi_maas360.simulator.elements import Value

ROOT: Final = "authResponse"
_ENVELOPE: Final = ("authRequest", "maaS360AdminAuth")


async def authenticate(account: Account, request: Request) -> Response:
    """Source: published clients. Bad credentials are a 200 with a code."""
    given = await _given(request)
    if not account.access.knows(given, request.path_params["billing"]):
        return _denied(request)
    return _signed_in(account, request, {"authToken": account.access.issue().token})


async def authenticate_2(account: Account, request: Request) -> Response:
    """Source: published clients; one posts its refresh token here. Guess: that this works."""
    given, billing = await _given(request), request.path_params["billing"]
    access = account.access
    by_token = "refreshToken" in given and access.may_refresh(given, billing)
    if not by_token and not access.knows(given, billing):
        return _denied(request)
    return _with_both(account, request)


async def refresh(account: Account, request: Request) -> Response:
    """Source: a published client: neither password nor access key, and a new refresh token comes back."""
    given = await _given(request)
    if not account.access.may_refresh(given, request.path_params["billing"]):
        return _denied(request)
    return _with_both(account, request)


def _with_both(account: Account, request: Request) -> Response:
    pair = account.access.issue()
    return _signed_in(
        account, request, {"authToken": pair.token, "refreshToken": pair.refresh_token}
    )


def _signed_in(account: Account, request: Request, tokens: Mapping[str, Value]) -> Response:
    account.note_login()
    response = answer(request, ROOT, {**tokens, "errorCode": 0})
    # Source: a published client was sent one; nothing depends on it.
    response.headers["Set-Cookie"] = "JSESSIONID=simulated; Path=/; HttpOnly"
    return response


def _denied(request: Request) -> Response:
    fields: Mapping[str, Value] = {
        "errorCode": INVALID_CREDENTIALS,
        "errorDesc": "Invalid credentials",
    }
    return answer(request, ROOT, fields)


async def _given(request: Request) -> dict[str, str]:
    """The fields of the envelope, whichever way it is written; their order means nothing."""
    body = await bounded_body(request)
    kind = media_type(request)
    if "xml" in kind or (not kind and body.lstrip().startswith(b"<")):
        return xml_fields(body, *_ENVELOPE)
    if kind not in ("", "application/json"):
        raise Refused(415)
    found: object = json_object(body)
    for name in _ENVELOPE:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, dict):
        raise Refused(400)
    return {str(name): str(value) for name, value in found.items()}


_AUTH: Final = "/auth-apis/auth"

# Tokens are no state of the account, so signing in changes nothing.
TABLE: Final[tuple[Route, ...]] = (
    Route("POST", f"{_AUTH}/1.0/authenticate/{{billing}}", authenticate, READS, ROOT),
    Route("POST", f"{_AUTH}/2.0/authenticate/customer/{{billing}}", authenticate_2, READS, ROOT),
    Route("POST", f"{_AUTH}/2.0/refreshToken/customer/{{billing}}", refresh, READS, ROOT),
)
