"""Documents as the product writes them: one state, rendered as XML and as the JSON it makes of that XML."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from ueapi.flow import Reply

Content: TypeAlias = "str | Mapping[str, Content] | Sequence[Content]"
Coercion = Callable[[str], object]


class Literal(float):
    """A number whose text stays as it was when it is written as JSON."""

    text: str

    def __new__(cls, text: str) -> Literal:
        made = super().__new__(cls, text)
        made.text = text
        return made

    def __repr__(self) -> str:
        return self.text


def kept_literally(text: str) -> object:
    """Any text with the grammar of a JSON number becomes that number, digit for digit."""
    if text in ("true", "false"):
        return text == "true"
    try:
        json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda _: 1 / 0)
    except (ValueError, ZeroDivisionError):
        return text
    # The first word excludes quoted texts, arrays and null, which are JSON but no numbers.
    return Literal(text) if text.strip() == text and text[:1] in "-0123456789" else text


def kept_if_same(text: str) -> object:
    """A text becomes a number only when the number would be written the same way."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if math.isfinite(number) and str(number) == text:
            return number
    return text


def kept_roughly(text: str) -> object:
    """Whatever can be read as a number becomes one, and loses its form."""
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if math.isfinite(number):
            return number
    return {"true": True, "false": False}.get(text, text)


def as_xml(root: str, content: Content) -> Reply:
    """The XML form: elements only."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{_elements(root, content)}'
    return Reply(200, {"content-type": "application/xml;charset=UTF-8"}, body.encode())


def as_json(root: str, content: Content, coercion: Coercion = kept_literally) -> Reply:
    """The JSON the product makes: a lone row is an object, no row is no key, blank is an empty text."""
    body = _dumped({root: _converted(content, coercion)})
    return Reply(200, {"content-type": "application/json"}, body.encode())


def _elements(name: str, content: Content) -> str:
    if isinstance(content, str):
        return f"<{name}>{escape(content)}</{name}>"
    if isinstance(content, Mapping):
        inner = "".join(_elements(k, v) for k, v in content.items())
        return f"<{name}>{inner}</{name}>"
    return "".join(_elements(name, row) for row in content)


def _converted(content: Content, coercion: Coercion) -> object:
    if isinstance(content, str):
        return coercion(content) if content else ""
    if isinstance(content, Mapping):
        inner = {k: _converted(v, coercion) for k, v in content.items() if v != []}
        return inner or ""
    rows = [_converted(row, coercion) for row in content]
    return rows[0] if len(rows) == 1 else rows


def _dumped(value: object) -> str:
    # The standard writer formats subclasses of float its own way, so numbers are put in afterwards.
    if isinstance(value, Literal):
        return value.text
    if isinstance(value, Mapping):
        inner = ",".join(f"{json.dumps(k)}:{_dumped(v)}" for k, v in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_dumped, value))}]"
    return json.dumps(value)


NASTY = st.sampled_from(
    [
        *(
            "17.10",
            "17.1",
            "1.0",
            "0042",
            "007",
            "00",
            "0",
            "-0",
            "-1",
            "0.10",
            "26.0.1",
            ".5",
            "5.",
        ),
        *(
            "350000000000042",
            "89490200001234567890",
            "1e5",
            "1E400",
            "-1e-400",
            "+4915550100",
            "0x1F",
        ),
        *(
            "NaN",
            "Infinity",
            "null",
            "true",
            "false",
            "True",
            "yes",
            "No",
            "",
            " ",
            "\n",
            "[]",
            "{}",
            '"',
        ),
        *(
            "1772000000000",
            "2026-03-02T08:15:00",
            "Ada's <iPhone> & co",
            "Zoë Öhlund",
            "]]>",
            "\uff11\uff12",
        ),
    ]
)

TEXTS = NASTY | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.just("\t"), max_size=12
)

NAMES = st.sampled_from(
    ["device", "deviceName", "osVersion", "imeiEsn", "count", "group", "key", "value", "x-y"]
)

CONTENTS: st.SearchStrategy[Content] = st.recursive(
    st.dictionaries(NAMES, TEXTS, max_size=4),
    lambda inner: st.dictionaries(
        NAMES, TEXTS | inner | st.lists(inner | TEXTS, max_size=3), max_size=4
    ),
    max_leaves=12,
)
