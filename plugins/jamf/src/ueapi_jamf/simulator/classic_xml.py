"""How the Classic API writes and reads: XML unless JSON is asked for, and JSON with its oddities.

Source: Classic API as public clients observe it. A listing in JSON loses its wrapper and its count. A container
inside an object becomes an object with `size` and one key, whose value is an object for one row and an array for
several. Guess: an empty container is an empty array in JSON; which containers keep their count in JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from attrs import frozen
from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from ueapi_jamf.simulator.answers import answer_json, refuse_classic

Element: TypeAlias = etree._Element
Value: TypeAlias = "str | int | bool | Many | Mapping[str, Value] | None"


@frozen
class Many:
    """A container of rows, each an element of that name; `is_counted` puts a `size` before them."""

    tag: str
    rows: Sequence[Mapping[str, Value]]
    is_counted: bool = True


def wants_json(request: Request) -> bool:
    """Whether JSON is asked for. Guess: it has to be named before XML."""
    accept = request.headers.get("accept", "")
    json, xml = accept.find("application/json"), accept.find("xml")
    return json >= 0 and (xml < 0 or json < xml)


def listing(request: Request, root: str, tag: str, rows: Sequence[Mapping[str, Value]]) -> Response:
    """A whole list; the Classic API has no pages."""
    if wants_json(request):
        return answer_json({root: [_json(row) for row in rows]})
    return _xml(request, root, Many(tag, rows))


def single(request: Request, root: str, value: Mapping[str, Value]) -> Response:
    """One object."""
    if wants_json(request):
        return answer_json({root: _json(value)})
    return _xml(request, root, value)


def written(root: str, number: int, *, status: int = 201) -> Response:
    """The answer to a write: the id alone, in XML whatever was asked. Guess: the content type."""
    return Response(_bytes(root, {"id": number}), status, media_type="text/xml")


async def document(request: Request, root: str) -> Element:
    """The XML a request carries.

    Raises:
        Refused: another content type, or not that document. Guess: 415 and 400.
    """
    if "xml" not in request.headers.get("content-type", ""):
        refuse_classic(415, "The server is refusing to service the request")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        found = etree.fromstring(await request.body(), parser)
    except (etree.XMLSyntaxError, ValueError):
        refuse_classic(400, "The request could not be understood by the server")
    if found.tag != root:
        refuse_classic(400, "The request could not be understood by the server")
    return found


def text_of(element: Element, path: str) -> str | None:
    """The text at a path, without blanks around it; `None` when the element isn't there."""
    found = element.find(path)
    return None if found is None else (found.text or "").strip()


def number_of(element: Element, path: str) -> int | None:
    """The number at a path; anything else is refused. Guess: with 409."""
    text = text_of(element, path)
    if not text:
        return None
    if not text.removeprefix("-").isdecimal():
        refuse_classic(409, f"Error: Unable to parse {path}")
    return int(text)


def is_true(element: Element, path: str) -> bool:
    """Whether the text at a path is `true`. Source: anything else is taken as false without a word."""
    return (text_of(element, path) or "").casefold() == "true"


def _xml(request: Request, root: str, value: Value) -> Response:
    """Guess: the content type follows `application/xml` in Accept, and is `text/xml` otherwise."""
    asked = "application/xml" in request.headers.get("accept", "")
    return Response(
        _bytes(root, value), media_type="application/xml" if asked else "text/xml;charset=UTF-8"
    )


def _bytes(root: str, value: Value) -> bytes:
    element = etree.Element(root)
    _fill(element, value)
    return etree.tostring(element, encoding="UTF-8", xml_declaration=True)


def _fill(element: Element, value: Value) -> None:
    if isinstance(value, Many):
        if value.is_counted:
            etree.SubElement(element, "size").text = str(len(value.rows))
        for row in value.rows:
            _fill(etree.SubElement(element, value.tag), row)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            _fill(etree.SubElement(element, name), inner)
    elif value is not None and value != "":
        element.text = _text(value)


def _text(value: str | int | bool) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _json(value: Value) -> object:
    if isinstance(value, Many):
        rows = [_json(row) for row in value.rows]
        if not rows:
            return []
        inner = {value.tag: rows[0] if len(rows) == 1 else rows}
        return {"size": len(rows), **inner} if value.is_counted else inner
    if isinstance(value, Mapping):
        return {name: _json(inner) for name, inner in value.items()}
    return "" if value is None else value
