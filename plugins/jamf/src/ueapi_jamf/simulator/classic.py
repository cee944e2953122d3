"""Documents of the Classic API: XML in, XML or JSON out.

Source: Classic API, as published and as observed by public clients: XML unless the client accepts JSON; counts
stand in XML only; in JSON a list is a list, except for nested containers that become an object with a size and the
one row or the rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NoReturn

from attrs import frozen
from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from ueapi_jamf.simulator.answers import answer_json, refuse_classic

Element = etree._Element
Fields = Mapping[str, object]

_NOT_XML: Final = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LARGEST: Final = 16 * 1024 * 1024


@frozen
class Rows:
    """A container of rows of one kind. `is_sized` is the JSON rendering as an object with a size."""

    tag: str
    items: tuple[object, ...] = ()
    is_sized: bool = False


def respond(request: Request, root: str, value: Fields | Rows) -> Response:
    """The document in the form the client accepts."""
    accept = request.headers.get("accept", "")
    if "json" in accept and "xml" not in accept.split("json")[0]:
        return answer_json({root: as_json(value)})
    kind = "application/xml" if "application/xml" in accept else "text/xml"
    return _xml(root, value, 200, kind)


def made(root: str, row_id: int) -> Response:
    """The answer to creating and changing: only the id. Source: Classic API, 201 for both."""
    return _xml(root, {"id": row_id}, 201, "text/xml")


def deleted(root: str, row_id: int) -> Response:
    """The answer to deleting. Guess: only the id."""
    return _xml(root, {"id": row_id}, 200, "text/xml")


def _xml(root: str, value: Fields | Rows, status: int, kind: str) -> Response:
    element = etree.Element(root)
    _fill(element, value)
    body = etree.tostring(element, encoding="UTF-8", xml_declaration=True)
    return Response(body, status_code=status, headers={"content-type": f"{kind};charset=UTF-8"})


def _fill(element: Element, value: object) -> None:
    match value:
        case Rows():
            etree.SubElement(element, "size").text = str(len(value.items))
            for item in value.items:
                _fill(etree.SubElement(element, value.tag), item)
        case Mapping():
            for name, inner in value.items():
                _fill(etree.SubElement(element, name), inner)
        case bool():
            element.text = "true" if value else "false"
        case None | "":
            return
        case _:
            element.text = _NOT_XML.sub("", str(value))


def as_json(value: object) -> object:
    """The same document for JSON."""
    if isinstance(value, Rows):
        items = [as_json(item) for item in value.items]
        if value.is_sized:
            return {"size": len(items), value.tag: items[0] if len(items) == 1 else items}
        return items
    if isinstance(value, Mapping):
        return {name: as_json(inner) for name, inner in value.items()}
    return "" if value is None else value


async def document(request: Request, root: str) -> Element:
    """The request's XML document. JSON isn't taken. Guess: the statuses."""
    if "xml" not in request.headers.get("content-type", ""):
        refuse_classic(415, "The server is refusing to service the request")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    body = await request.body()
    if len(body) > _LARGEST:
        refuse_classic(400, "The request is too large")
    try:
        element = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        refuse_classic(400, "The request could not be understood")
    if element.tag != root or element.getroottree().docinfo.internalDTD is not None:
        refuse_classic(400, "The request could not be understood")
    return element


def text(element: Element | None, path: str) -> str | None:
    """The text at a path: `None` when the element is absent, which keeps what is stored."""
    found = None if element is None else element.find(path)
    return None if found is None else (found.text or "").strip()


def truth(element: Element | None, path: str) -> bool | None:
    """The truth at a path; anything but true is false. `None` when absent."""
    found = text(element, path)
    return None if found is None else found.casefold() == "true"


def number(element: Element | None, path: str) -> int | None:
    """The number at a path; `None` when it is absent or no number."""
    found = text(element, path)
    return int(found) if found and re.fullmatch(r"-?\d+", found) else None


def id_in_path(request: Request) -> int:
    """The id in the path; 0 when it is no number."""
    found: str = request.path_params["id"]
    return int(found) if found.isdecimal() else 0


def no_such() -> NoReturn:
    """End the request: there is no such object."""
    refuse_classic(404, "The server has not found anything matching the request URI")
