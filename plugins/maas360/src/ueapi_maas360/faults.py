"""Failures, whether they come with an error status or inside an answer of status 200; bodies are never shown.

Three kinds hide behind status 200: an `errorCode` in any service's own root, an `actionResponse` that says the action
failed, and a `responseCode` of the 2.0 services. All are found here and nowhere else, so that no facet can take a
failure for a success, and so that an expired token is renewed whichever call meets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ueapi.contract.wording import nameless
from ueapi.errors import (
    Conflict,
    CredentialsRejected,
    NotFound,
    PermissionMissing,
    RateLimited,
    Rejected,
    UeapiError,
    Unavailable,
    Unintelligible,
)
from ueapi.flow import Call, Reply
from ueapi_maas360 import assumed
from ueapi_maas360.wire.reading import Record, document

_REMAINING: Final = "x-rate-limit-remaining"
_WINDOW: Final = "x-rate-limit-resetwindow"
_MARKS: Final = (b"errorCode", b"esponse", assumed.ENROLLMENT.encode())
"""No failure is told without one of these, so answers without them, such as long lists, aren't parsed twice."""
_ROOTS: Final = ("actionResponse", assumed.CHANGED, assumed.ENROLLMENT)
"""Roots under which a `status` tells of success or failure; a device or an app has a status of another kind."""
_LONGEST_CODE: Final = 20

_OK: Final = "0"
_FAILURE: Final = "failure"
_NAME_TAKEN: Final = "7"

_ACCESS_CODES: Final = {
    "1002": "the credentials are not accepted",
    "1007": "the token has expired",
    "1008": "the authentication failed",
    "1009": "the token is not accepted",
}
_TOO_MANY: Final = 429
_TELLING: Final = frozenset({401, 403, 404, 409, 410})
_NO_SUCH_SERVICE: Final = frozenset({404, 405, 410, 501})


def fault(call: Call, reply: Reply) -> UeapiError:
    """Name the error an answer of status 400 or above means.

    Few codes are known, so a status that says what is wrong counts for more than another code beside it.
    """
    records = _records(reply)
    told = _told(call, reply, records or ())
    if told is None or (_says_more(reply.status) and not _is_certain(told, records or ())):
        told = _throttled(reply) or _by_status(call, reply, records)
    return told.at(operation=call.operation)


def disguised(call: Call, reply: Reply) -> UeapiError | None:
    """Name the error an answer of status 200 stands for, or `None` when it holds what was asked for.

    Failed actions are errors too: `actionStatus` other than 0 and status `Failure` become `Rejected`. An answer that
    can't be read is left to the facet, which says what doesn't fit.
    """
    if not any(mark in reply.body for mark in _MARKS):
        return None
    error = _told(call, reply, _records(reply) or ())
    return None if error is None else error.at(operation=call.operation)


# -- what the body says ------------------------------------------------------------------------------


def _records(reply: Reply) -> tuple[Record, ...] | None:
    """The answer's top and what is directly below it; `None` when it is neither XML nor JSON."""
    try:
        top = document(reply)
    except Unintelligible:
        return None
    below = (node for nodes in top.nodes.values() for node in nodes if isinstance(node, Record))
    return (top, *below)


def _told(call: Call, reply: Reply, records: tuple[Record, ...]) -> UeapiError | None:
    """The failure that the body tells. When no calls are left it is the limit, unless the code says otherwise."""
    error = next((error for record in records for error in _failures(call, record)), None)
    if error is None or _names_access(records):
        return error
    return _throttled(reply) or error


def _names_access(records: tuple[Record, ...]) -> bool:
    return any(_word(record, "errorCode") in _ACCESS_CODES for record in records)


def _is_certain(told: UeapiError, records: tuple[Record, ...]) -> bool:
    return isinstance(told, Conflict | RateLimited) or _names_access(records)


def _says_more(status: int) -> bool:
    return status in _TELLING or status >= 500


def _failures(call: Call, record: Record) -> Iterator[UeapiError]:
    code = _word(record, "errorCode")
    if code not in (None, _OK):
        yield _of_code(call, code or "", record)
    if record.name in _ROOTS and _has_failed(record):
        yield _refused_action(record)
    response = _word(record, "responseCode")
    if response not in (None, _OK):
        yield _of_response(response or "")


