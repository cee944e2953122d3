"""What an operator knows and no product shows: domains, apps, confirmed checks and the enrollment address."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ueapi.cli.input_files import LARGEST_TEXT, read_input, shown_name
from ueapi.errors import InvalidSettings
from ueapi.readiness import Check

Domain = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=253)
]
StoreId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https://[^\s@?#]+$", max_length=2000)]
MOST: Final = 1000
"""Entries of a list; no organization has more domains or apps to name."""


class Given(BaseModel):
    """The file, and the options of the command in its words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    federated: tuple[Domain, ...] = Field(default=(), max_length=MOST)
    """Domains verified and federated in Apple Business Manager."""
    apps: tuple[StoreId, ...] | None = Field(default=None, max_length=MOST)
    """Apple's numbers of the licensed apps each person gets; an empty list says none."""
    confirmed: tuple[Check, ...] = ()
    """Checks a person looked at."""
    base_url: Address | None = None
    """The tenant's enrollment address."""

    @property
    def wanted(self) -> frozenset[str] | None:
        """The apps, `None` when nobody said which."""
        return None if self.apps is None else frozenset(self.apps)

    def with_more(
        self,
        *,
        federated: list[str] | None,
        apps: list[str] | None,
        confirmed: list[str] | None,
        base_url: str | None,
    ) -> Given:
        """With the options added; an address replaces the file's.

        Raises:
            InvalidSettings: an option's value is wrong; nothing was sent.
        """
        added = [*(self.apps or ()), *(apps or ())]
        content: dict[str, object] = {
            "federated": [*self.federated, *(federated or ())],
            "apps": added if apps or self.apps is not None else None,
            "confirmed": [*self.confirmed, *(confirmed or ())],
            "base_url": base_url or self.base_url,
        }
        return _checked(content, "the options")


def read_given(path: Path | None) -> Given:
    """Read the file; without one, nothing is given.

    Raises:
        UnreadableInput: missing, too large, or no regular file.
        InvalidSettings: no TOML, or an entry is wrong; the message names the entry, not its value.
    """
    if path is None:
        return Given()
    name = shown_name(str(path))
    try:
        text = read_input(str(path), limit=LARGEST_TEXT).decode()
        return _checked(tomllib.loads(text), name)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        raise InvalidSettings(
            f"{name} is not valid TOML.", remedy="Correct the file; nothing was sent."
        ) from None


def _checked(content: dict[str, object], name: str) -> Given:
    try:
        return Given.model_validate(content)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = str(first["loc"][0]) if first["loc"] else "an entry"
        hint = f" Checks: {', '.join(Check)}." if where == "confirmed" else ""
        known = ", ".join(Given.model_fields)
        raise InvalidSettings(
            f"{name}: {where} is not what it should be.",
            remedy=f"It takes {known}; nothing was sent.{hint}",
        ) from None
