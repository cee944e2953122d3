"""The rows in an answer, whether it is JSON or XML."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import Any, Final, Protocol

from attrs import define
from lxml import etree

from ueapi.contract.xml import read_xml
from ueapi.errors import UeapiError
from ueapi.rehearsal.faults.recording import Recorded

NEW_FIELD: Final = "undocumentedField"
NEW_VALUE: Final = "SOMETHING_NEW"
_NAMES_A_ROW: Final = frozenset({"id", "uuid", "udid", "href", "url"})
_TOTALS: Final = frozenset({"totalcount", "count", "total", "size", "totalelements"})


class Table(Protocol):
    """Rows that can be tampered with."""

    def __len__(self) -> int:
        """Number of rows."""
        ...

    def add_field(self) -> None:
        """Give each row a field nobody knows."""
        ...

    def drop_field(self, rng: random.Random) -> None:
        """Take a field from one row, but not its name."""
        ...

    def change_value(self, rng: random.Random, names: frozenset[str]) -> bool:
        """Give a field of these names a new value in one row; false where no row has one."""
        ...

    def repeat_last_of(self, before: Table) -> None:
        """Begin with the last row of another page."""
        ...

    def lose_first(self) -> None:
        """Lose the first row, and count one less."""
        ...

    def written(self) -> bytes:
        """The answer's body."""
        ...


def table_of(answer: Recorded) -> Table | None:
    """The rows of an answer; `None` where it has none."""
    if answer.media_type.endswith("json"):
        return JsonTable.of(answer.body)
    if answer.media_type.endswith("xml"):
        return XmlTable.of(answer.body)
    return None


@define
class JsonTable:
    """Rows in a JSON document: the longest array of objects that is not deep inside."""

    document: Any
    rows: list[dict[str, Any]]

    @classmethod
    def of(cls, body: bytes) -> JsonTable | None:
        """Find the rows."""
        try:
            document = json.loads(body)
        except ValueError:
            return None
        found = max(_arrays(document, 2), key=len, default=None)
        return cls(document, found) if found is not None else None

    def __len__(self) -> int:
        return len(self.rows)

    def add_field(self) -> None:
        """Give each row a field nobody knows."""
        for row in self.rows:
            row[NEW_FIELD] = {"nested": [1, None]}

    def drop_field(self, rng: random.Random) -> None:
        """Take a field from one row, but not its name."""
        row = rng.choice(self.rows)
        fields = sorted(k for k in row if k.casefold() not in _NAMES_A_ROW)
        if fields:
            del row[rng.choice(fields)]

    def change_value(self, rng: random.Random, names: frozenset[str]) -> bool:
        """Give a field of these names a new value in one row."""
        holders = [(d, k) for row in self.rows for d in _objects(row) for k in d if k in names]
        if not holders:
            return False
        holder, key = rng.choice(holders)
        holder[key] = NEW_VALUE
        return True

    def repeat_last_of(self, before: Table) -> None:
        """Begin with the last row of another page."""
        if isinstance(before, JsonTable):
            self.rows.insert(0, deepcopy(before.rows[-1]))

    def lose_first(self) -> None:
        """Lose the first row, and count one less."""
        self.rows.pop(0)
        if isinstance(self.document, dict):
            for key, value in self.document.items():
                if key.casefold() in _TOTALS and isinstance(value, int):
                    self.document[key] = value - 1

    def written(self) -> bytes:
        """The answer's body."""
        return json.dumps(self.document).encode()


def _arrays(value: object, depth: int) -> list[list[dict[str, Any]]]:
    if isinstance(value, list):
        return [value] if value and all(isinstance(row, dict) for row in value) else []
    if isinstance(value, dict) and depth:
        return [found for child in value.values() for found in _arrays(child, depth - 1)]
    return []


def _objects(value: object) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for child in value.values() for found in _objects(child))]
    if isinstance(value, list):
        return [found for child in value for found in _objects(child)]
    return []


@define
class XmlTable:
    """Rows in an XML document: the most frequent child of the element that has most children of one name."""

    root: etree._Element
    owner: etree._Element
    tag: str

    @classmethod
    def of(cls, body: bytes) -> XmlTable | None:
        """Find the rows."""
        try:
            root = read_xml(body)
        except UeapiError:
            return None
        best: tuple[int, etree._Element, str] | None = None
        for element in root.iter():
            tags = [str(child.tag) for child in element if len(child)]
            for tag in dict.fromkeys(tags):
                if best is None or tags.count(tag) > best[0]:
                    best = (tags.count(tag), element, tag)
        return cls(root, best[1], best[2]) if best else None

    @property
    def rows(self) -> list[etree._Element]:
        """The rows."""
        return [child for child in self.owner if child.tag == self.tag]

    def __len__(self) -> int:
        return len(self.rows)

    def add_field(self) -> None:
        """Give each row a field nobody knows."""
        for row in self.rows:
            etree.SubElement(row, NEW_FIELD).text = "1"

    def drop_field(self, rng: random.Random) -> None:
        """Take a field from one row, but not its name."""
        row = rng.choice(self.rows)
        fields = [child for child in row if str(child.tag).casefold() not in _NAMES_A_ROW]
        if fields:
            row.remove(rng.choice(fields))

    def change_value(self, rng: random.Random, names: frozenset[str]) -> bool:
        """Give a field of these names a new value in one row."""
        holders = [e for row in self.rows for e in row.iter() if e.tag in names]
        if not holders:
            return False
        rng.choice(holders).text = NEW_VALUE
        return True

    def repeat_last_of(self, before: Table) -> None:
        """Begin with the last row of another page."""
        if isinstance(before, XmlTable):
            self.rows[0].addprevious(deepcopy(before.rows[-1]))

    def lose_first(self) -> None:
        """Lose the first row, and count one less."""
        self.owner.remove(self.rows[0])
        for element in self.root.iter():
            if str(element.tag).casefold() in _TOTALS and (element.text or "").isdigit():
                element.text = str(int(element.text or "0") - 1)

    def written(self) -> bytes:
        """The answer's body."""
        return etree.tostring(self.root, encoding="utf-8", xml_declaration=True)
