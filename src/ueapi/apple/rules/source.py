"""The shipped table as it is stored, checked once when it is loaded."""

from __future__ import annotations

from importlib import resources
from typing import Final

from pydantic import BaseModel, ConfigDict

Rows = dict[str, str | dict[str, str]]

FILE: Final = "rules.json"


class Release(BaseModel):
    """Which state of Apple's schema the table was made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str
    commit: str
    date: str
    license: str
    ios: str


class Forced(BaseModel):
    """What iOS enforces by itself once a payload or declaration is present."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: dict[str, bool | int]
    present_only: tuple[str, ...]
    """Keys whose presence has an effect, whatever their value."""


class Stored(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    source: Release
    kinds: dict[str, Rows]
    earlier: dict[str, tuple[str, str]]
    conditions: tuple[tuple[str, str, str, str], ...]
    forced: dict[str, Forced]
    later: dict[str, Rows]
    changed: dict[str, tuple[str, str]]


def load_stored() -> Stored:
    """Read the table out of the installed package."""
    text = resources.files("ueapi.apple.rules").joinpath(FILE).read_bytes()
    return Stored.model_validate_json(text)
