"""Apple's published shapes of messages, and what of a message of ours breaks them under User Enrollment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

Shapes = Mapping[str, "str | list"]
TYPES = {
    "any": object,
    "array": list,
    "boolean": bool,
    "data": bytes,
    "date": datetime,
    "dictionary": dict,
    "integer": int,
    "real": (int, float),
    "string": str,
}


@frozen
class Key:
    """What Apple says of one key."""

    type: str
    is_required: bool
    mode: str
    keys: Shapes

    @classmethod
    def of(cls, shape: str | list, above: str) -> Key:
        text, keys = (shape, {}) if isinstance(shape, str) else shape
        name, _, mode = text.partition("/")
        mode = mode or above
        is_required = mode == "required" or (name.endswith("!") and mode != "forbidden")
        return cls(type=name.rstrip("!"), is_required=is_required, mode=mode, keys=keys)


@cache
def published() -> Mapping[str, Mapping[str, Mapping[str, Shapes]]]:
    return json.loads(Path(__file__).with_name("mdm_shapes.json").read_text(encoding="utf-8"))


def faults(row: object, shapes: Shapes, where: str = "", above: str = "allowed") -> Iterator[str]:
    """What of a dictionary breaks Apple's schema for a user-enrolled iPhone."""
    assert isinstance(row, dict)
    keys = {name: Key.of(shape, above) for name, shape in shapes.items()}
    for name, key in keys.items():
        if name != "*" and key.is_required and name not in row:
            yield f"{where}{name} is missing"
    for name, value in row.items():
        known = keys.get(name) or keys.get("*")
        if known is None:
            yield f"{where}{name} is unknown"
        else:
            yield from _faults_of(value, known, f"{where}{name}")


def _faults_of(value: Any, key: Key, where: str) -> Iterator[str]:
    if key.mode == "forbidden":
        yield f"{where} is forbidden"
    is_number = key.type in ("integer", "real")
    if not isinstance(value, TYPES[key.type]) or (is_number and isinstance(value, bool)):
        yield f"{where} is no {key.type}"
    elif key.type == "dictionary" and key.keys:
        yield from faults(value, key.keys, f"{where}.", key.mode)
    elif key.type == "array" and "*" in key.keys:
        entry = Key.of(key.keys["*"], key.mode)
        for one in value:
            yield from _faults_of(one, entry, f"{where}[]")
    elif key.type == "string" and key.keys:  # one of the names that follow, as in a query
        named = Key.of(key.keys[value], key.mode) if value in key.keys else None
        if named is None or named.mode == "forbidden":
            yield f"{where} may not be {value}"
