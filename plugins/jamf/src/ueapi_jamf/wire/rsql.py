"""Values inside Jamf Pro's filter expressions. Source: developer.jamf.com, Filtering with RSQL."""

from __future__ import annotations

import re
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+")


def equals(selector: str, value: str) -> str:
    """Compare for equality, with the value quoted where it holds more than letters, digits, `-` and `_`.

    `*` in a value is a wildcard for the server and has no documented escape, so whoever asks compares the rows it gets
    once more.
    """
    return f"{selector}=={_quoted(value)}"


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
