"""For whom instructions are made, and on whose behalf."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from attrs import Attribute, field, frozen

from ueapi.errors import UsageError

LONGEST: Final = 200
"""Characters of a name or an address; longer ones don't fit a page."""
MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")


def _is_line(_: object, attribute: Attribute[str | None], value: str | None) -> None:
    if value is not None and (not value.strip() or len(value) > LONGEST or not value.isprintable()):
        raise UsageError(
            f"{attribute.name} is no line of text that fits a page.",
            remedy=f"Give 1 to {LONGEST} printable characters without line breaks, or leave it out.",
        )


def _is_address(instance: object, attribute: Attribute[str | None], value: str | None) -> None:
    _is_line(instance, attribute, value)
    if value is None:
        return
    try:
        parts = urlsplit(value)
        is_good = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_good = False
    if not is_good or any(c.isspace() for c in value):
        raise UsageError(
            f"{attribute.name} is no web address for everyone.",
            remedy="Give an https address without a user name.",
        )


def _names_nobody(_: object, attribute: Attribute[str | None], value: str | None) -> None:
    if value is not None and any(mark in value for mark in "?#@"):
        raise UsageError(
            f"{attribute.name} may hold something about a person.",
            remedy="Give the address of one page for everyone, without ?, # and @.",
        )


@frozen(kw_only=True)
class Person:
    """Who reads it. Both parts are personal data and are never printed by `repr`."""

    name: str | None = field(default=None, repr=False, validator=_is_line)
    account: str | None = field(default=None, repr=False, validator=_is_line)
    """The Managed Apple Account, as the person types it."""


@frozen(kw_only=True)
class Office:
    """Who asks: the organization and its help desk.

    `page` is where these instructions can be read by everyone, `enrollment_page` where a profile is handed out.
    """

    organization: str | None = field(default=None, validator=_is_line)
    help_desk: str | None = field(default=None, validator=_is_line)
    page: str | None = field(default=None, validator=[_is_address, _names_nobody])
    enrollment_page: str | None = field(default=None, validator=_is_address)

    @property
    def code(self) -> str | None:
        """What a QR code holds: the page's address, else a mail to the help desk, else nothing.

        Nothing about a person is in it: a printed sheet lies about, and whoever scans it learns one public address.
        """
        if self.page:
            return self.page
        if self.help_desk and MAIL.fullmatch(self.help_desk):
            return f"mailto:{self.help_desk}"
        return None
