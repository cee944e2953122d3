"""Replacements that are the same for the same value throughout a recording, so that joins still work."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from ueapi.testing.recording.shapes import ISO_TIME, Shape, iso_time, parsed, shape_of
from ueapi.testing.recording.vocabulary import VERSION_STEP, Vocabulary

RESERVED: Final = "example.org"
HOST: Final = "//"
"""The name under which the host of an address on the web is judged."""
HOME: Final = "tenant.example.org"
"""What the tenant's own server is called in a recording."""
PUBLIC_HOSTS: Final = frozenset(
    {
        "apps.apple.com",
        "itunes.apple.com",
        "www.apple.com",
        "buy.itunes.apple.com",
        "vpp.itunes.apple.com",
    }
)
_PUBLIC_STEPS: Final = frozenset({"app", "us", "api", "apps"})
_LEAST_SHIFT: Final = 400
_SHIFTS: Final = 3000
_FORMS: Final[dict[Shape, str]] = {
    Shape.UUID: "00000000-0000-4000-8000-{:012d}",
    Shape.HARDWARE: "00:00:5e:00:{:02x}:{:02x}",
    Shape.NETWORK: "192.0.2.{}",
    Shape.BUNDLE: "org.example.app-{}",
    Shape.DOMAIN: "domain-{}.example.org",
    Shape.PHONE: "+1 555 {:07d}",
    Shape.BLOB: "blob-{}",
    Shape.TEXT: "Text {}",
    Shape.WORD: "word-{}",
}

Leaf = Callable[[str, str], str]
"""Judges a part of a value: its name, and the text."""


class Pseudonyms:
    """Learns every value first, then names each; asking for one it did not learn is an error of the caller."""

    def __init__(
        self, rng: random.Random, words: Vocabulary, hosts: frozenset[str], formats: tuple[str, ...]
    ) -> None:
        """Draw from the generator only how far times are moved."""
        self._rng = rng
        self._words = words
        self._hosts = hosts
        self._formats = formats
        self.originals: dict[str, Shape] = {}
        self._given: dict[str, str] = {}
        self._numbers: Counter[Shape] = Counter()
        self._digits: Counter[int] = Counter()
        self._people: dict[str, int] = {}
        self._shift: timedelta | None = None

    # -- first: learning ---------------------------------------------------------------------------

    def learn(self, value: str, shape: Shape | None = None) -> Shape:
        """Remember a value that will be replaced, and say how it is seen; a shape can be given where it is known."""
        return self.originals.setdefault(value, shape or shape_of(value, self._formats))

    def parts(self, value: str, judge: Leaf) -> None:
        """Have the parts of a learned value judged too."""
        match self.originals[value]:
            case Shape.URL:
                self._url(value, judge)
            case Shape.STORE:
                judge("", value[2:])
            case _:
                pass

    @property
    def issued(self) -> frozenset[str]:
        """Every replacement that was given."""
        return frozenset(self._given.values())

    # -- then: naming ------------------------------------------------------------------------------

    def name(self, value: str, judge: Leaf) -> str:
        """The replacement; `judge` answers for the parts of an address on the web."""
        shape = self.originals[value]
        key = value.casefold() if shape in (Shape.ADDRESS, Shape.UUID) else value
        if key not in self._given:
            self._given[key] = self._made(value, shape, judge)
        given = self._given[key]
        return given.upper() if shape is Shape.UUID and value.isupper() else given

    def _made(self, value: str, shape: Shape, judge: Leaf) -> str:
        match shape:
            case Shape.NUMBER:
                return self._number(value)
            case Shape.ADDRESS:
                return f"person-{self._person(value)}@{RESERVED}"
            case Shape.TIME:
                return self._moved(value)
            case Shape.URL:
                return self._url(value, judge)
            case Shape.STORE:
                return f"id{judge('', value[2:])}"
            case Shape.WORD | Shape.DOMAIN | Shape.BUNDLE if (
                owner := self._owner_of(value)
            ) is not None:
                return f"person-{self._person(owner)}"
            case _:
                return self._fresh(shape)

    def _fresh(self, shape: Shape) -> str:
        while True:
            self._numbers[shape] += 1
            number = self._numbers[shape]
            parts = divmod(number, 256) if shape is Shape.HARDWARE else (number,)
            made = _FORMS[shape].format(*parts)
            if made not in self.originals:
                return made

    def _person(self, address: str) -> int:
        """A number for a person, the same for all addresses with the same first part."""
        return self._people.setdefault(_first_part(address), len(self._people) + 1)

    def _owner_of(self, word: str) -> str | None:
        """The address whose first part the word is."""
        return self._addresses.get(word.casefold())

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return {_first_part(v): v for v, shape in self.originals.items() if shape is Shape.ADDRESS}

    def _number(self, value: str) -> str:
        """Another number with as many digits, or more where those are used up."""
        digits = len(value.lstrip("-").replace(".", ""))
        while True:
            first = 10 ** (digits - 1)
            for candidate in range(first + self._digits[digits], first * 10):
                self._digits[digits] += 1
                text = str(candidate)
                if text not in self.originals or digits == 1:
                    return text
            digits += 1

    # -- times -------------------------------------------------------------------------------------

    def _moved(self, value: str) -> str:
        iso = ISO_TIME.fullmatch(value)
        when = iso_time(value)
        try:
            if iso is not None and when is not None:
                return _like(iso, when - self._distance())
            for form in self._formats:
                if (found := parsed(value, form)) is not None:
                    return (found - self._distance()).strftime(form)
        except OverflowError:
            pass
        return self._fresh(Shape.WORD)

    def _distance(self) -> timedelta:
        """How far all times are moved into the past: further than they lie apart, so none can equal another's."""
        if self._shift is None:
            times = [when for value in self.originals if (when := iso_time(value)) is not None]
            apart = max(times) - min(times) if times else timedelta(0)
            days = apart.days + _LEAST_SHIFT + self._rng.randrange(_SHIFTS)
            seconds = self._rng.randrange(86_400)
            self._shift = timedelta(days=days, seconds=seconds)
        return self._shift

    # -- addresses on the web ----------------------------------------------------------------------

    def _url(self, value: str, judge: Leaf) -> str:
        parts = urlsplit(value)
        path = "/".join(self._step(unquote(step), judge) for step in parts.path.split("/"))
        pairs = [(name, judge(name, text)) for name, text in parse_qsl(parts.query, True)]
        query = urlencode(pairs, quote_via=quote)
        host = self._host(parts.hostname or "", judge) if parts.netloc else ""
        return urlunsplit((parts.scheme, host, path, query, ""))

    def _host(self, host: str, judge: Leaf) -> str:
        if host in self._hosts:
            return HOME
        if host in PUBLIC_HOSTS:
            return host
        return judge(HOST, host)

    def _step(self, step: str, judge: Leaf) -> str:
        if (
            not step
            or step in _PUBLIC_STEPS
            or self._words.knows(step)
            or VERSION_STEP.fullmatch(step)
        ):
            return step
        return quote(judge("", step), safe="@")


def _first_part(address: str) -> str:
    return address.rpartition("@")[0].casefold()


def _like(written: re.Match[str], when: datetime) -> str:
    """A time in the spelling of another; parts of a second become zeros."""
    day, between, _, fraction, zone = written.groups()
    del day
    if between is None:
        return when.strftime("%Y-%m-%d")
    rest = f"{fraction[0]}{'0' * (len(fraction) - 1)}" if fraction else ""
    return f"{when:%Y-%m-%d}{between}{when:%H:%M:%S}{rest}{zone or ''}"
