"""Reading JSON replies into wire shapes, with surprises named."""

from __future__ import annotations

from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from ueapi.errors import Unintelligible
from ueapi.flow import Reply, not_json

T = TypeVar("T")

_SHOWN: Final = 3


def read(shape: TypeAdapter[T], reply: Reply, *, what: str) -> T:
    """Validate a whole reply at once, straight from its bytes.

    Raises:
        Unintelligible: it isn't JSON, or fields are missing or of another kind; the message names the fields and
            never shows a value.
    """
    try:
        return shape.validate_json(reply.body)
    except ValidationError as problem:
        raise misfit(problem, reply, what=what) from None


def misfit(problem: ValidationError, reply: Reply, *, what: str) -> Unintelligible:
    """The error for a reply that does not have the documented shape."""
    errors = problem.errors(include_url=False, include_context=False, include_input=False)
    if any(error["type"] == "json_invalid" for error in errors):
        return not_json(reply)
    named = "; ".join(
        f"{'.'.join(map(str, error['loc']))} ({error['type']})" for error in errors[:_SHOWN]
    )
    more = f" and {len(errors) - _SHOWN} more" if len(errors) > _SHOWN else ""
    return Unintelligible(
        f"{what} came back with fields that do not fit Jamf Pro's schema: {named}{more}.",
        remedy="Update the plugin, or report the field to its author; nothing was changed.",
    )
