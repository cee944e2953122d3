"""What an unwanted answer means: the backend's own word for it, or a plain reading of the status."""

from __future__ import annotations

from typing import Final
from urllib.parse import urljoin, urlsplit

from pydantic import ValidationError

from ueapi.contract import Backend, Fault
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
from ueapi.runtime.decide import Handling

_MOST_FIELDS: Final = 3


def found(backend: Backend, call: Call, reply: Reply) -> UeapiError | None:
    """The error an answer stands for, or `None` when it is what was asked for."""
    if reply.status >= 300:
        return mapped(backend.fault, call, reply)
    try:
        return backend.disguised(call, reply)
    except ValueError:
        # What can't be read here is the facet's to read, which says what doesn't fit.
        return None


def mapped(fault: Fault, call: Call, reply: Reply) -> UeapiError:
    """The backend's error for that answer.

    Where its reading fails, which is usual for the error page of a proxy, the status alone decides.
    """
    try:
        return fault(call, reply)
    except (UeapiError, ValueError) as problem:
        error = by_status(reply)
        error.__cause__ = problem if isinstance(problem, UeapiError) else None
        return error


def by_status(reply: Reply) -> UeapiError:
    """The error for a status when nothing more is known (RFC 9110, 15.5 and 15.6)."""
    status = reply.status
    match status:
        case 401:
            return CredentialsRejected(
                "the product refused the credentials (status 401).",
                remedy="Check the account or key in the product's console; nothing was changed.",
            )
        case 403:
            return PermissionMissing(
                "the product forbids this (status 403).",
                remedy="Give the account the privilege it needs; nothing was changed.",
            )
        case 404 | 410:
            return NotFound(f"there is no such object (status {status}).", remedy="List again.")
        case 409 | 412:
            return Conflict(
                f"the product's state doesn't allow this (status {status}).",
                remedy="Read the object again; nothing was changed.",
            )
        case 429:
            return RateLimited("too many calls (status 429).", remedy="Repeat later.")
        case _ if status >= 500:
            return Unavailable(
                f"the product has a fault (status {status}).", remedy="Repeat later."
            )
        case _:
            return Rejected(
                f"the product refused the request (status {status}).",
                remedy="Compare it with the product's documentation; nothing was changed.",
            )


def handling(error: UeapiError, hint: float | None) -> Handling:
    """What the answer says about the request.

    Being throttled means not being handled. A fault on the way may come after the change; but one that names a time to
    come back was made by someone who turned the request away.
    """
    match error:
        case RateLimited():
            return Handling.TURNED_AWAY
        case Unavailable():
            return Handling.UNKNOWN if hint is None else Handling.TURNED_AWAY
        case _:
            return Handling.FINAL


def redirected(reply: Reply, base: str) -> Unintelligible:
    """The error for an answer that points elsewhere; credentials are never carried along."""
    here = urlsplit(base)
    there = urlsplit(urljoin(f"{base}/", reply.headers.get("location", "")))
    where = "another address" if there.netloc == here.netloc else f"another host, {there.hostname}"
    return Unintelligible(
        f"the product redirects to {where} (status {reply.status}), which is not followed.",
        remedy="Set `url` to the product's API itself; nothing was changed.",
    )


def misfit(problem: ValueError | RecursionError) -> Unintelligible:
    """The error for a reply that doesn't fit its model: names fields and rules, and no content."""
    if isinstance(problem, ValidationError):
        errors = problem.errors(include_url=False, include_context=False, include_input=False)
        fields = [f"{'.'.join(map(str, e['loc'])) or 'the whole'} ({e['type']})" for e in errors]
        more = f" and {len(fields) - _MOST_FIELDS} more" if len(fields) > _MOST_FIELDS else ""
        what = f"{problem.title}: {', '.join(fields[:_MOST_FIELDS])}{more}"
    else:
        what = type(problem).__name__
    return Unintelligible(
        f"the reply doesn't fit what the product documents: {what}.",
        remedy="Report it to the plugin's author; nothing was guessed from it.",
    )
