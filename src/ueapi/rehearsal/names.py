"""Invented names of people, and the addresses made from them."""

from __future__ import annotations

import random
from typing import Final

from attrs import define, field, frozen

DOMAIN: Final = "example.org"
"""The organization's domain; Managed Apple IDs are under it."""
PRIVATE_DOMAIN: Final = "mail.example.org"
"""Where people without a Managed Apple ID get their mail."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_GIVEN: Final = _words("""
    Ada Ben Clara David Elif Femi Greta Hugo Ines Jonas Kira Leon Mira Noah Olga Pavel Quinn Rosa Sami
    Tara Umar Vera Wim Xenia Yusuf Zora Amir Bella Carlo Dina Emil Fatma Goran Hanna Ivo Julia Karim
    Lena Marta Nils
""")
_FAMILY: Final = _words("""
    Abel Bauer Costa Dietz Ekman Fischer Garcia Haas Ivanov Jensen Keller Lindt Moreau Novak Okafor
    Petrov Quast Rossi Schmidt Tanaka Ulrich Vogt Weber Xu Yilmaz Zeller Adler Brandt Conti Dubois Evans
    Franke Gruber Hoffman Ito Jansen Kowal Lange Meyer Nowak
""")
_ODD: Final = (
    ("Zoë O'Müller & Söhne <許>", "zoe.omueller"),
    ("Jürgen Weiß-Østergård", "juergen.weiss"),
    ("佐藤 花子", "hanako.sato"),
    ("Seán d'Arcy O'Neill", "sean.oneill"),
    ("Ann <Annie> Lee & Co", "ann.lee"),
    ("李 小龙", "xiaolong.li"),
)
"""Names that break careless code, with what stands before the @ for each."""


@frozen
class Name:
    """A person's display name, and what stands before the @ of their addresses."""

    shown: str = field(repr=False)
    local: str = field(repr=False)


@define
class Names:
    """Draws names; people may be called alike, but no two have the same address."""

    rng: random.Random = field(repr=False)
    _taken: dict[str, int] = field(factory=dict, repr=False)
    _odd: int = 0

    def next(self) -> Name:
        """An ordinary name."""
        given, family = self.rng.choice(_GIVEN), self.rng.choice(_FAMILY)
        return Name(f"{given} {family}", self._free(f"{given}.{family}".lower()))

    def odd(self) -> Name:
        """A name with umlauts, markup, apostrophes or other scripts; the first has all of them."""
        shown, local = _ODD[self._odd % len(_ODD)]
        self._odd += 1
        return Name(shown, self._free(local))

    def renamed(self, former: Name) -> Name:
        """The same person under another family name."""
        given, _, family = former.shown.partition(" ")
        other = self.rng.choice([name for name in _FAMILY if name != family])
        return Name(f"{given} {other}", self._free(f"{given}.{other}".lower()))

    def _free(self, local: str) -> str:
        number = self._taken[local] = self._taken.get(local, 0) + 1
        return local if number == 1 else f"{local}{number}"


def address(local: str, domain: str = DOMAIN) -> str:
    """The address of that local part."""
    return f"{local}@{domain}"
