"""On which line of an XML profile a payload or a key stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias
from xml.parsers import expat

from attrs import define, field

Place: TypeAlias = tuple[int | None, str]
"""Position of the payload from 0 (`None` for the profile itself), and key path as in findings (`A`, `A.B`, `A[].B`)."""

_PAYLOADS: Final = "PayloadContent"


def lines_of(content: bytes) -> Mapping[Place, int]:
    """The first line of each payload and key, counted from 1; a payload itself has the empty path.

    Args:
        content: XML that was already read as a profile, so it is bounded and well-formed.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    reader.parser = parser
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.Parse(content, True)
    return reader.lines


@define
class _Container:
    """An open dictionary or array: the payload it belongs to, its path, and the key whose value comes next."""

    payload: int | None
    path: str
    is_array: bool
    key: str = ""
    count: int = 0

    @property
    def is_payload_list(self) -> bool:
        return self.is_array and self.payload is None and self.path == _PAYLOADS

    def place(self) -> Place:
        """Where the next value stands."""
        if self.is_payload_list:
            return self.count, ""
        if self.is_array:
            return self.payload, f"{self.path}[]"
        return self.payload, f"{self.path}.{self.key}" if self.path else self.key


@define
class _Reader:
    lines: dict[Place, int] = field(factory=dict)
    parser: expat.XMLParserType = field(factory=expat.ParserCreate)
    _open: list[_Container] = field(factory=list)
    _text: list[str] = field(factory=list)
    _in_key: bool = False

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "key":
            self._in_key = True
            self._text.clear()
        elif name in {"dict", "array"}:
            payload, path = self._open[-1].place() if self._open else (None, "")
            if not path and payload is not None:
                self._note((payload, path))
            self._open.append(_Container(payload, path, is_array=name == "array"))

    def characters(self, text: str) -> None:
        if self._in_key:
            self._text.append(text)

    def end(self, name: str) -> None:
        if name == "key" and self._open:
            self._in_key = False
            self._open[-1].key = "".join(self._text)
            self._note(self._open[-1].place())
            return
        if name in {"dict", "array"}:
            self._open.pop()
        if self._open and name != "key":
            self._open[-1].count += 1

    def _note(self, place: Place) -> None:
        self.lines.setdefault(place, self.parser.CurrentLineNumber)
