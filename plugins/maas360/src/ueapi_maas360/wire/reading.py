"""Reading answers: XML and JSON become the same tree of records with text in the leaves.

The product thinks in XML and turns it into JSON by three habits, which are undone here: a repeated element that occurs
once comes as an object and not as an array, an empty element comes as `""`, and text that looks like a number comes as
a number. Numbers are kept as they are written, so that `17.10` and a number of 15 digits survive. What the product
itself dropped while converting is gone: if it writes the text `17.10` as `17.1`, or `0042` as `42`, the answer doesn't
show it. That is why every service that has both formats is asked for `XML`; an answer in JSON is read all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn, TypeAlias

from attrs import field, frozen
from lxml import etree

from ueapi.contract.xml import DEEPEST, read_xml
from ueapi.errors import Unintelligible
from ueapi.flow import Reply, not_json
from ueapi_maas360 import assumed

XML: Final = "application/xml"
"""The format to ask for: text stays text in it."""

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_NUMBER: Final = 32
_PLAIN_NUMBER: Final = 15
_TRUTHS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "yes", "1"), True),
    **dict.fromkeys(("false", "no", "0"), False),
}


@frozen(repr=False)
class Record:
    """One element with children, or one JSON object. A blank field reads as `None`, just as an absent one does.

    Each reader raises `Unintelligible` when a field is not what is asked for; the message names the field and shows no
    value. Fields nobody asks for are never looked at.
    """

    name: str
    nodes: Mapping[str, tuple[Node, ...]] = field(factory=dict)

    def __repr__(self) -> str:
        return f"<record {self.name}>"

    def __contains__(self, name: str) -> bool:
        """Whether the answer has the field at all, be it blank."""
        return name in self.nodes

    def text(self, name: str) -> str | None:
        """The text of a field as the product wrote it; `None` when absent or blank."""
        found = self.nodes.get(name)
        if not found:
            return None
        if len(found) == 1 and isinstance(found[0], str):
            return found[0]
        raise self.misfit(name, "one text")

    def needed(self, name: str) -> str:
        """The text of a field that must not be blank."""
        found = self.text(name)
        if found is None:
            raise self.misfit(name, "a text")
        return found

    def number(self, name: str) -> int | None:
        """A whole number; `4`, `4.0` and `4E0` are the same."""
        text = self.text(name)
        if text is None:
            return None
        number = _whole(text)
        if number is None:
            raise self.misfit(name, "a whole number")
        return number

    def truth(self, name: str) -> bool | None:
        """A boolean, which the product also writes as `Yes` and `No`."""
        text = self.text(name)
        if text is None:
            return None
        found = _TRUTHS.get(text.strip().lower())
        if found is None:
            raise self.misfit(name, "yes or no")
        return found

    def moment(self, name: str) -> datetime | None:
        """A time: milliseconds since 1970, or a date and time as text. A number of 0 or less means never."""
        text = self.text(name)
        if text is None:
            return None
        milliseconds = _whole(text)
        found = _written(text) if milliseconds is None else _counted(milliseconds)
        if found is None:
            raise self.misfit(name, "a time")
        return found if found > _NEVER else None

    def first_moment(self, *names: str) -> datetime | None:
        """The time in the first of these fields that has one; name the one in milliseconds first, it has no zone."""
        for name in names:
            if (found := self.moment(name)) is not None:
                return found
        return None

    def record(self, name: str) -> Record | None:
        """The record in a field; `None` when absent or empty."""
        found = self.records(name)
        if len(found) > 1:
            raise self.misfit(name, "one record")
        return found[0] if found else None

    def records(self, name: str) -> tuple[Record, ...]:
        """The rows of a list: none, the only one, or many."""
        found = self.nodes.get(name, ())
        rows = tuple([node for node in found if isinstance(node, Record)])
        if len(rows) < len(found):
            raise self.misfit(name, "records")
        return rows

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list: none, the only one, or many."""
        found = self.nodes.get(name, ())
        texts = tuple([node for node in found if isinstance(node, str)])
        if len(texts) < len(found):
            raise self.misfit(name, "texts")
        return texts

    def keyed(self, name: str) -> Mapping[str, str]:
        """The texts of a list of rows with `key` and `value`. The `type` beside them is wrong at times, and unused.

        Rows without a value are left out; of rows with the same key the first counts.
        """
        pairs = ((row.text("key"), row.text("value")) for row in reversed(self.records(name)))
        return {key: value for key, value in pairs if key is not None and value is not None}

    def kept(self, names: Iterable[str]) -> dict[str, str]:
        """The named texts that are there, for an object's `raw`; everything else is forgotten."""
        kept: dict[str, str] = {}
        for name in names:
            found = self.nodes.get(name)
            if not found:
                continue
            # As in `text`, whose call for each field of each row would take longer than all the rest here.
            if len(found) > 1 or not isinstance(found[0], str):
                raise self.misfit(name, "one text")
            kept[name] = found[0]
        return kept

    def plain(self) -> dict[str, object]:
        """The whole tree as dictionaries and texts; a list only where there is more than one."""
        return {name: _plain(found) for name, found in self.nodes.items() if found}

    def misfit(self, name: str, wanted: str) -> Unintelligible:
        """The error for a field that is not what is asked for; the value stays out of it."""
        return Unintelligible(
            f"the field {name!r} of {self.name!r} is not {wanted}.",
            remedy="The product's API may have changed; report it to the plugin's author."
            " Nothing was guessed from the answer.",
        )


