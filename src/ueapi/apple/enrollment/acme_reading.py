"""Parts of ACME's documents, read strictly: lists, texts and https addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from ueapi.apple.enrollment.jose import refuse

_ORDINARY: Final = re.compile(r"https://[a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?/[A-Za-z0-9/._~-]*")
"""Addresses in which nothing can go wrong; others are taken apart."""
_MOST_ROWS: Final = 32
"""Entries of any list."""


def rows(row: Mapping[str, object], key: str) -> Sequence[object]:
    """A list of at least one entry.

    Raises:
        InvalidModel: anything else.
    """
    value = row.get(key)
    if not isinstance(value, list) or not 1 <= len(value) <= _MOST_ROWS:
        refuse(f"{key} is no list of 1 to {_MOST_ROWS}")
    return value


def https(row: Mapping[str, object], key: str) -> str:
    """An https address that must be there.

    Raises:
        InvalidModel: anything else.
    """
    return checked(row.get(key), key)


def checked(value: object, what: str) -> str:
    """An https address.

    Raises:
        InvalidModel: anything else. `what` names the place.
    """
    if not isinstance(value, str):
        refuse(f"{what} is missing or no text")
    if _ORDINARY.fullmatch(value):
        return value
    try:
        parts = urlsplit(value)
    except ValueError:
        refuse(f"{what} is no address")
    if parts.scheme != "https" or not parts.netloc:
        refuse(f"{what} is no https address")
    return value


def text(row: Mapping[str, object], key: str) -> str:
    """A text that must be there and not be empty.

    Raises:
        InvalidModel: anything else.
    """
    value = text_or_none(row, key)
    if not value:
        refuse(f"{key} is missing, empty or no text")
    return value


def text_or_none(row: Mapping[str, object], key: str) -> str | None:
    """A text, if there is one."""
    value = row.get(key)
    return value if isinstance(value, str) else None
