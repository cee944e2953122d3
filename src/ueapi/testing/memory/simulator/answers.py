"""Bodies in and out: one form for errors, one for pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from attrs import define, field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ueapi.testing.memory.simulator.state import Store, Targets

T = TypeVar("T")

DEFAULT_LIMIT: Final = 100
LARGEST_LIMIT: Final = 500


@define
class Refused(Exception):
    """A request the product answers with an error."""

    status: int
    code: str
    message: str = field(repr=False)
    fields: tuple[str, ...] = ()

    def answer(self) -> Response:
        """The error as the API shows it."""
        error = {"code": self.code, "message": self.message, "fields": list(self.fields)}
        return JSONResponse({"error": error}, self.status)


def missing(what: str) -> Refused:
    """404 for an id nobody has."""
    return Refused(404, "not_found", f"There is no such {what}.")


def invalid(name: str, message: str) -> Refused:
    """422 naming the field."""
    return Refused(422, "invalid", message, (name,))


def conflict(name: str, message: str) -> Refused:
    """409 naming the field, or nothing when the object's state is in the way."""
    return Refused(409, "conflict", message, (name,) if name else ())


def found(rows: Mapping[str, T], request: Request, what: str) -> T:
    """The row whose id is in the path."""
    row = rows.get(request.path_params["id"])
    if row is None:
        raise missing(what)
    return row


# ---------------------------------------------------------------- bodies in


async def body_of(request: Request) -> dict[str, object]:
    """The JSON object in a request's body."""
    try:
        content = json.loads(await request.body() or b"{}")
    except ValueError:
        raise Refused(400, "unreadable", "The body is no JSON.") from None
    if not isinstance(content, dict):
        raise Refused(400, "unreadable", "The body is no JSON object.")
    return content


def text_in(body: Mapping[str, object], name: str) -> str:
    """A text that isn't blank."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise invalid(name, "A text is required.")
    return value


def optional_text(body: Mapping[str, object], name: str) -> str | None:
    """A text, or nothing."""
    return None if body.get(name) is None else text_in(body, name)


def ids_in(body: Mapping[str, object], name: str, known: Collection[str]) -> list[str]:
    """A list of ids, all of which exist; a missing list is an empty one."""
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise invalid(name, "A list of ids is required.")
    if any(one not in known for one in value):
        raise invalid(name, "An id in the list is unknown.")
    return value


def targets_in(body: Mapping[str, object], store: Store) -> Targets:
    """The targets in a body's `to`; somebody has to be named."""
    to = body.get("to")
    if not isinstance(to, dict):
        raise invalid("to", "Targets are required.")
    targets = Targets(
        users=ids_in(to, "users", store.users),
        user_groups=ids_in(to, "user_groups", _groups(store, "users")),
        devices=ids_in(to, "devices", store.devices),
        device_groups=ids_in(to, "device_groups", _groups(store, "devices")),
        everyone=to.get("everyone") is True,
    )
    if targets == Targets():
        raise invalid("to", "Nobody is named.")
    return targets


def _groups(store: Store, of: str) -> set[str]:
    return {g.id for g in store.groups.values() if g.of == of}


# ---------------------------------------------------------------- bodies out


def page(request: Request, rows: Sequence[T], show: Callable[[T], object]) -> Response:
    """One page. A cursor is the place after the last row that was shown."""
    start, limit = _number(request, "cursor", 0), _number(request, "limit", DEFAULT_LIMIT)
    end = start + max(1, min(limit, LARGEST_LIMIT))
    return JSONResponse(
        {
            "items": [show(row) for row in rows[start:end]],
            "next": str(end) if end < len(rows) else None,
            "total": len(rows),
        }
    )


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return otherwise
    if not text.isdecimal():
        raise invalid(name, "A whole number is required.")
    return int(text)


def stamp(at: datetime | None) -> str | None:
    """A moment in UTC, in the form of ISO 8601."""
    return None if at is None else at.isoformat()


def shown_targets(targets: Targets) -> dict[str, object]:
    """Targets as the API shows them."""
    return {
        "users": targets.users,
        "user_groups": targets.user_groups,
        "devices": targets.devices,
        "device_groups": targets.device_groups,
        "everyone": targets.everyone,
    }
