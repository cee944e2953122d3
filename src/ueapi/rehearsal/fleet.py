"""The neutral fleet all simulators are seeded from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from ueapi.model import AppKind, CriteriaTree, EnrollmentKind, GroupOf


class Habit(StrEnum):
    """How a person behaves when asked to move."""

    PROMPT = "prompt"
    LATE = "late"
    NEVER = "never"
    TWO_PHONES = "two-phones"
    WRONG_ENROLLMENT = "wrong-enrollment"
    OWNS_APP = "owns-app"
    SIGNS_OUT = "signs-out"


class Oddity(StrEnum):
    """What is unusual about a person's record."""

    NOT_USER_ENROLLED = "not-user-enrolled"
    NO_PHONE = "no-phone"
    NO_MANAGED_APPLE_ID = "no-managed-apple-id"
    DUPLICATE = "duplicate"
    RENAMED = "renamed"
    ODD_NAME = "odd-name"


@frozen(kw_only=True)
class Hardware:
    """What only an organization-owned or device-enrolled phone ever shows."""

    serial: str = field(repr=False)
    udid: str = field(repr=False)
    imei: str = field(repr=False)
    phone_number: str = field(repr=False)


@frozen(kw_only=True)
class PhoneSeed:
    """One phone as it is at the start."""

    key: str
    name: str = field(repr=False)
    model: str
    model_identifier: str
    os_version: str
    enrollment: EnrollmentKind
    hardware: Hardware = field(repr=False)
    owned_apps: frozenset[str] = frozenset()
    """Bundle ids of apps the person installed privately."""


@frozen(kw_only=True)
class Person:
    """One person with their phones. `key` is neutral and not personal; addresses are under example.org."""

    key: str
    name: str = field(repr=False)
    username: str = field(repr=False)
    email: str | None = field(repr=False)
    managed_apple_id: str | None = field(repr=False)
    habit: Habit = Habit.PROMPT
    oddity: Oddity | None = None
    phones: tuple[PhoneSeed, ...] = ()


@frozen(kw_only=True)
class GroupSeed:
    """A group; `members` are person or phone keys. `criteria` makes it dynamic."""

    key: str
    name: str
    of: GroupOf
    members: tuple[str, ...] = ()
    criteria: CriteriaTree | None = None


@frozen(kw_only=True)
class ProfileSeed:
    """A configuration profile assigned to groups (by key); `content` is its property list."""

    key: str
    name: str
    content: bytes = field(repr=False)
    groups: tuple[str, ...] = ()


@frozen(kw_only=True)
class AppSeed:
    """An app in the catalog, assigned to groups (by key); `seats` are bought in each location."""

    key: str
    name: str
    bundle_id: str
    store_id: str | None
    version: str
    kind: AppKind = AppKind.STORE
    groups: tuple[str, ...] = ()
    seats: int = 0


@frozen(kw_only=True)
class Fleet:
    """A whole organization before the move."""

    seed: int
    people: tuple[Person, ...]
    groups: tuple[GroupSeed, ...]
    profiles: tuple[ProfileSeed, ...]
    apps: tuple[AppSeed, ...]
    secrets: Mapping[str, str] = field(factory=dict, repr=False)
    """Secrets planted in profiles, by a name; none of them may ever leave."""
