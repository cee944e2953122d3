"""What a value looks like, which is all that decides about the form of its replacement."""

from __future__ import annotations

import re
from datetime import datetime
from enum import Enum
from typing import Final


class Shape(Enum):
    """The forms that adapters care about; everything else is a word or a text."""

    NUMBER = "number"
    ADDRESS = "address"
    UUID = "uuid"
    TIME = "time"
    URL = "url"
    NETWORK = "network"
    HARDWARE = "hardware"
    BUNDLE = "bundle"
    DOMAIN = "domain"
    PHONE = "phone"
    STORE = "store"
    BLOB = "blob"
    TEXT = "text"
    WORD = "word"


ADDRESS: Final = re.compile(r"[^\s@/<>\"',;]+@[^\s@/<>\"',;]+")
ISO_TIME: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:([T ])(\d{2}:\d{2}:\d{2})([.,]\d{1,9})?(Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_SHAPES: Final = (
    (Shape.ADDRESS, ADDRESS),
    (Shape.UUID, re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")),
    (Shape.URL, re.compile(r"[a-z][a-z0-9+.-]{1,20}://\S+|/\S+", re.IGNORECASE)),
    (Shape.HARDWARE, re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}")),
    (
        Shape.NETWORK,
        re.compile(r"\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"),
    ),
    (Shape.STORE, re.compile(r"id\d{5,12}", re.ASCII)),
    (Shape.BUNDLE, re.compile(r"[A-Za-z][\w-]*(\.[\w*-]+){2,}", re.ASCII)),
    (Shape.DOMAIN, re.compile(r"[A-Za-z0-9-]+\.[A-Za-z]{2,24}", re.ASCII)),
    (Shape.PHONE, re.compile(r"\+?\(?\d[\d ()./-]{5,30}\d", re.ASCII)),
    (Shape.BLOB, re.compile(r"[A-Za-z0-9+/=_-]{24,}", re.ASCII)),
    (Shape.TEXT, re.compile(r".*\s.*", re.DOTALL)),
)
_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,30})", re.ASCII)


def shape_of(value: str, date_formats: tuple[str, ...] = ()) -> Shape:
    """The shape of a text; without any it is a word."""
    if _NUMBER.fullmatch(value):
        return Shape.NUMBER
    if ISO_TIME.fullmatch(value) or any(parsed(value, form) for form in date_formats):
        return Shape.TIME
    return next((shape for shape, pattern in _SHAPES if pattern.fullmatch(value)), Shape.WORD)


def parsed(value: str, form: str) -> datetime | None:
    """A time in one of the declared spellings, or `None`."""
    try:
        return datetime.strptime(value, form)  # noqa: DTZ007 - the spelling says whether there is a zone
    except ValueError:
        return None


def iso_time(value: str) -> datetime | None:
    """When an ISO time or date is, to the second and without its zone, or `None`."""
    found = ISO_TIME.fullmatch(value)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[3] or '00:00:00'}")
    except ValueError:
        return None
