"""The words a plugin's own published code spells: field names and values that can't be anybody's secret."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from attrs import field, frozen

from ueapi.apple.rules import RuleKind
from ueapi.apple.rules.table import Rules as AppleRules

_NAME: Final = re.compile(r"@?[A-Za-z_$][A-Za-z0-9_$-]{0,63}", re.ASCII)
_VALUE: Final = re.compile(r"[A-Za-z][A-Za-z0-9 _./()-]{1,63}", re.ASCII)
VERSION_STEP: Final = re.compile(r"v?\d{1,2}(\.\d{1,2})?", re.ASCII)
"""A step of an address that says which version of an API is meant."""
_SIMULATOR: Final = "simulator"
_STRUCTURE: Final = (
    "id ids name names next previous results result items item data total count page size links href self value values"
    " key status error errors message code detail plist dict array string integer real true false date xml"
)


def plain_name(name: str) -> str:
    """A name in the form it is compared in: `per_page`, `perPage` and `per-page` are alike."""
    return "".join(c for c in name.casefold() if c.isalnum())


@frozen
class Vocabulary:
    """`names` are field names in comparable form, `values` are texts without regard to case."""

    names: frozenset[str] = field(repr=False)
    values: frozenset[str] = field(default=frozenset(), repr=False)

    def knows(self, name: str) -> bool:
        """Whether that is a field's name, and not somebody's."""
        return _NAME.fullmatch(name) is not None and plain_name(name) in self.names

    def says(self, value: str) -> bool:
        """Whether the plugin's code has that text as a value."""
        return value.casefold() in self.values

    def adding(self, names: Iterable[str]) -> Vocabulary:
        """With further field names."""
        return Vocabulary(self.names | frozenset(map(plain_name, names)), self.values)


def vocabulary_of(package: str) -> Vocabulary:
    """Read the words of an installed package; an unknown package has none but the usual.

    Names come from everywhere in it, values from all but its simulator, which has people's names too.
    """
    names, values = set(_usual()), set()
    for path in _sources(package):
        tree = ast.parse(path.read_text("utf-8"))
        spelled = set(_texts(tree))
        names |= {plain_name(n) for n in _identifiers(tree)}
        names |= {plain_name(part) for text in spelled for part in _parts(text)}
        if _SIMULATOR not in path.parts:
            values |= {text.casefold() for text in spelled if _VALUE.fullmatch(text)}
    return Vocabulary(frozenset(names), frozenset(values))


def _sources(package: str) -> Iterator[Path]:
    found = find_spec(package)
    for folder in (found.submodule_search_locations or ()) if found is not None else ():
        yield from sorted(Path(folder).rglob("*.py"))


def _identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
            case _:
                pass


def _texts(tree: ast.AST) -> Iterator[str]:
    """Texts that are values in the code; what documents it isn't."""
    documenting = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documenting
        ):
            yield node.value


def _parts(text: str) -> Iterator[str]:
    """Names in a text: the text itself, or the steps of a path."""
    steps = text.replace("?", "/").split("/") if text.startswith("/") else [text]
    yield from (step for step in steps if _NAME.fullmatch(step))


@cache
def _usual() -> frozenset[str]:
    """Names every answer has, and those of Apple's own settings."""
    apple = AppleRules.load()
    keys = (
        part
        for kind in (RuleKind.PAYLOAD, RuleKind.KEY)
        for known in apple.ids(kind)
        for part in re.split(r"[:.]", known)
    )
    return frozenset(map(plain_name, (*_STRUCTURE.split(), *keys)))
