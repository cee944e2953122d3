"""What becomes of each key when settings change between profile and declarations."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class Fate(StrEnum):
    """What becomes of one key."""

    EXACT = "exact"
    """It has an equal, and comes back the same."""
    DEGRADED = "degraded"
    """It is kept in another form or with a slightly other meaning; `reason` says how."""
    LOST = "lost"
    """The other side has no place for it."""


@frozen(kw_only=True)
class KeyFate:
    """The fate of one key of a payload or declaration.

    `type` and `name` say whose key it is: payload type and identifier, or declaration type and identifier. `becomes` is
    the path on the other side, `Reference > Key` for a key of an asset; empty for a lost one.
    """

    type: str
    name: str
    key: str
    fate: Fate
    reason: str = ""
    becomes: str = ""


@frozen(kw_only=True)
class Kept:
    """A payload or declaration that stays as it is, and why."""

    type: str
    name: str
    reason: str


class NoEqual(Exception):
    """A value or payload has no equal on the other side; the text says why, and no value."""
