"""Settings of a payload as people read them, and as JSON. Secrets were replaced by references before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ueapi.apple.plist import PlistValue

STEP: Final = 2


def lines_of_settings(settings: Mapping[str, PlistValue], indent: int) -> Iterator[tuple[int, str]]:
    """Each setting with its indent; what is nested stands below its key."""
    for key, value in settings.items():
        if isinstance(value, Mapping) and value:
            yield indent, f"{key}:"
            yield from lines_of_settings(value, indent + STEP)
        elif _is_nested(value):
            yield indent, f"{key}:"
            yield from _lines_of_list(value, indent + STEP)
        else:
            yield indent, f"{key}: {one_line(value)}"


def _lines_of_list(value: PlistValue, indent: int) -> Iterator[tuple[int, str]]:
    for place, child in enumerate(value if isinstance(value, Sequence) else (), start=1):
        if isinstance(child, Mapping):
            yield indent, f"{place}."
            yield from lines_of_settings(child, indent + STEP)
        else:
            yield indent, f"{place}. {one_line(child)}"


def one_line(value: PlistValue) -> str:
    """A value without line breaks."""
    match value:
        case bool():
            return "yes" if value else "no"
        case bytes():
            return _marker(value) or f"{len(value)} bytes"
        case datetime():
            return f"{value.isoformat()}Z"
        case str() | int() | float():
            return str(value) if value != "" else '""'
        case Mapping():
            return f"{{{', '.join(f'{key}: {one_line(child)}' for key, child in value.items())}}}"
        case _:
            return ", ".join(map(one_line, value)) or "none"


def as_json(value: PlistValue) -> object:
    """A value for a JSON document; of data its length and SHA-256."""
    match value:
        case bytes():
            digest = hashlib.sha256(value).hexdigest()
            return _marker(value) or {"bytes": len(value), "sha256": digest}
        case datetime():
            return f"{value.isoformat()}Z"
        case str() | bool() | int() | float():
            return value
        case Mapping():
            return {key: as_json(child) for key, child in value.items()}
        case _:
            return [as_json(child) for child in value]


def _marker(value: bytes) -> str:
    from ueapi.apple.profiles import is_marker

    return value.decode() if is_marker(value) else ""


def _is_nested(value: PlistValue) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str | bytes)
        and any(isinstance(child, Mapping) for child in value)
    )
