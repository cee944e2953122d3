"""Configuration profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve

from ueapi.apple import profiles as apple
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.errors import Rejected, Unintelligible, UsageError
from ueapi.model import Absence, Origin, Profile, ProfileDraft, Ref
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


def profile_from_draft(
    draft: ProfileDraft, number: str, *, tenant: str, read_at: datetime
) -> Profile:
    """A profile just written and not read back; its scope is not known from that."""
    profile = apple.read(draft.content)
    return Profile(
        ref=Ref(tenant=tenant, id=number),
        origin=Origin(backend="jamf", read_at=read_at, absent={"scope": Absence.NOT_FETCHED}),
        name=draft.name,
        content=apple.write(profile),
        digest=apple.semantic_digest(profile),
    )


def wanted_profile(draft: ProfileDraft) -> apple.ConfigurationProfile:
    """The profile to write: its display name is its name, as the console makes it, and texts have no blank ends.

    Raises:
        InvalidModel: the content is no configuration profile.
        Rejected: it holds references in the place of secrets. Nothing was sent.
    """
    profile = apple.read(draft.content)
    if apple.markers(profile):
        raise Rejected(
            f"profile {draft.name!r} holds references in the place of secrets.",
            problems=apple.markers(profile),
            remedy="Read the profile from its tenant again, since files never hold its secrets; nothing was changed.",
        )
    return evolve(trimmed(profile), display_name=draft.name)


def trimmed(profile: apple.ConfigurationProfile) -> apple.ConfigurationProfile:
    """The profile with no blank ends of texts. Source: Jamf's notes on PI-827: the server trims them."""
    payloads = tuple(evolve(p, content=_trimmed_dict(p.content)) for p in profile.payloads)
    return evolve(profile, payloads=payloads, extra=_trimmed_dict(profile.extra))


def _trimmed_dict(content: Mapping[str, PlistValue]) -> PlistDict:
    return {key: _trimmed(value) for key, value in content.items()}


def _trimmed(value: PlistValue) -> PlistValue:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return _trimmed_dict(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_trimmed(inner) for inner in value]
    return value
