"""Policies as profiles: a name, and nothing of what is in them."""

from __future__ import annotations

from typing import Final

from ueapi.model import Profile
from ueapi_maas360 import assumed
from ueapi_maas360.mapping.origin import Source, not_shown
from ueapi_maas360.wire.reading import Record

NAME: Final = "policyName"
_KEPT: Final = (NAME, "policyID", "platform", "publishedVersion", "isDefault")


def is_for_phones(row: Record) -> bool:
    """Whether a policy is for iPhone and iPad; one that names no platform is kept."""
    platform = row.text("platform")
    return platform is None or platform.strip().lower() in assumed.APPLE_PLATFORMS


def profile_from_row(source: Source, row: Record) -> Profile:
    """Translate a policy. Its name is its id, since policies are assigned by name."""
    name = row.needed(NAME)
    return Profile(
        ref=source.ref(name),
        origin=source.origin(row.kept(_KEPT), absent=not_shown("content", "digest", "scope")),
        name=name,
    )
