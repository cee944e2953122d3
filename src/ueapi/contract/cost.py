"""How many requests an operation takes, in the words a sheet says it with."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from attrs import frozen

_TERM: Final = re.compile(r"(?P<calls>\d{1,3})(?: per (?P<units>[a-z]+(?: and [a-z]+)*))?")
_FURTHER: Final = ", then "
_FORM: Final = (
    'a cost has the form "2", "1 per page", "1 + 2 per page", "1 per app and target" or "4, then 2"'
)


class Unit(StrEnum):
    """What a part of a cost is multiplied by."""

    PAGE = "page"
    """A page of what the operation lists."""
    APP = "app"
    """An app the order is about."""
    TARGET = "target"
    """A person, phone or group the order names."""
    SCOPE = "scope"
    """A set of people who are given the same apps, where licenses are handed out by such sets."""


@frozen
class Term:
    """One part of a cost: so many requests for each combination of its units, or once."""

    calls: int
    units: tuple[Unit, ...] = ()

    def __str__(self) -> str:
        return f"{self.calls} per {' and '.join(self.units)}" if self.units else str(self.calls)


@frozen
class Cost:
    """Requests of one operation; signing in is extra.

    `terms` add up to what the first one takes, about a new object. `then` adds up to what each further person takes in
    the same process, where it differs: another user, or another one for the same group, app or profile.
    """

    terms: tuple[Term, ...]
    then: tuple[Term, ...] | None = None

    @classmethod
    def parse(cls, text: str) -> Cost:
        """Read "2", "1 per page", "1 + 2 per page", "1 per app and target" or "4, then 2".

        Raises:
            ValueError: it is of another form; the plugin's author corrects the row.
        """
        first, further, then = text.strip().partition(_FURTHER)
        return cls(_terms(first), _terms(then) if further else None)

    @property
    def further(self) -> Cost:
        """What each further person takes in the same process."""
        return self if self.then is None else Cost(self.then)

    def at(self, *, pages: int = 1, apps: int = 1, targets: int = 1, scopes: int = 1) -> int:
        """Requests for that many of each unit, without those for further people."""
        many = {Unit.PAGE: pages, Unit.APP: apps, Unit.TARGET: targets, Unit.SCOPE: scopes}
        total = 0
        for term in self.terms:
            calls = term.calls
            for unit in term.units:
                calls *= many[unit]
            total += calls
        return total

    def __str__(self) -> str:
        first = " + ".join(map(str, self.terms))
        return first if self.then is None else f"{first}{_FURTHER}{self.further}"


def _terms(text: str) -> tuple[Term, ...]:
    terms = tuple(_term(part) for part in text.split(" + "))
    kinds = [frozenset(term.units) for term in terms]
    if len(set(kinds)) < len(kinds):
        raise ValueError(_FORM)
    return terms


def _term(text: str) -> Term:
    match = _TERM.fullmatch(text)
    words = match["units"].split(" and ") if match and match["units"] else []
    if match is None or len(set(words)) < len(words) or not set(words) <= set(Unit):
        raise ValueError(_FORM)
    return Term(int(match["calls"]), tuple(map(Unit, words)))
