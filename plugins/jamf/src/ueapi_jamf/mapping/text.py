"""Empty text is absent text."""

from __future__ import annotations


def filled(value: str | None) -> str | None:
    """The text, or `None` for what Jamf Pro leaves blank; it shows one blank as null and another as ""."""
    return value.strip() or None if value else None
