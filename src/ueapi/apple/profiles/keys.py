"""Keys of a payload as paths, the way Apple's schema names them, and taking some out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ueapi.apple.plist import PlistDict, PlistValue

_ANY: Final = "ANY"
"""How the schema names a key that can have any name."""


def paths_of(
    content: Mapping[str, PlistValue], above: str = ""
) -> Iterator[tuple[str, PlistValue]]:
    """Every key with its value, the outer first: `A`, `A.B`; below an array `A[].B`."""
    for key, value in content.items():
        path = f"{above}.{key}" if above else key
        yield path, value
        yield from _paths_below(value, path)


def _paths_below(value: PlistValue, path: str) -> Iterator[tuple[str, PlistValue]]:
    if isinstance(value, Mapping):
        yield from paths_of(value, path)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for child in value:
            yield from _paths_below(child, f"{path}[]")


def wildcard(path: str) -> str:
    """The path with its last key left open, as the schema writes it."""
    head, dot, _ = path.rpartition(".")
    return f"{head}{dot}{_ANY}"


def owner_of(path: str) -> str:
    """The path of what holds a key; empty for a key of the payload itself."""
    return path.rpartition(".")[0].rstrip("[]")


def without_paths(
    content: Mapping[str, PlistValue], dropped: frozenset[str], above: str = ""
) -> PlistDict:
    """A copy without some paths; a path through an array names all its elements."""
    kept: PlistDict = {}
    for key, value in content.items():
        path = f"{above}.{key}" if above else key
        if path not in dropped:
            kept[key] = _without(value, dropped, path)
    return kept


def _without(value: PlistValue, dropped: frozenset[str], path: str) -> PlistValue:
    if isinstance(value, Mapping):
        return without_paths(value, dropped, path)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_without(child, dropped, f"{path}[]") for child in value]
    return value
