"""What an answer with an error status means.

The product's own messages are never repeated, since they may quote what was sent; its codes and field names are.
Source: Example UEM API, Errors.
"""

from __future__ import annotations

from ueapi.contract.wording import field_name
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
from ueapi.testing.memory.wire import ErrorRow, read


def fault(call: Call, reply: Reply) -> UeapiError:
    """Name the error an answer of status 400 or above means."""
    return _meaning(reply).at(operation=call.operation)


def _meaning(reply: Reply) -> UeapiError:
    match reply.status:
        case 401:
            # The runtime signs in once more before anyone sees this.
            return CredentialsRejected(
                "the key or its token is not accepted.",
                remedy="Make a new key in the console under Access; nothing was changed.",
            )
        case 403:
            return PermissionMissing(
                "the key may not do this.",
                remedy="Widen the key's rights in the console under Access; nothing was changed.",
            )
        case 404:
            return NotFound(
                "there is no such object.",
                remedy="It may have been removed meanwhile; list again. Nothing was changed.",
            )
        case 409:
            return Conflict(
                f"the state of the product doesn't allow it{_about(reply)}.",
                remedy="Look at the object in the console, then try again; nothing was changed.",
            )
        case 429:
            # No wait is read here: the runtime understands the usual headers by itself.
            return RateLimited(
                "the product asks to slow down.", remedy="Wait; the call was not carried out."
            )
        case status if status >= 500:
            return Unavailable(
                f"the product has a fault of its own (status {status}).", remedy="Repeat later."
            )
        case status:
            return Rejected(
                f"the product refuses the request (status {status}){_about(reply)}.",
                problems=_fields(reply),
                remedy="Correct what is named; nothing was changed.",
            )


def _about(reply: Reply) -> str:
    fields = _fields(reply)
    return f" ({', '.join(fields)})" if fields else ""


def _fields(reply: Reply) -> tuple[str, ...]:
    try:
        return tuple(map(field_name, read(ErrorRow, reply, of="the error").error.fields))
    except Unintelligible:
        # An error page of something between us and the product; its status says enough.
        return ()
