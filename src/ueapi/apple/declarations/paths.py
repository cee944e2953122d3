"""Keys within keys by their path, `IncomingServer.HostName`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.errors import InvalidModel


def get(tree: Mapping[str, PlistValue], path: str) -> PlistValue | None:
    """The value at a path, `None` where there is none: neither format has a value for nothing."""
    found: PlistValue = tree
    for key in path.split("."):
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found


def nested(values: Mapping[str, PlistValue]) -> PlistDict:
    """A tree from paths: `{"A.B": 1}` becomes `{"A": {"B": 1}}`.

    Raises:
        InvalidModel: one path runs through the value of another.
    """
    tree: PlistDict = {}
    branches: dict[str, PlistDict] = {"": tree}
    for path, value in values.items():
        above, _, key = path.rpartition(".")
        branch = _branch(branches, above)
        if key in branch:
            raise InvalidModel(f"{path} is set twice.", remedy="Correct the mapping.")
        branch[key] = value
    return tree


def leaves(tree: Mapping[str, PlistValue], above: str = "") -> Iterator[str]:
    """The path of every value; an array, or a dictionary without keys, is one value."""
    for key, value in tree.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, Mapping) and value:
            yield from leaves(value, path)
        else:
            yield path


def covers(path: str, leaf: str) -> bool:
    """Whether a leaf is at a path or below it."""
    return leaf == path or leaf.startswith(f"{path}.")


def texts(value: PlistValue) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from texts(child)
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for child in value:
            yield from texts(child)


def _branch(branches: dict[str, PlistDict], path: str) -> PlistDict:
    if path not in branches:
        above, _, key = path.rpartition(".")
        made: PlistDict = {}
        _branch(branches, above)[key] = made
        branches[path] = made
    return branches[path]
