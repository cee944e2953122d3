"""The shipped table as it is stored, checked once when it is loaded."""

from __future__ import annotations

from importlib import resources
from typing import Final, Literal

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
    source: str


class Instead(BaseModel):
    """What to use in place of something that doesn't work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str
    use_kind: str = ""
    use: str = ""


class Disagreement(BaseModel):
    """Where a product's documentation and Apple's data differ.

    With a `payload`, and perhaps a `key`, it is about profiles that hold those; without, about something else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    subject: str
    payload: str = ""
    key: str = ""
    effect: Literal["uncertain", "none"]
    claim: str
    claimed_by: str
    apple: str
    advice: str
    source: str


class Stored(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[2]
    source: Release
    kinds: dict[str, Rows]
    files: dict[str, str]
    neutral: dict[str, dict[str, bool | int | str]]
    built_on: dict[str, str]
    earlier: dict[str, tuple[str, str, str]]
    conditions: tuple[tuple[str, str, str, str, str], ...]
    forced: dict[str, Forced]
    later: dict[str, Rows]
    later_sources: dict[str, str]
    changed: dict[str, tuple[str, str, str]]
    published: dict[str, tuple[str, str, str]]
    instead: dict[str, Instead]
    disagreements: tuple[Disagreement, ...]


def load_stored() -> Stored:
    """Read the table out of the installed package."""
    text = resources.files("ueapi.apple.rules").joinpath(FILE).read_bytes()
    return Stored.model_validate_json(text)
