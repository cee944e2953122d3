"""Turns an answer with an error status into an error, without ever showing the answer's body.

Hexnode answers in the manner of Django REST Framework: `{"detail": "…"}`, or `{"field": ["…"]}` for a refused body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, cast

from ueapi.contract.wording import field_name, nameless
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
from ueapi_hexnode import assumed

_WAIT: Final = re.compile(r"available in (\d+(?:\.\d+)?) second")


def fault(call: Call, reply: Reply) -> UeapiError:
    """Name the error an answer of status 400 or above means."""
    return _meaning(reply).at(operation=call.operation)


def _meaning(reply: Reply) -> UeapiError:
    match reply.status:
        case 401:
            return CredentialsRejected(
                "the portal does not accept the API key.",
                remedy="Copy the key again from Admin > API in the portal; it is sent as it is, without a scheme."
                " Nothing was changed.",
            )
        case 403:
            return PermissionMissing(
                "the portal refuses the call to this key.",
                remedy="Check in the portal under Admin > API that API access is on and that the plan includes it."
                " Nothing was changed.",
            )
        case 404:
            return _missing(reply)
        case 429:
            return RateLimited(
                "the portal asks to slow down; it allows 30 calls a minute, and 10 a day for each managed device.",
                retry_after=_wait(reply),
                remedy="Wait, or set licensed_seats to spread calls over the day. The call was not carried out.",
            )
        case status if status >= 500:
            return Unavailable(
                f"the portal has a fault of its own (status {status}).", remedy="Repeat later."
            )
        case _:
            return _refused(reply)


def _missing(reply: Reply) -> UeapiError:
    if reply.body and _fields(reply) is None:
        return Unintelligible(
            f"no such address (status 404, {reply.content_type or 'an unnamed media type'}).",
            remedy="Check that the URL is the portal's own, such as https://example.hexnodemdm.com;"
            " nothing was changed.",
        )
    return NotFound(
        "the portal has no such object.",
        remedy="It may have been removed in the meantime; list again. Nothing was changed.",
    )


def _refused(reply: Reply) -> UeapiError:
    fields = _fields(reply) or {}
    problems = tuple(f"{where}{nameless(text)}" for where, text in _problems(fields))
    said = [text.lower() for _, text in _problems(fields)]
    if any(taken in text for text in said for taken in assumed.ALREADY_TAKEN):
        return Conflict(
            f"another object has the same name or address ({'; '.join(problems)}).",
            remedy="Look it up in the portal; nothing was changed.",
        )
    return Rejected(
        f"the portal refuses the request (status {reply.status}).",
        problems=problems,
        remedy=f"It says: {'; '.join(problems)}. Nothing was changed."
        if problems
        else "It gives no reason; nothing was changed.",
    )


def _fields(reply: Reply) -> Mapping[str, object] | None:
    try:
        found = reply.json()
    except Unintelligible:
        return None
    return cast("Mapping[str, object]", found) if isinstance(found, dict) else None


def _problems(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Where each complaint is about, and its text as the product wrote it, which may name people."""
    for name, said in fields.items():
        texts = said if isinstance(said, list) else [said]
        where = "" if name in ("detail", "non_field_errors") else f"{field_name(name)}: "
        yield from ((where, text) for text in texts if isinstance(text, str))


def _wait(reply: Reply) -> float | None:
    told = reply.headers.get("retry-after", "")
    if told.isdecimal():
        return float(told)
    detail = (_fields(reply) or {}).get("detail")
    match = _WAIT.search(detail) if isinstance(detail, str) else None
    return float(match[1]) if match else None
