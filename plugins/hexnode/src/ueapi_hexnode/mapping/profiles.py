"""Policies as profiles."""

from __future__ import annotations

from collections.abc import Iterator

from ueapi.apple.profiles import semantic_digest, write
from ueapi.model import Profile
from ueapi_hexnode.mapping.origin import Source, not_read, not_shown
from ueapi_hexnode.mapping.policies import profile_from_sections
from ueapi_hexnode.mapping.scopes import scope_from_row
from ueapi_hexnode.wire.policies import PolicyDetailRow, PolicyRow


def profile_from_row(source: Source, row: PolicyRow) -> Profile:
    """Translate a policy of a listing, which shows neither settings nor targets."""
    return Profile(
        ref=source.ref(row.id),
        origin=source.origin(row, absent=not_read("content", "digest", "scope")),
        name=row.name,
    )


def profile_from_detail(source: Source, row: PolicyDetailRow) -> Profile:
    """Translate a policy; the profile is built from its settings for iOS."""
    key = f"{source.tenant}/{row.id}"
    profile, unmapped = profile_from_sections(row.name, key, row.ios or {})
    targets = row.policy_targets
    return Profile(
        ref=source.ref(row.id),
        origin=source.origin(
            row.bare(), inferred=("content",), absent=not_shown("scope") if not targets else {}
        ),
        name=row.name,
        content=write(profile),
        digest=semantic_digest(profile),
        scope=scope_from_row(targets) if targets else None,
        unmapped=(*unmapped, *_beside(row)),
    )


def _beside(row: PolicyDetailRow) -> Iterator[str]:
    """Parts of a policy that are no settings for iOS but act on its phones."""
    for name, held in sorted((row.app_management or {}).items()):
        if held and any(held.values() if isinstance(held, dict) else [held]):
            yield f"app_management.{name}"
    location = (row.general_settings or {}).get("location_settings")
    if isinstance(location, dict) and location.get("trackingdisabled") is False:
        yield "general_settings.location_settings"