Node: TypeAlias = str | Record


def read(reply: Reply, root: str, *, of: str) -> Record:
    """The record under the answer's root, such as `devices`. A root without content is an empty record.

    Raises:
        Unintelligible: the answer is neither XML nor JSON, or has another root.
    """
    found = document(reply).record(root)
    if found is None:
        raise Unintelligible(
            f"the answer about {of} is not a document {root!r}.",
            remedy="Check that the URL is the root of the account's instance, and not a proxy or a portal page;"
            " nothing was guessed from the answer.",
        )
    return found


def document(reply: Reply) -> Record:
    """The whole answer as a record without name, its root as the only field.

    Raises:
        Unintelligible: the answer is neither XML nor JSON, or nests too deeply.
    """
    if reply.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _from_xml(reply)
    return _from_json(reply)


# -- XML ---------------------------------------------------------------------------------------------


def _from_xml(reply: Reply) -> Record:
    element = read_xml(reply.body)
    name = _tag(element)
    node = _of_element(element, name)
    return Record("", {name: (node if node is not None else Record(name),)})


def _of_element(element: etree._Element, name: str) -> Node | None:
    if not len(element):
        return _filled(element.text)
    nodes: dict[str, tuple[Node, ...]] = {}
    for child in element:
        tag = _local(str(child.tag))
        node = _of_element(child, tag) if len(child) else _filled(child.text)
        if tag not in nodes:
            nodes[tag] = () if node is None else (node,)
        elif node is not None:
            nodes[tag] = (*nodes[tag], node)
    return Record(name, nodes)


def _tag(element: etree._Element) -> str:
    return _local(str(element.tag))


def _local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2] if "}" in tag else tag


# -- JSON --------------------------------------------------------------------------------------------


@frozen
class _Object:
    """A JSON object with its pairs; a name that comes twice is a list, as it would be in XML."""

    pairs: tuple[tuple[str, object], ...]


def _from_json(reply: Reply) -> Record:
    try:
        found = json.loads(
            reply.body,
            parse_int=str,
            parse_float=str,
            parse_constant=_no_number,
            object_pairs_hook=lambda pairs: _Object(tuple(pairs)),
        )
    except (ValueError, RecursionError):
        raise not_json(reply) from None
    if not isinstance(found, _Object):
        raise not_json(reply)
    return _top(found)


def _top(found: _Object) -> Record:
    top = _record(found, "", 0)
    if len(found.pairs) == 1 and not any(top.nodes.values()):
        # The root of an empty list is "", as any empty element; it still says which document this is.
        name = found.pairs[0][0]
        return Record("", {name: (Record(name),)})
    return top


def _record(found: _Object, name: str, depth: int) -> Record:
    nodes: dict[str, tuple[Node, ...]] = {}
    for key, content in found.pairs:
        nodes[key] = (*nodes.get(key, ()), *_of_json(content, key, depth + 1))
    return Record(name, nodes)


def _of_json(content: object, name: str, depth: int) -> Iterator[Node]:
    if depth > DEEPEST:
        raise Unintelligible(
            f"a JSON document nests deeper than {DEEPEST} levels.",
            remedy="Check that the URL is the product's API and not a proxy; nothing was changed.",
        )
    match content:
        case bool():
            yield "true" if content else "false"
        case str():
            # Numbers arrive here too, as they were written.
            if (text := _filled(content)) is not None:
                yield text
        case _Object(pairs) if pairs:
            yield _record(content, name, depth)
        case list():
            for row in content:
                yield from _of_json(row, name, depth + 1)
        case _:
            return


def _no_number(_: str) -> NoReturn:
    raise ValueError("no number")


# -- leaves ------------------------------------------------------------------------------------------


def _filled(text: str | None) -> str | None:
    return text if text and not text.isspace() else None


def _whole(text: str) -> int | None:
    if len(text) <= _PLAIN_NUMBER and text.isascii() and text.isdecimal():
        return int(text)
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    # The exponent is looked at first, since a short text can name a number too large to write out.
    if not number.is_finite() or number.adjusted() > _LONGEST_NUMBER:
        return None
    return int(number) if number == number.to_integral_value() else None


def _counted(milliseconds: int) -> datetime | None:
    try:
        return _NEVER + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _written(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=assumed.TIMES_ARE_IN)).astimezone(UTC)


def _plain(found: tuple[Node, ...]) -> object:
    values = [node if isinstance(node, str) else node.plain() for node in found]
    return values[0] if len(values) == 1 else values
