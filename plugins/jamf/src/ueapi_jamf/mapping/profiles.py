"""Configuration profiles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ueapi.apple import profiles as apple
from ueapi.errors import Unintelligible, UsageError
from ueapi.model import Absence, Origin, Profile, Ref
from ueapi_jamf.mapping.scopes import scope_from_wire
from ueapi_jamf.wire.content import ProfileDetail, ProfileWire

_UNREAD: Final[Mapping[str, Absence]] = dict.fromkeys(
    ("content", "digest", "scope"), Absence.NOT_FETCHED
)
_READ: Final[Mapping[str, Absence]] = dict.fromkeys(_UNREAD, Absence.NOT_EXPOSED_BY_PRODUCT)


def profile_from_row(row: ProfileWire, *, tenant: str, read_at: datetime) -> Profile:
    """Translate one row of the profile listing."""
    return Profile(
        ref=Ref(tenant=tenant, id=row.id),
        origin=Origin(backend="jamf", read_at=read_at, absent=_UNREAD),
        name=row.name,
    )


def profile_from_detail(detail: ProfileDetail, *, tenant: str, read_at: datetime) -> Profile:
    """Translate one profile; `raw` stays empty since the payloads can hold secrets.

    Raises:
        Unintelligible: the payloads are no configuration profile.
    """
    row = detail.profile
    content, digest = _content(row)
    return Profile(
        ref=Ref(tenant=tenant, id=row.id),
        origin=Origin(backend="jamf", read_at=read_at, absent=_READ),
        name=row.name,
        content=content,
        digest=digest,
        scope=scope_from_wire(detail.scope),
    )


def _content(row: ProfileWire) -> tuple[bytes | None, str | None]:
    if row.payloads is None:
        return None, None
    try:
        profile = apple.read(row.payloads.strip().encode())
    except UsageError:
        raise Unintelligible(
            f"the payloads of profile {row.id} are no configuration profile.",
            remedy="Open the profile in Jamf Pro and save it again; nothing was changed.",
        ) from None
    return apple.write(profile), apple.semantic_digest(profile)
