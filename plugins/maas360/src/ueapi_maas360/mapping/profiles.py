"""Policies as profiles: a name, the devices that have it, and nothing of what is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from ueapi.model import EnrollmentState, Profile, Scope
from ueapi_maas360 import assumed
from ueapi_maas360.mapping.devices import KEY, state_of
from ueapi_maas360.mapping.origin import Source, not_read, not_shown
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
    absent = {**not_shown("content", "digest"), **not_read("scope")}
    return Profile(
        ref=source.ref(name), origin=source.origin(row.kept(_KEPT), absent=absent), name=name
    )


def held_by(profile: Profile, devices: tuple[str, ...]) -> Profile:
    """The policy with the devices that have it, which is concluded: one given to a group shows as its devices."""
    origin = profile.origin.model_copy(
        update={
            "inferred": profile.origin.inferred | {"scope"},
            "absent": not_shown("content", "digest"),
        }
    )
    return profile.model_copy(update={"scope": Scope(devices=devices), "origin": origin})


def holders(rows: Iterable[Record]) -> Mapping[str, tuple[str, ...]]:
    """Ids of the enrolled devices by the policy they have, as rows of the device search tell.

    Raises:
        Unintelligible: a row has no key, or its state is unknown.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        policy = row.text("mdmPolicy")
        if policy is not None and state_of(row) is EnrollmentState.ENROLLED:
            found[policy].append(row.needed(KEY))
    return {name: tuple(sorted(ids)) for name, ids in found.items()}
