"""How to reach a tenant of the product."""

from __future__ import annotations

from typing import Final

from pydantic import Field, SecretStr

from ueapi.contract import Settings

LARGEST_PAGE: Final = 500
"""Rows of a page at most. Source: Example UEM API, Pages."""


class MemorySettings(Settings):
    """`url` is the tenant's address; `key` is its API key, which is exchanged for tokens."""

    # A secret's own type keeps it out of every repr and log, whoever prints the settings.
    key: SecretStr
    page_rows: int = Field(default=LARGEST_PAGE, ge=1, le=LARGEST_PAGE)
    """Rows asked for in one listing call."""
