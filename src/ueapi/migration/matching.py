"""Joining people across tenants, and finding out who can move at all; of every row only what planning needs is kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Final

from attrs import frozen

from ueapi.apple.rules import IosVersion
from ueapi.errors import UsageError
from ueapi.migration.digests import device_digest, digest_of, user_digest
from ueapi.migration.inventory import Inventory
from ueapi.migration.reasons import Confidence, Exclusion
from ueapi.model import Device, EnrollmentState, ManagedAppleID, User, UserLink

FIRST_ACCOUNT_DRIVEN_IOS: Final = (15,)
"""The first iOS on which a person signs in to a work account by themselves.

Source: Apple, device management guide, account-driven enrollment methods.
"""
_PHONES: Final = ("iphone", "ipad", "ipod")


@frozen(kw_only=True)
class Phone:
    """A device of the source, as far as planning needs it."""

    id: str
    model: str | None
    os_version: str | None
    last_seen: datetime | None
    name_digest: str
    digest: str
    exclusion: Exclusion | None


@frozen(kw_only=True)
class Known:
    """A user, as far as planning needs it; `account` is the Managed Apple ID."""

    id: str
    key: str
    account: ManagedAppleID | None
    is_guessed: bool
    username: str | None
    name: str | None
    email: str | None
    digest: str


@frozen(kw_only=True)
class Twin:
    """The target's record of a person."""

    id: str
    is_guessed: bool
    digest: str


@frozen(kw_only=True)
class Candidate:
    """One person of the source with the devices that can move, or the reason why not."""

    user: Known
    devices: tuple[Phone, ...]
    target: Twin | None
    confidence: Confidence | None
    exclusion: Exclusion | None

    @property
    def key(self) -> str:
        """The person's key."""
        return self.user.key

    @property
    def account(self) -> ManagedAppleID | None:
        """The person's Managed Apple ID."""
        return self.user.account


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


@lru_cache(maxsize=1024)
def ios_version(text: str | None) -> tuple[int, ...]:
    """A version to compare with; nothing where the product shows none, or none that can be read."""
    try:
        return IosVersion.parse(text).parts if text else ()
    except UsageError:
        return ()


Judge = Callable[[Device], Exclusion | None]
"""Says why a device does not move; `None` when it does."""


def match(source: Inventory, target: Inventory, *, judge: Judge | None = None) -> Matches:
    """Join people by Managed Apple ID; `judge` says which of their phones move, by default every user-enrolled one.

    Two source users with one Managed Apple ID are a conflict for a person to resolve: both are left out, and so
    are their devices.
    """
    people = [_known(u) for u in source.users if not u.built_in]
    owned, left_out = _devices_by_user(source, people, judge or _device_exclusion)
    counted = Counter(u.account.key for u in people if u.account)
    shared = frozenset(key for key, count in counted.items() if count > 1)
    known = dict(_twins(target))
    candidates = tuple(_candidate(u, owned.get(u.id, ()), shared, known) for u in people)
    for candidate in candidates:
        for device in owned.get(candidate.user.id, ()):
            reason = candidate.exclusion or device.exclusion
            if reason is not None:
                left_out[device.id] = reason
    return Matches(people=candidates, left_out=left_out)


def _known(user: User) -> Known:
    return Known(
        id=user.id,
        key=person_key(user),
        account=user.managed_apple_id,
        is_guessed="managed_apple_id" in user.origin.inferred,
        username=user.username,
        name=user.name,
        email=user.email,
        digest=user_digest(user),
    )


def _twins(target: Inventory) -> Iterator[tuple[str, Twin]]:
    for user in target.users:
        if user.managed_apple_id is not None:
            guessed = "managed_apple_id" in user.origin.inferred
            twin = Twin(id=user.id, is_guessed=guessed, digest=user_digest(user))
            yield user.managed_apple_id.key, twin


def _devices_by_user(
    source: Inventory, people: Sequence[Known], judge: Judge
) -> tuple[Mapping[str, list[Phone]], dict[str, Exclusion]]:
    by_id = {u.id: u.id for u in people}
    by_username = {u.username: u.id for u in people if u.username}
    owned: defaultdict[str, list[Phone]] = defaultdict(list)
    left_out: dict[str, Exclusion] = {}
    for device in source.devices:
        owner = _owner(device.user, by_id, by_username)
        if owner:
            owned[owner].append(_phone(device, judge(device)))
        else:
            left_out[device.id] = judge(device) or Exclusion.NO_USER
    return owned, left_out


def _owner(
    link: UserLink | None, by_id: Mapping[str, str], by_username: Mapping[str, str]
) -> str | None:
    if link is None:
        return None
    return by_id.get(link.id or "") or by_username.get(link.username or "")


def _phone(device: Device, exclusion: Exclusion | None) -> Phone:
    return Phone(
        id=device.id,
        model=intern(device.model) if device.model else None,
        os_version=intern(device.os_version) if device.os_version else None,
        last_seen=device.last_seen,
        name_digest=digest_of(device.name or ""),
        digest=device_digest(device),
        exclusion=exclusion,
    )


def _device_exclusion(device: Device) -> Exclusion | None:
    if not device.enrollment.kind.is_user_enrollment:
        return Exclusion.NOT_USER_ENROLLED
    if device.enrollment.state is not EnrollmentState.ENROLLED:
        return Exclusion.NOT_ENROLLED
    return too_old(device)


def too_old(device: Device) -> Exclusion | None:
    """Say of a phone without account-driven enrollment that its iOS is too old."""
    is_phone = device.model is None or device.model.casefold().startswith(_PHONES)
    version = ios_version(device.os_version)
    if is_phone and version and version < FIRST_ACCOUNT_DRIVEN_IOS:
        return Exclusion.IOS_TOO_OLD
    return None


def _candidate(
    user: Known, owned: Sequence[Phone], shared: frozenset[str], known: Mapping[str, Twin]
) -> Candidate:
    movable = tuple(d for d in owned if d.exclusion is None)
    exclusion = _person_exclusion(user, owned, movable, shared)
    twin = known.get(user.account.key) if user.account else None
    return Candidate(
        user=user,
        devices=movable if exclusion is None else (),
        target=twin,
        confidence=_confidence(user, twin) if exclusion is None else None,
        exclusion=exclusion,
    )


def _person_exclusion(
    user: Known, owned: Sequence[Phone], movable: Sequence[Phone], shared: frozenset[str]
) -> Exclusion | None:
    if user.account is not None and user.account.key in shared:
        return Exclusion.DUPLICATE
    if not owned:
        return Exclusion.NO_DEVICE
    if user.account is None:
        return Exclusion.NO_MANAGED_APPLE_ID
    return None if movable else owned[0].exclusion


def _confidence(user: Known, twin: Twin | None) -> Confidence:
    if twin is None:
        return Confidence.NEW
    return Confidence.INFERRED if user.is_guessed or twin.is_guessed else Confidence.CERTAIN
