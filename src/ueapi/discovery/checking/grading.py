"""What a probe comes to."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import frozen


class Grade(StrEnum):
    """What a probe came to."""

    GOOD = "good"
    FINDING = "finding"
    """Devices fail, or some of them do."""
    NOTE = "note"
    """Works, and someone should know."""
    SKIPPED = "skipped"
    """Nothing to look at, because of another finding."""


@frozen(kw_only=True)
class Result:
    """One probe's result."""

    probe: str
    grade: Grade
    text: str
    fix: str = ""


@frozen
class Said:
    """What a probe says before its name is added. `fix` stands in place of the probe's usual one."""

    grade: Grade
    text: str
    fix: str = ""


def good(text: str) -> Said:
    """There is nothing to put right."""
    return Said(Grade.GOOD, text)


def bad(text: str) -> Said:
    """Devices fail."""
    return Said(Grade.FINDING, text)


SKIPPED: Final = Said(Grade.SKIPPED, "there was nothing to look at")
