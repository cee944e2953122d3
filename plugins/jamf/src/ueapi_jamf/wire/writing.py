"""Writing documents for the Classic API, which takes XML only. Source: Jamf Classic API schema, 11.30.1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from attrs import field, frozen
from lxml import etree

from ueapi.errors import InvalidModel
from ueapi.flow import Reply
from ueapi_jamf.wire.classic import Element, ids, root_of

Fields: TypeAlias = "Mapping[str, str | bool | Fields | Rows]"


@frozen
class Rows:
    """A container's rows: elements of one name, each with its id."""

    tag: str
    ids: tuple[str, ...] = field(repr=False)
    key: str = "id"


def document(root: str, fields: Fields, *, beside: Iterable[Element] = ()) -> bytes:
    """A document of these fields, with whole elements `beside` them.

    Raises:
        InvalidModel: a text holds a character that XML has no place for.
    """
    element = etree.Element(root)
    try:
        _fill(element, fields)
    except ValueError:
        raise InvalidModel(
            f"a text for a {root!r} holds a control character.",
            remedy="Remove it from the name or the content; nothing was changed.",
        ) from None
    for whole in beside:
        element.append(whole)
    return etree.tostring(element, encoding="utf-8", xml_declaration=True)


def new_id(reply: Reply, *roots: str) -> str:
    """The id in the answer to a write. Source: Jamf Classic API, 201 with the id alone.

    Raises:
        Unintelligible: the answer is not the server's own; whether anything was changed is seen by reading.
    """
    root = root_of(reply, *roots)
    return ids([root])[0]


def _fill(element: Element, fields: Fields) -> None:
    for name, value in fields.items():
        child = etree.SubElement(element, name)
        match value:
            case bool():
                child.text = "true" if value else "false"
            case str():
                child.text = value
            case Rows():
                for number in value.ids:
                    row = etree.SubElement(child, value.tag)
                    etree.SubElement(row, value.key).text = number
            case _:
                _fill(child, value)
