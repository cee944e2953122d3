"""One tree of elements for every answer, and its two spellings: XML, and the JSON made from that XML.

The services think in XML, and their JSON follows from it: an element that occurs once is an object and a repeated one
an array, text that looks like a number is a number, and an empty element is `""`. Source: sample answers and readers in
published clients. Guess: text with a leading zero, a sign other than "-", an exponent, or more digits than a 64-bit
number holds is no number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final, TypeAlias
from xml.sax.saxutils import escape

from attrs import field, frozen

Value: TypeAlias = "str | int | float | bool | Mapping[str, Value] | list[Value] | Element | None"
"""What an element is made from: a list makes the element several times, and `None` makes it empty.

An element made before stands for itself.
"""

Json: TypeAlias = "str | int | float | bool | dict[str, Json] | list[Json]"

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?")
_NOT_XML: Final = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


@frozen
class Element:
    """An element with text, a truth value, or other elements."""

    name: str
    content: str | bool | tuple[Element, ...] = ""


@frozen
class Written(Element):
    """An element with its XML beside it, for what is shown over and over."""

    xml: str = field(default="", repr=False)


def written(name: str, value: Value) -> Written:
    """Make an element, and write it at once; it raises as `element` does."""
    made = element(name, value)
    return Written(made.name, made.content, _tagged(made))


def element(name: str, value: Value) -> Element:
    """Make an element, and the ones inside it.

    Raises:
        TypeError: a list was given where only one element can be.
    """
    match value:
        case None:
            return Element(name)
        case bool() | str():
            return Element(name, value)
        case int() | float():
            return Element(name, str(value))
        case Element():
            return value
        case Mapping():
            return Element(name, tuple(_children(value)))
        case _:
            raise TypeError(f"{name} is given several times where it has to be one element")


def _children(fields: Mapping[str, Value]) -> list[Element]:
    made: list[Element] = []
    for name, value in fields.items():
        if isinstance(value, list):
            made += [element(name, one) for one in value]
        else:
            made.append(element(name, value))
    return made


def to_xml(root: Element) -> bytes:
    """The document in XML. There are no attributes. Source: no published sample has any."""
    return (_DECLARATION + _tagged(root)).encode()


def _tagged(one: Element) -> str:
    if isinstance(one, Written):
        return one.xml
    match one.content:
        case bool():
            inner = "true" if one.content else "false"
        case str():
            inner = escape(_NOT_XML.sub("", one.content))
        case _:
            inner = "".join(map(_tagged, one.content))
    return f"<{one.name}>{inner}</{one.name}>"


def to_json(root: Element) -> bytes:
    """The document in JSON; the root is its only key."""
    document = {root.name: _value(root.content)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _value(content: str | bool | tuple[Element, ...]) -> Json:
    if isinstance(content, bool):
        return content
    if isinstance(content, str):
        return _scalar(content)
    return _object(content) if content else ""


def _object(children: tuple[Element, ...]) -> dict[str, Json]:
    found: dict[str, list[Json]] = {}
    for child in children:
        found.setdefault(child.name, []).append(_value(child.content))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _scalar(text: str) -> str | int | float:
    number = _NUMBER.fullmatch(text)
    if number is None:
        return _NOT_XML.sub("", text)
    return int(text) if number[1] is None else float(text)
