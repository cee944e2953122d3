"""How one value is carried over, there and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from attrs import field, frozen

from ueapi.apple.plist import PlistValue


@frozen
class Kept:
    """The product's value; `loss` says how it differs, if it does."""

    value: object = field(repr=False)
    loss: str = ""


@frozen
class LeftOut:
    """Nothing is sent, and that means nearly the same; `loss` says how it differs."""

    loss: str


@frozen
class Refused:
    """The product has no such value."""

    reason: str


Outcome = Kept | LeftOut | Refused


class Conversion(Protocol):
    """Carries a value from Apple's key to the product's, and back."""

    def forth(self, value: PlistValue) -> Outcome:
        """Apple's value as the product's."""
        ...

    def back(self, value: object) -> PlistValue | None:
        """The product's value as Apple's; `None` when it means nothing there."""
        ...


@frozen
class Flag:
    """A yes or no; `inverse` when the product asks the opposite question."""

    inverse: bool = False

    def forth(self, value: PlistValue) -> Outcome:
        """Only a boolean is one: 1 and "true" are mistakes in the profile."""
        if not isinstance(value, bool):
            return Refused("the value is no boolean")
        return Kept(value is not self.inverse)

    def back(self, value: object) -> PlistValue | None:
        """The flag, turned round again."""
        return value is not self.inverse if isinstance(value, bool) else None


@frozen(kw_only=True)
class Number:
    """An integer within bounds, or one of a few. `unset` is Apple's number for "no rule"."""

    low: int = 0
    high: int | None = None
    only: tuple[int, ...] = ()
    unset: int | None = None

    def forth(self, value: PlistValue) -> Outcome:
        """A number the product takes."""
        if not isinstance(value, int) or isinstance(value, bool):
            return Refused("the value is no integer")
        if self._fits(value):
            return Kept(value)
        if value == self.unset:
            return LeftOut("the value means no rule, and is the same as leaving the key out")
        return Refused(f"the product takes {self._range()} only")

    def back(self, value: object) -> PlistValue | None:
        """The same number."""
        fits = isinstance(value, int) and not isinstance(value, bool) and self._fits(value)
        return value if fits and isinstance(value, int) else None

    def _fits(self, value: int) -> bool:
        if self.only:
            return value in self.only
        return value >= self.low and (self.high is None or value <= self.high)

    def _range(self) -> str:
        if self.only:
            return ", ".join(map(str, self.only))
        return f"{self.low} or more" if self.high is None else f"{self.low} to {self.high}"


@frozen
class Line:
    """A text, carried over as it is."""

    def forth(self, value: PlistValue) -> Outcome:
        """The same text; an empty one is taken for a mistake."""
        return Kept(value) if isinstance(value, str) and value else Refused("the value is no text")

    def back(self, value: object) -> PlistValue | None:
        """The same text."""
        return value if isinstance(value, str) and value else None


@frozen
class Words:
    """One of a few words. `near` are Apple's words for which the product has only a wider one, with the difference."""

    exact: Mapping[str, str]
    near: Mapping[str, tuple[str, str]] = field(factory=dict)

    def forth(self, value: PlistValue) -> Outcome:
        """The product's word."""
        if not isinstance(value, str):
            return Refused("the value is no text")
        if value in self.exact:
            return Kept(self.exact[value])
        if value in self.near:
            return Kept(*self.near[value])
        return Refused("the product has no word for this value")

    def back(self, value: object) -> PlistValue | None:
        """Apple's word."""
        return next((ours for ours, theirs in self.exact.items() if theirs == value), None)


@frozen
class Implied:
    """A key the product has no place for, because having the section at all implies it."""

    loss: str

    def forth(self, value: PlistValue) -> Outcome:
        """Nothing is sent."""
        return LeftOut(self.loss) if isinstance(value, bool) else Refused("the value is no boolean")

    def back(self, value: object) -> PlistValue | None:
        """Nothing comes back."""
        return None
