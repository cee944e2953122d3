"""Reading the Classic API's XML. Source: Jamf Classic API schema, 11.30.1.

XML and not the API's JSON rendering, which shows a container with one row as an object and with several as a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeVar

from lxml import etree
from pydantic import BaseModel, ConfigDict, ValidationError

from ueapi.contract.xml import read_xml
from ueapi.errors import Unintelligible
from ueapi.flow import Reply
from ueapi_jamf.wire.reading import misfit

Element = etree._Element

_COUNT: Final = "size"


class ClassicWire(BaseModel):
    """The base of shapes made from an element's children; what isn't named is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


M = TypeVar("M", bound=ClassicWire)


def root_of(reply: Reply, *names: str) -> Element:
    """The document's root, which has to have one of these names.

    Raises:
        Unintelligible: the reply is not such a document.
    """
    root = read_xml(reply.body)
    if root.tag not in names:
        raise Unintelligible(
            f"expected a document {names[0]!r} of the Classic API and got another one.",
            remedy="Check that the URL is the server itself and not a proxy; nothing was changed.",
        )
    return root


def entries(container: Element | Iterable[Element] | None) -> Iterator[Element]:
    """The rows in a container, without its count."""
    return iter(() if container is None else [c for c in container if c.tag != _COUNT])


def texts(element: Element | None) -> Mapping[str, str]:
    """The element's simple children by name; blank ones are left out."""
    if element is None:
        return {}
    return {str(c.tag): c.text for c in element if len(c) == 0 and c.text and c.text.strip()}


def shaped(shape: type[M], element: Element | None, reply: Reply, *, what: str) -> M:
    """Validate an element's simple children.

    Raises:
        Unintelligible: children are missing or of another kind; the message names them and shows no value.
    """
    try:
        return shape.model_validate(texts(element))
    except ValidationError as problem:
        raise misfit(problem, reply, what=what) from None


def ids(container: Element | Iterable[Element] | None) -> tuple[str, ...]:
    """The ids of a container's rows.

    Raises:
        Unintelligible: a row has no id.
    """
    return tuple(_id(row) for row in entries(container))


def _id(row: Element) -> str:
    found = (row.findtext("id") or "").strip()
    if not found:
        raise Unintelligible(
            f"a {row.tag!r} came without an id.",
            remedy="Report it to the plugin's author; nothing was changed.",
        )
    return found
