"""Bodies taken apart to their last leaf, and put together again: JSON, XML, and property lists inside of either."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from attrs import evolve, frozen
from lxml import etree

from ueapi.apple import plist
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.contract.xml import read_xml
from ueapi.errors import InvalidModel, Unintelligible
from ueapi.testing.recording.rules import Scalar

DEEPEST: Final = 64
_NESTED: Final = 3
"""How many documents may lie inside of each other."""
_DATA: Final = "base64"

Path = tuple[str | int, ...]


@frozen(kw_only=True)
class Place:
    """Where a leaf is: the field's name, the way there, and whether it is a setting in a profile."""

    name: str = ""
    path: Path = ()
    in_plist: bool = False
    documents: int = 0

    def at(self, step: str | int) -> Place:
        """One step further; rows of a list go by the list's name."""
        name = step if isinstance(step, str) else self.name
        return evolve(self, name=name, path=(*self.path, step))


class Judge(Protocol):
    """Decides about each leaf and each field name."""

    def leaf(self, place: Place, value: Scalar) -> Scalar:
        """What stands there afterwards."""
        ...

    def field(self, place: Place, name: str) -> str:
        """What the field is called afterwards."""
        ...


def rewritten(value: object, judge: Judge, place: Place) -> object:
    """A JSON value with every leaf and field judged.

    Raises:
        Unintelligible: it nests deeper than any answer does.
    """
    if len(place.path) > DEEPEST:
        raise Unintelligible(
            "an answer nests too deep to be recorded.", remedy="Nothing was recorded."
        )
    if isinstance(value, Mapping):
        return {
            judge.field(place, str(name)): rewritten(child, judge, place.at(str(name)))
            for name, child in value.items()
        }
    if isinstance(value, list | tuple):
        return [rewritten(child, judge, place.at(n)) for n, child in enumerate(value)]
    if isinstance(value, str):
        return rewritten_text(value, judge, place)
    if value is None or isinstance(value, bool | int | float):
        return judge.leaf(place, value)
    raise TypeError(f"no JSON value: {type(value).__name__}")


def rewritten_text(text: str, judge: Judge, place: Place) -> str:
    """A text judged as a whole, or leaf by leaf when it is a document of its own."""
    inner = evolve(place, documents=place.documents + 1)
    stripped = text.strip()
    if place.documents < _NESTED and len(stripped) > 1:
        if stripped[0] == "<" and stripped[-1] == ">":
            return _rewritten_markup(stripped, judge, inner)
        if stripped[0] in "{[" and stripped[-1] in "}]":
            return _rewritten_json(stripped, judge, inner)
    found = judge.leaf(place, text)
    return found if isinstance(found, str) else str(found)


def _rewritten_json(text: str, judge: Judge, place: Place) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return str(judge.leaf(place, text))
    return json.dumps(rewritten(value, judge, place), ensure_ascii=False)


def _rewritten_markup(text: str, judge: Judge, place: Place) -> str:
    body = text.encode()
    try:
        return plist.write_canonical(rewritten_plist(plist.read(body), judge, place)).decode()
    except InvalidModel:
        pass
    try:
        root = read_xml(body)
    except Unintelligible:
        return str(judge.leaf(place, text))
    return written_xml(rewritten_xml(root, judge, place))


# -- XML -------------------------------------------------------------------------------------------


def rewritten_xml(root: etree._Element, judge: Judge, place: Place) -> etree._Element:
    """A new element with every text, attribute and name judged; blank text between elements stays.

    Raises:
        Unintelligible: names are in a namespace, which is not recorded.
    """
    tag = _plain(root.tag)
    at = place.at(tag)
    made = etree.Element(judge.field(place, tag))
    for name, value in root.attrib.items():
        plain = _plain(name)
        made.set(judge.field(at, plain), rewritten_text(str(value), judge, at.at(plain)))
    made.text = _judged_text(root.text, judge, at)
    for number, child in enumerate(root):
        copy = rewritten_xml(
            child, judge, at if len(root) == 1 else evolve(at, path=(*at.path, number))
        )
        copy.tail = _judged_text(child.tail, judge, at)
        made.append(copy)
    return made


def written_xml(root: etree._Element) -> str:
    """The document as text, with its declaration."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8").decode()


def _judged_text(text: str | None, judge: Judge, place: Place) -> str | None:
    if text is None or not text.strip():
        return text
    return rewritten_text(text, judge, place)


def _plain(tag: object) -> str:
    if not isinstance(tag, str) or tag.startswith("{"):
        raise Unintelligible(
            "an XML answer has names in a namespace.",
            remedy="That can't be recorded; nothing was written.",
        )
    return tag


# -- property lists --------------------------------------------------------------------------------


def rewritten_plist(value: Mapping[str, PlistValue], judge: Judge, place: Place) -> PlistDict:
    """A property list with every setting judged; data becomes the data of its replacement."""
    here = evolve(place, in_plist=True)
    return {
        judge.field(here, key): _setting(child, judge, here.at(key)) for key, child in value.items()
    }


def _setting(value: PlistValue, judge: Judge, place: Place) -> PlistValue:
    if isinstance(value, Mapping):
        return rewritten_plist(value, judge, place)
    if isinstance(value, bytes):
        # Data can hold anything, so its text form is what is judged and looked for.
        return str(judge.leaf(place.at(_DATA), value.hex())).encode()
    if isinstance(value, datetime):
        return datetime.fromisoformat(str(judge.leaf(place, f"{value:%Y-%m-%dT%H:%M:%S}")))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_setting(child, judge, place.at(n)) for n, child in enumerate(value)]
    if isinstance(value, str):
        return rewritten_text(value, judge, place)
    judged = judge.leaf(place, value)
    return value if judged is None else judged
