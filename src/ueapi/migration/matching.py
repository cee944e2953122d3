"""Joining people across tenants, and finding out who can move at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum

from attrs import frozen

from ueapi.migration.digests import digest_of
from ueapi.model import Device, EnrollmentState, Snapshot, User


class Confidence(StrEnum):
    """How sure the join of a person is."""

    CERTAIN = "certain"
    """Both products name the same Managed Apple ID."""
    INFERRED = "inferred"
    """One side's Managed Apple ID is assumed from the e-mail address."""
    NEW = "new"
    """The target doesn't know the person yet."""


class Exclusion(StrEnum):
    """Why a person or a device is not part of the move."""

    NO_MANAGED_APPLE_ID = "no-managed-apple-id"
    DUPLICATE = "duplicate-managed-apple-id"
    NO_DEVICE = "no-device"
    NOT_USER_ENROLLED = "not-user-enrolled"
    NOT_ENROLLED = "not-enrolled"
    NO_USER = "no-user"
    BY_POLICY = "excluded-by-policy"


@frozen(kw_only=True)
class Candidate:
    """One person of the source with the devices that can move, or the reason why not."""

    key: str
    user: User
    devices: tuple[Device, ...]
    target: User | None
    confidence: Confidence | None
    exclusion: Exclusion | None


@frozen(kw_only=True)
class Matches:
    """Everyone and every device of the source, each with an answer."""

    people: tuple[Candidate, ...]
    left_out: Mapping[str, Exclusion]
    """Device id → why it does not move."""


def person_key(user: User) -> str:
    """A short key for a person that shows nothing personal and is the same in every run."""
    basis = user.managed_apple_id.key if user.managed_apple_id else f"id:{user.id}"
    return f"p-{digest_of([basis, user.ref.tenant, user.id])[:12]}"


def match(source: Snapshot, target: Snapshot) -> Matches:
    """Join people by Managed Apple ID.

    Two source users with one Managed Apple ID are a conflict for a person to resolve: both are left out, and so
    are their devices.
    """
    people = [u for u in source.users if not u.built_in]
    owned, left_out = _devices_by_user(source, people)
    shared = _shared_ids(people)
    known = {u.managed_apple_id.key: u for u in target.users if u.managed_apple_id}
    candidates = tuple(_candidate(u, owned[u.id], shared, known) for u in people)
    for candidate in candidates:
        for device in owned[candidate.user.id]:
            reason = candidate.exclusion or _device_exclusion(device)
            if reason is not None:
                left_out[device.id] = reason
    return Matches(people=candidates, left_out=left_out)


def _devices_by_user(
    source: Snapshot, people: Sequence[User]
) -> tuple[defaultdict[str, list[Device]], dict[str, Exclusion]]:
    by_id = {u.id: u for u in people}
    by_username = {u.username: u for u in people if u.username}
    owned: defaultdict[str, list[Device]] = defaultdict(list)
    left_out: dict[str, Exclusion] = {}
    for device in source.devices:
        link = device.user
        user = link and (by_id.get(link.id or "") or by_username.get(link.username or ""))
        if user:
            owned[user.id].append(device)
        else:
            left_out[device.id] = _device_exclusion(device) or Exclusion.NO_USER
    return owned, left_out


def _shared_ids(people: Sequence[User]) -> frozenset[str]:
    seen: defaultdict[str, int] = defaultdict(int)
    for user in people:
        if user.managed_apple_id:
            seen[user.managed_apple_id.key] += 1
    return frozenset(key for key, count in seen.items() if count > 1)


def _device_exclusion(device: Device) -> Exclusion | None:
    if not device.enrollment.kind.is_user_enrollment:
        return Exclusion.NOT_USER_ENROLLED
    if device.enrollment.state is not EnrollmentState.ENROLLED:
        return Exclusion.NOT_ENROLLED
    return None


def _candidate(
    user: User, owned: Sequence[Device], shared: frozenset[str], known: Mapping[str, User]
) -> Candidate:
    movable = tuple(d for d in owned if _device_exclusion(d) is None)
    exclusion = _person_exclusion(user, owned, movable, shared)
    twin = known.get(user.managed_apple_id.key) if user.managed_apple_id else None
    return Candidate(
        key=person_key(user),
        user=user,
        devices=movable if exclusion is None else (),
        target=twin,
        confidence=_confidence(user, twin) if exclusion is None else None,
        exclusion=exclusion,
    )


def _person_exclusion(
    user: User, owned: Sequence[Device], movable: Sequence[Device], shared: frozenset[str]
) -> Exclusion | None:
    maid = user.managed_apple_id
    if maid is not None and maid.key in shared:
        return Exclusion.DUPLICATE
    if not owned:
        return Exclusion.NO_DEVICE
    if maid is None:
        return Exclusion.NO_MANAGED_APPLE_ID
    return None if movable else _device_exclusion(owned[0])


def _confidence(user: User, twin: User | None) -> Confidence:
    if twin is None:
        return Confidence.NEW
    guessed = "managed_apple_id" in (user.origin.inferred | twin.origin.inferred)
    return Confidence.INFERRED if guessed else Confidence.CERTAIN
