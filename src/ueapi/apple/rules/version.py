"""Versions of iOS as they are compared, not as they are printed."""

from __future__ import annotations

import re
from typing import Final

from attrs import field, frozen

from ueapi.errors import UsageError

_SHAPE: Final = re.compile(r"(\d{1,4}(?:\.\d{1,4}){0,3})(?: \([a-z]\))?", re.ASCII)
_SHORTEST: Final = 2


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
