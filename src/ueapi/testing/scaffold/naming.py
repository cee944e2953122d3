"""The names a plugin project is made with."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from attrs import frozen

from ueapi.errors import UsageError

LONGEST: Final = 20
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@frozen
class Naming:
    """A backend's name, such as "acme-one", and what follows from it."""

    name: str

    @classmethod
    def of(cls, name: str, *, taken: Collection[str] = ()) -> Naming:
        """Check a name; `taken` are those of installed backends and of ueapi's own commands.

        Raises:
            UsageError: the name is of another form, or taken. Nothing was written.
        """
        if len(name) > LONGEST or not _NAME.fullmatch(name):
            raise UsageError(
                f"{name[:LONGEST]!r} can't be a backend's name.",
                remedy=f"Take small letters, digits and single hyphens, a letter first, at most {LONGEST}, such as"
                " acme or acme-one; nothing was written.",
            )
        if name in taken:
            raise UsageError(
                f"{name!r} is the name of an installed backend or of a command of ueapi.",
                remedy="Choose another name; `ueapi backends` lists the backends. Nothing was written.",
            )
        return cls(name)

    @property
    def distribution(self) -> str:
        """As it is installed: "ueapi-acme-one"."""
        return f"ueapi-{self.name}"

    @property
    def package(self) -> str:
        """As it is imported: "ueapi_acme_one"."""
        return self.distribution.replace("-", "_")

    @property
    def prefix(self) -> str:
        """As its classes begin: "AcmeOne"."""
        return "".join(part.capitalize() for part in self.name.split("-"))

    @property
    def title(self) -> str:
        """As people read it: "Acme One"."""
        return " ".join(part.capitalize() for part in self.name.split("-"))
