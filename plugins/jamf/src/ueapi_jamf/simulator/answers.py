"""How the server answers: rows of the route table, JSON, and the shapes of its refusals."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final, NoReturn

from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import Handler

Json = dict[str, object]

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


class Refused(Exception):
    """Ends a request early with this response."""

    def __init__(self, response: Response) -> None:
        self.response = response


@frozen
class Row:
    """One route: what it is, whether it changes something, and the privilege it needs.

    Source of the privileges: Jamf Pro API 11.30 schema, `x-required-privileges`; for the Classic API they follow
    from the method.
    """

    method: str
    path: str
    handler: Handler
    changes: bool
    privilege: str | None = None


def guarded(
    row: Row, is_denied: Callable[[str | None], bool]
) -> Callable[[Request], Awaitable[Response]]:
    """The handler behind its privilege check, with refusals turned into responses."""

    async def answer(request: Request) -> Response:
        if is_denied(row.privilege):
            return forbidden(request)
        try:
            return await row.handler(request)
        except Refused as refused:
            return refused.response

    return answer


def answer_json(value: object, *, status: int = 200) -> Response:
    """A JSON body."""
    return answer_encoded(encoded(value), status=status)


def answer_encoded(body: bytes, *, status: int = 200) -> Response:
    """A JSON body that is put together already."""
    return Response(body, status_code=status, media_type="application/json")


def encoded(value: object) -> bytes:
    """A value in JSON, as this server writes it."""
    return _ENCODER.encode(value).encode()


def problem(status: int, code: str, description: str, *, field: str | None = None) -> Response:
    """The error body of the Jamf Pro API. Source: Jamf Pro API 11.30 schema, `ApiError`."""
    cause = {"code": code, "description": description, "id": "0", "field": field}
    return answer_json({"httpStatus": status, "errors": [cause]}, status=status)


def refuse(status: int, code: str, description: str, *, field: str | None = None) -> NoReturn:
    """End the request with the error body of the Jamf Pro API."""
    raise Refused(problem(status, code, description, field=field))


def is_classic(request: Request) -> bool:
    """Whether the request is for the Classic API."""
    return request.url.path.startswith("/JSSResource")


def unauthorized(request: Request) -> Response:
    """The answer to a missing, ended or wrong token, in the words of the API that was asked."""
    if is_classic(request):
        return status_page(401, "The request requires user authentication")
    return problem(401, "INVALID_TOKEN", "Unauthorized")


def forbidden(request: Request) -> Response:
    """The answer to a missing privilege. Guess: its description."""
    if is_classic(request):
        return status_page(403, "The server understood the request, but is refusing to fulfill it")
    return problem(403, "INVALID_PRIVILEGE", "Forbidden")


def nowhere(request: Request) -> Response:
    """The answer to an address nothing is served at. Guess: as for an unknown object."""
    if is_classic(request):
        return status_page(404, "The server has not found anything matching the request URI")
    return problem(404, "NOT_FOUND", "The requested resource was not found")


def not_found() -> NoReturn:
    """End the request: the Jamf Pro API has no such object. Guess: the code."""
    refuse(404, "NOT_FOUND", "The requested resource was not found")


_REASONS: Final[Mapping[int, str]] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    415: "Unsupported Media Type",
}


def status_page(status: int, sentence: str) -> Response:
    """The page in which the Classic API refuses. Source: Classic API as observed by public clients."""
    reason = _REASONS.get(status, "Error")
    page = (
        "<html>\n<head>\n   <title>Status page</title>\n</head>\n"
        '<body style="font-family: sans-serif;">\n'
        f'<p style="font-size: 1.2em;font-weight: bold;margin: 1em 0px;">{reason}</p>\n'
        f"<p>{sentence}</p>\n"
        "<p>You can get technical details "
        '<a href="http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html">here</a>.<br>\n'
        'Please continue your visit at our <a href="/">home page</a>.\n</p>\n</body>\n</html>\n'
    )
    return Response(page, status_code=status, media_type="text/html")


def refuse_classic(status: int, sentence: str) -> NoReturn:
    """End the request with a status page."""
    raise Refused(status_page(status, sentence))


async def json_object(request: Request) -> Json:
    """The request's JSON object; anything else is refused. Guess: the codes."""
    if "json" not in request.headers.get("content-type", ""):
        refuse(415, "UNSUPPORTED_MEDIA_TYPE", "Content type is not supported")
    try:
        value = json.loads(await request.body())
    except ValueError:
        refuse(400, "INVALID_JSON", "Unable to read the request body")
    if not isinstance(value, dict):
        refuse(400, "INVALID_JSON", "An object was expected")
    return value


def names(text: str) -> frozenset[str]:
    """The words of a table written as text."""
    return frozenset(text.split())


def moment(at: datetime | None) -> str | None:
    """A time as the Jamf Pro API writes it."""
    return None if at is None else at.isoformat(timespec="milliseconds")[:-6] + "Z"
