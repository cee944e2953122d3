"""Turning Jamf Pro's three kinds of error replies into ours.

The Jamf Pro API answers with its own JSON, the token endpoint with the JSON of RFC 6749, section 5.2, and the Classic
API with an HTML "Status page". Codes and field names are taken over; the text around them can hold names of people, so
it is compared with known sentences and never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NotRequired

from attrs import frozen
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from ueapi.errors import (
    Conflict,
    CredentialsRejected,
    NotFound,
    PermissionMissing,
    RateLimited,
    Rejected,
    UeapiError,
    Unavailable,
)
from ueapi.flow import Call, Reply
from ueapi_jamf.privileges import needed_for


class ProblemWire(TypedDict):
    """One entry of `errors`; all of it may be null."""

    code: NotRequired[str | None]
    field: NotRequired[str | None]


class ApiErrorWire(TypedDict):
    """Source: Jamf Pro API 11.30 schema, `ApiError`."""

    errors: list[ProblemWire]


class TokenErrorWire(TypedDict):
    """Source: RFC 6749, section 5.2."""

    error: str


_API_ERROR: Final = TypeAdapter(ApiErrorWire)
_TOKEN_ERROR: Final = TypeAdapter(TokenErrorWire)
_WORD: Final = re.compile(r"[A-Za-z0-9_.\[\]-]{1,64}")
_SCANNED: Final = 64 * 1024

_SENTENCES: Final[Mapping[str, str]] = {
    "duplicate name": "DUPLICATE_NAME",
    "unable to update the database": "DATABASE",
    "unable to match": "UNKNOWN_REFERENCE",
    "no match found for": "UNKNOWN_REFERENCE",
}
"""What the Classic API writes into its pages, and our short names for it."""

_WHAT_TO_DO: Final[Mapping[str, str]] = {
    "DUPLICATE_NAME": "Another object has that name; rename one of them.",
    "DUPLICATE_FIELD": "Another object has that name; rename one of them.",
    "DATABASE": "This can pass: repeat once. If it stays, look at the object in Jamf Pro.",
    "UNKNOWN_REFERENCE": "Something it refers to no longer exists; read the object again.",
    "OPTIMISTIC_LOCK_FAILED": "Somebody changed it meanwhile; read it again and repeat.",
}


@frozen
class Told:
    """What an error reply says, without its prose: codes such as `INVALID_FIELD`, and `field: code` pairs."""

    codes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def aside(self) -> str:
        """The codes in brackets, or nothing."""
        return f" ({', '.join(self.codes)})" if self.codes else ""


def fault(call: Call, reply: Reply) -> UeapiError:
    """The error for a reply with a status of 400 or above."""
    told = _told(call, reply)
    error = _access(call, reply, told) or _by_status(call, reply, told)
    return error.at(backend="jamf", operation=call.operation)


def _told(call: Call, reply: Reply) -> Told:
    if reply.content_type == "text/html":
        return _from_page(reply)
    if call.anonymous and (told := _from_token_endpoint(reply)) is not None:
        return told
    return _from_api(reply)


def _from_api(reply: Reply) -> Told:
    try:
        errors = _API_ERROR.validate_json(reply.body)["errors"]
    except ValidationError:
        return Told()
    pairs = [(_word(e.get("field")), _word(e.get("code"))) for e in errors]
    return Told(
        codes=tuple(dict.fromkeys(code for _, code in pairs if code)),
        problems=tuple(f"{name}: {code or 'refused'}" for name, code in pairs if name),
    )


def _from_token_endpoint(reply: Reply) -> Told | None:
    try:
        code = _word(_TOKEN_ERROR.validate_json(reply.body)["error"])
    except ValidationError:
        return None
    return Told(codes=(code,) if code else ())


def _from_page(reply: Reply) -> Told:
    page = reply.body[:_SCANNED].decode(errors="replace").casefold()
    return Told(codes=tuple(dict.fromkeys(c for text, c in _SENTENCES.items() if text in page)))


def _word(text: str | None) -> str | None:
    """A code or field name as it is; anything longer or with other characters could be prose."""
    return text if text and _WORD.fullmatch(text) else None


def _access(call: Call, reply: Reply, told: Told) -> UeapiError | None:
    if call.anonymous and reply.status in (400, 401, 403):
        return _sign_in_refused(told)
    if reply.status == 401:
        return CredentialsRejected(
            f"the token is not accepted{told.aside}.",
            remedy="Sign in again; check that the API client is enabled. Nothing was changed.",
        )
    if reply.status == 403:
        needs = needed_for(call.method, call.path)
        named = f'"{needs}"' if needs else "the missing privilege"
        return PermissionMissing(
            f"the credentials lack a privilege{told.aside}.",
            needs=needs,
            remedy=f"Add {named} to the API role, then repeat; nothing was changed.",
        )
    return None


def _sign_in_refused(told: Told) -> UeapiError:
    if "invalid_scope" in told.codes:
        return PermissionMissing(
            "the API client has no role.", remedy="Give the API client a role in Jamf Pro."
        )
    if "USER_EXPIRED_PASSWORD" in told.codes:
        return CredentialsRejected(
            "the account's password has expired.",
            remedy="Sign in to Jamf Pro once and set a new password.",
        )
    return CredentialsRejected(
        f"the credentials are not accepted{told.aside}.",
        remedy="Check client_id and client_secret (or username and password), and that the API client is enabled.",
    )


def _by_status(call: Call, reply: Reply, told: Told) -> UeapiError:
    status = reply.status
    if status in (404, 410):
        return NotFound(
            f"there is nothing at {call.path}{told.aside}.",
            remedy="Read the listing again: the object may be gone. If the listing fails too, Jamf Pro is older"
            " than this needs; see `since` in `ueapi capabilities jamf`.",
        )
    if status in (409, 412) or "DUPLICATE_FIELD" in told.codes:
        return Conflict(
            f"the change is not possible as things stand{told.aside}.", remedy=_advice(told)
        )
    if status == 429:
        return RateLimited(
            "Jamf Pro asks to slow down.",
            retry_after=_seconds(reply.headers.get("retry-after")),
            remedy="Wait, then repeat; nothing was changed.",
        )
    if status >= 500:
        return Unavailable(
            f"Jamf Pro has a fault of its own (status {status}){told.aside}.",
            remedy="Repeat later; if it stays, look at the server's log.",
        )
    return Rejected(
        f"Jamf Pro refuses the request (status {status}){told.aside}.",
        problems=told.problems,
        remedy="Nothing was changed; report it to the plugin's author with the codes named here.",
    )


def _advice(told: Told) -> str:
    found = [_WHAT_TO_DO[code] for code in told.codes if code in _WHAT_TO_DO]
    return found[0] if found else "Read the object again and repeat; nothing was changed."


def _seconds(value: str | None) -> float | None:
    """Jamf Pro sends whole seconds; a date would need a clock and is left to the caller's own pace."""
    return float(value) if value is not None and value.strip().isdecimal() else None
