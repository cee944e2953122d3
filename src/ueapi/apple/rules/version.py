"""Versions of iOS as they are compared, not as they are printed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from attrs import field, frozen

from ueapi.errors import UsageError

_SHAPE: Final = re.compile(r"(\d{1,4}(?:\.\d{1,4}){0,3})(?: \([a-z]\))?", re.ASCII)
_SHORTEST: Final = 2
_RANGES_KEPT: Final = 1024


@frozen(order=True)
class IosVersion:
    """A version of iOS or iPadOS: 9 comes before 10, and `26` equals `26.0`.

    Trailing zeros don't count. The letter of a rapid security response (`17.4.1 (a)`) is accepted and doesn't count.
    """

    parts: tuple[int, ...] = field()

    @classmethod
    def parse(cls, text: str | IosVersion) -> IosVersion:
        """Read a version such as `18.1` or `26`.

        Raises:
            UsageError: the text is no version.
        """
        if isinstance(text, IosVersion):
            return text
        match = _SHAPE.fullmatch(text.strip())
        if match is None:
            raise UsageError(
                f"{text!r} is no iOS version.",
                remedy="Give numbers and dots, such as 18.1 or 26.0.",
            )
        parts = [int(part) for part in match.group(1).split(".")]
        while parts and parts[-1] == 0:
            parts.pop()
        return cls(tuple(parts))

    def __str__(self) -> str:
        padded = self.parts + (0,) * (_SHORTEST - len(self.parts))
        return ".".join(str(part) for part in padded)


_DASH: Final = re.compile(r"\s*[-\N{EN DASH}]\s*")


@frozen
class IosRange:
    """All versions of iOS from `lowest` to `highest`, both included; one version is a range as well."""

    lowest: IosVersion
    highest: IosVersion

    @classmethod
    def parse(cls, text: str | IosVersion | IosRange) -> IosRange:
        """Read `26.0`, or a range such as `15.0-26.0`; an en dash does as well.

        Raises:
            UsageError: a part is no version, or the range runs backwards.
        """
        if isinstance(text, IosRange):
            return text
        if isinstance(text, IosVersion):
            return cls(text, text)
        return _range_of(text)

    def __contains__(self, version: IosVersion) -> bool:
        return self.lowest <= version <= self.highest

    def __str__(self) -> str:
        if self.lowest == self.highest:
            return str(self.lowest)
        return f"{self.lowest}-{self.highest}"


@lru_cache(maxsize=_RANGES_KEPT)
def _range_of(text: str) -> IosRange:
    """A fleet has a handful of versions, and each is asked about all the time."""
    first, *rest = _DASH.split(text.strip(), maxsplit=1)
    lowest = IosVersion.parse(first)
    highest = IosVersion.parse(rest[0]) if rest else lowest
    if highest < lowest:
        raise UsageError(
            f"the range {text!r} of iOS versions runs backwards.",
            remedy="Name the older version first, such as 15.0-26.0.",
        )
    return IosRange(lowest, highest)


CURRENT_IOS: Final = "26.0"
"""The version that is meant where none is named: the one most phones have, and whose answers rest on known ground."""
