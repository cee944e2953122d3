"""Devices and their enrollments. Identifiers Apple hides under User Enrollment don't exist here."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NewType

from ueapi.model.base import Thing, Value
from ueapi.model.people import UserLink

EnrollmentID = NewType("EnrollmentID", str)
"""Apple's identifier of one enrollment; a new enrollment of the same phone has another one."""


class EnrollmentKind(StrEnum):
    """How a device came under management."""

    ACCOUNT_DRIVEN_USER = "account-driven-user"
    PROFILE_DRIVEN_USER = "profile-driven-user"
    USER = "user"
    """User Enrollment, and the product doesn't say which way."""
    LEGACY_PERSONAL = "legacy-personal"
    """A product's own way for personal devices from before User Enrollment; its phones should be enrolled anew."""
    DEVICE = "device"
    """Any enrollment that shows the whole device to the organization."""
    UNKNOWN = "unknown"

    @property
    def is_user_enrollment(self) -> bool:
        """Whether the organization sees and manages the work side only."""
        return self in _USER_KINDS


_USER_KINDS = frozenset(
    {EnrollmentKind.ACCOUNT_DRIVEN_USER, EnrollmentKind.PROFILE_DRIVEN_USER, EnrollmentKind.USER}
)


class EnrollmentState(StrEnum):
    """Whether the device is under management now."""

    ENROLLED = "enrolled"
    ENDING = "ending"
    ENDED = "ended"


class Enrollment(Value):
    """One enrollment of one device; times are UTC."""

    kind: EnrollmentKind
    state: EnrollmentState
    enrollment_id: EnrollmentID | None = None
    since: datetime | None = None
    ended: datetime | None = None


class Device(Thing):
    """A device as the product knows it; `ref` is the only lasting key."""

    name: str | None = None
    model: str | None = None
    """Apple's product name, such as "iPhone 15"."""
    model_identifier: str | None = None
    """Apple's hardware identifier, such as "iPhone15,4"."""
    os_version: str | None = None
    enrollment: Enrollment
    user: UserLink | None = None
    last_seen: datetime | None = None


class InstalledApp(Value):
    """A managed app as the phone itself reported it.

    `problem` says, in the product's words, why it is not installed; it is `None` while that is under way.
    """

    bundle_id: str | None
    name: str | None
    version: str | None
    is_installed: bool
    problem: str | None = None


class InstalledProfile(Value):
    """A configuration as the phone itself reported it, named as the product names it."""

    name: str
    profile_id: str | None = None


class DeviceReport(Value):
    """What a phone last reported about its work side; `None` where the product shows nothing."""

    device: Device
    profiles: tuple[InstalledProfile, ...] | None = None
    apps: tuple[InstalledApp, ...] | None = None