def _word(record: Record, name: str) -> str | None:
    # A list or a record under that name is no code; the facet will say that it doesn't fit.
    try:
        text = record.text(name)
    except Unintelligible:
        return None
    return None if text is None else text.strip()[:_LONGEST_CODE]


def _of_code(call: Call, code: str, record: Record) -> UeapiError:
    if call.anonymous or code in _ACCESS_CODES:
        meaning = _ACCESS_CODES.get(code, "signing in failed")
        return CredentialsRejected(
            f"{meaning} (error code {code}).",
            remedy="Check billing id, user name, password and the application's id, version, platform and access key;"
            " all are in the portal under Setup > Web Services API. Nothing was changed.",
        )
    return Rejected(
        f"the product reports error code {code}.",
        problems=_problems(record, "errorDesc"),
        remedy=_said(_problems(record, "errorDesc")),
    )


def _has_failed(record: Record) -> bool:
    status = _word(record, "actionStatus")
    said = _word(record, "status")
    return (status is not None and status != _OK) or (said or "").lower() == _FAILURE


def _refused_action(record: Record) -> UeapiError:
    problems = _problems(record, "description")
    return Rejected("the product refuses the action.", problems=problems, remedy=_said(problems))


def _of_response(code: str) -> UeapiError:
    if code == _NAME_TAKEN:
        return Conflict(
            "another object has the same name (response code 7).",
            remedy="Look it up in the portal, or choose another name; nothing was changed.",
        )
    return Rejected(
        f"the product refuses the request (response code {code}).",
        remedy="It gives no reason; nothing was changed.",
    )


def _problems(record: Record, name: str) -> tuple[str, ...]:
    try:
        text = record.text(name)
    except Unintelligible:
        return ()
    # The product may repeat what it refuses, which can be a person's name, address or number.
    return () if text is None else (nameless(text),)


def _said(problems: tuple[str, ...]) -> str:
    said = f"It says: {'; '.join(problems)}." if problems else "It gives no reason."
    return f"{said} Nothing was changed."


# -- what the status and headers say -----------------------------------------------------------------


def _throttled(reply: Reply) -> UeapiError | None:
    """Any error is a limit once no calls are left, since no source shows the status for that; and 429 always is."""
    if reply.status != _TOO_MANY and reply.headers.get(_REMAINING, "").strip() != "0":
        return None
    return RateLimited(
        "the account's allowance of calls is used up.",
        retry_after=_seconds(reply.headers.get(_WINDOW, "")),
        remedy="Wait until the product's window ends. The call was not carried out.",
    )


def _seconds(text: str) -> float | None:
    return float(text) if text.strip().isdecimal() else None


def _by_status(call: Call, reply: Reply, records: tuple[Record, ...] | None) -> UeapiError:
    if call.anonymous and reply.status in _NO_SUCH_SERVICE:
        return NotFound(
            f"the instance has no such sign-in service (status {reply.status}).",
            remedy="Check that the URL is the root of the account's instance; nothing was changed.",
        )
    match reply.status:
        case 401:
            return CredentialsRejected(
                "the credentials are not accepted.",
                remedy="Check the administrator and the application in the portal under Setup > Web Services API."
                " Nothing was changed.",
            )
        case 403:
            return PermissionMissing(
                "the administrator may not do this.",
                remedy="Give the administrator's role the right in the portal: calls obey the same rights."
                " Nothing was changed.",
            )
        case 404 | 410:
            return _missing(reply, records)
        case 409:
            return Conflict(
                "the change is not possible as things stand.",
                remedy="Look at the object in the portal; nothing was changed.",
            )
        case status if status >= 500:
            return Unavailable(
                f"the product has a fault of its own (status {status}).", remedy="Repeat later."
            )
        case status:
            return Rejected(
                f"the product refuses the request (status {status}).",
                remedy="It gives no reason; nothing was changed.",
            )


def _missing(reply: Reply, records: tuple[Record, ...] | None) -> UeapiError:
    if reply.body.strip() and records is None:
        return Unintelligible(
            f"no such address (status {reply.status}, {reply.content_type or 'an unnamed media type'}).",
            remedy="Check that the URL is the root of the account's instance; nothing was changed.",
        )
    return NotFound(
        "the product has no such object.",
        remedy="It may have been removed in the meantime; list again. Nothing was changed.",
    )
