"""Requests in and answers out: which format, which parameters, and how a refusal looks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl

from attrs import define, field
from starlette.requests import Request
from starlette.responses import Response

from ueapi.contract.xml import read_xml
from ueapi.errors import UeapiError
from ueapi.rehearsal.simulator import path_of
from ueapi_maas360.simulator.elements import Element, Value, element, to_json, to_xml

LARGEST_BODY: Final = 4 * 1024 * 1024
"""Bytes of a request body. Guess: no source names a limit."""
_MOST_FIELDS: Final = 200
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_JSON_FIRST: Final = "/2.0/"
_FORM: Final = "application/x-www-form-urlencoded"


class Format(StrEnum):
    """How a document is written."""

    XML = "application/xml"
    JSON = "application/json"


@define
class Refused(Exception):
    """A request that ends early; without a document the answer has no body."""

    status: int
    document: Element | None = field(default=None, repr=False)


# -- answers ---------------------------------------------------------------------------------------


def answer(request: Request, root: str, value: Value, status: int = 200) -> Response:
    """A document in the format that the client asked for."""
    return answer_with(request, element(root, value), status)


def answer_with(request: Request, document: Element, status: int = 200) -> Response:
    """The same, for a finished document."""
    wanted = accepted(request)
    body = to_json(document) if wanted is Format.JSON else to_xml(document)
    return Response(body, status, {"content-type": f"{wanted};charset=UTF-8"})


def answer_native(content: Mapping[str, object], status: int = 200) -> Response:
    """JSON of a service that knows nothing else, where a list is a list."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, {"content-type": "application/json;charset=UTF-8"})


def refusal(request: Request, refused: Refused) -> Response:
    """The answer that a refused request gets."""
    if refused.document is None:
        return Response(b"", refused.status)
    return answer_with(request, refused.document, refused.status)


def error(root: str, code: int, text: str, status: int = 200) -> Refused:
    """A failure under the service's own root. Source: published clients, `errorCode` and `errorDesc`."""
    return Refused(status, element(root, {"errorCode": code, "errorDesc": text}))


def accepted(request: Request) -> Format:
    """The format a client asks for, whatever its own body is in.

    Source: published clients: without a wish, services of version 1.0 answer XML, and the device search of version 2.0
    answers JSON. Guess: so does everything else of version 2.0, a wish for anything is no wish, and 406 refuses others.
    """
    wishes = request.headers.get("accept", "")
    for wish in sorted(wishes.split(","), key=_weight, reverse=True):
        kind = wish.partition(";")[0].strip().casefold()
        if kind in ("", "*/*", "application/*"):
            return preferred(request)
        if kind == "application/json":
            return Format.JSON
        if kind in ("application/xml", "text/xml"):
            return Format.XML
    raise Refused(406)


def preferred(request: Request) -> Format:
    """The format of a service when nobody asks for one."""
    return Format.JSON if _JSON_FIRST in path_of(request) else Format.XML


def _weight(wish: str) -> float:
    for parameter in wish.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


# -- requests --------------------------------------------------------------------------------------


async def bounded_body(request: Request) -> bytes:
    """The body. Guess: 413 for one that is too large."""
    body = await request.body()
    if len(body) > LARGEST_BODY:
        raise Refused(413)
    return body


def media_type(request: Request) -> str:
    """Type of the request's body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().casefold()


async def parameters(request: Request) -> dict[str, str]:
    """Parameters of the query and of a form alike; unknown ones are nobody's business.

    Source: published clients send the same call either way. Guess: the form wins, and 415 refuses other bodies.
    """
    found = dict(request.query_params)
    body = await bounded_body(request)
    if not body.strip():
        return found
    if media_type(request) not in ("", _FORM):
        raise Refused(415)
    try:
        found.update(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Refused(400) from None
    return found


async def json_body(request: Request) -> dict[str, object]:
    """The object in a JSON body. Guess: 415 for another type, and 400 for what can't be read."""
    body = await bounded_body(request)
    if media_type(request) not in ("", Format.JSON):
        raise Refused(415)
    return json_object(body)


def json_object(body: bytes) -> dict[str, object]:
    """The object in JSON text. Guess: 400 for what can't be read."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400) from None
    if not isinstance(content, dict):
        raise Refused(400)
    return content


def xml_fields(body: bytes, *path: str) -> dict[str, str]:
    """Texts of the elements below that path of names, root first. Guess: 400 for what can't be read."""
    try:
        found = read_xml(body, limit=LARGEST_BODY)
    except UeapiError:
        raise Refused(400) from None
    if found.tag != path[0]:
        raise Refused(400)
    for name in path[1:]:
        inner = found.find(name)
        if inner is None:
            raise Refused(400)
        found = inner
    return {str(child.tag): (child.text or "").strip() for child in found}


def number_in(found: Mapping[str, str], name: str) -> int | None:
    """A parameter that is a whole number, or `None`."""
    text = found.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) <= 18 else None


# -- times -----------------------------------------------------------------------------------------


def stamp(at: datetime | None) -> str:
    """Without a zone, as every date of a device has it."""
    return "" if at is None else at.strftime("%Y-%m-%dT%H:%M:%S")


def milliseconds(at: datetime | None) -> int | None:
    """Milliseconds since 1970."""
    return None if at is None else int((at - _EPOCH).total_seconds() * 1000)
