"""Bodies in and out, in the manner of the framework the vendor's answers look like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import define, field
from starlette.requests import Request
from starlette.responses import Response

_SEEN: Final = {
    "Content-Type": "application/json",
    "Content-Language": "en",
    "Vary": "Accept,Accept-Language,Cookie",
    "X-Frame-Options": "SAMEORIGIN",
    "X-XSS-Protection": "1; mode=block",
    "Set-Cookie": "portal=simulated; Path=/; HttpOnly",
}
"""Headers of a live portal that a client meets."""


@define
class Refused(Exception):
    """A request the portal answers with an error."""

    status: int
    content: Mapping[str, object] = field(repr=False)


def answer(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer with the headers a live portal sends."""
    body = b"" if status == 204 else encoded(content).encode()
    return Response(body, status, {**_SEEN, **(headers or {})})


def answer_encoded(body: str) -> Response:
    """An answer whose JSON is put together already."""
    return Response(body.encode(), 200, _SEEN)


def encoded(content: object) -> str:
    """Content in JSON, as the portal writes it."""
    return json.dumps(content, separators=(",", ":"))


def not_found() -> Refused:
    """404 for an id nobody has. Guess: the text is the framework's own."""
    return Refused(404, {"detail": "Not found."})


def invalid(name: str, text: str) -> Refused:
    """400 naming one field. Guess: the form is the framework's own."""
    return Refused(400, {name: [text]})


def required(name: str) -> Refused:
    """400 for a missing field."""
    return invalid(name, "This field is required.")


async def body_of(request: Request) -> dict[str, object]:
    """The object in a request body; the vendor's samples wrap it in a list of one, its curl examples don't.

    Source: Hexnode developer pages, Add/Remove Devices and Lock Device. Guess: 400 for anything else.
    """
    try:
        content = json.loads(await request.body() or b"{}")
    except ValueError as problem:
        raise Refused(400, {"detail": f"JSON parse error - {problem}"}) from None
    if isinstance(content, list) and len(content) == 1:
        content = content[0]
    if not isinstance(content, dict):
        raise invalid("non_field_errors", "Invalid data. Expected a dictionary.")
    return content


def text_in(body: Mapping[str, object], name: str) -> str:
    """A required text that isn't blank."""
    if body.get(name) is None:
        raise required(name)
    value = body[name]
    if not isinstance(value, str):
        raise invalid(name, "Not a valid string.")
    if not value.strip():
        raise invalid(name, "This field may not be blank.")
    return value


def optional_text(body: Mapping[str, object], name: str) -> str | None:
    """A text that may be missing, null or blank."""
    value = body.get(name)
    if value is not None and not isinstance(value, str | int):
        raise invalid(name, "Not a valid string.")
    return None if value is None else str(value)


def ids_in(body: Mapping[str, object], name: str) -> list[int]:
    """A list of ids; missing and null are an empty one."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(name, f'Expected a list of items but got type "{type(value).__name__}".')
    return [_id(name, item) for item in value]


def _id(name: str, item: object) -> int:
    try:
        return int(str(item))
    except ValueError:
        raise invalid(name, "A valid integer is required.") from None


def known_ids(body: Mapping[str, object], name: str, rows: Mapping[int, object]) -> list[int]:
    """A list of ids that all exist. Guess: 400 for one that doesn't."""
    found = ids_in(body, name)
    for one in found:
        if one not in rows:
            raise invalid(name, f'Invalid pk "{one}" - object does not exist.')
    return found


def long_stamp(at: datetime | None) -> str | None:
    """UTC with six digits of a second."""
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def short_stamp(at: datetime | None) -> str | None:
    """UTC with three digits of a second; live portals use both forms."""
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
