"""What a product's device side keeps about each enrollment, and what it tells the product."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from attrs import define, field, frozen

from ueapi.apple import mdm
from ueapi.apple.declarations import Declaration
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.fleet import Hardware

ENROLLMENT_PROFILE: Final = "org.example.management"
"""Identifier of the profile that carries the enrollment; removing it ends the enrollment."""


class SignInRefused(Exception):
    """The product doesn't let this account sign in this way; the text says why."""


@frozen(kw_only=True)
class Grant:
    """What a sign-in yields: the bearer token of this enrollment and where to check in."""

    token: str = field(repr=False)
    checkin_path: str = "/mdm/checkin"
    command_path: str = "/mdm/connect"
    profile_identifier: str = ENROLLMENT_PROFILE


@define(kw_only=True, eq=False)
class EnrollmentRecord:
    """One enrollment as the product's device side knows it.

    `identifier` is the EnrollmentID under User Enrollment, the UDID otherwise. `hardware` is what the phone shows and
    is `None` under User Enrollment.
    """

    identifier: str = field(repr=False)
    managed_apple_id: str = field(repr=False)
    kind: EnrollmentKind
    token: str = field(repr=False)
    """The token it was enrolled with: by it push and the product know the enrollment for good."""
    bearer: str = field(default="", repr=False)
    """The token its messages carry now; another one after each sign-in."""
    since: datetime
    os_version: str = ""
    product_name: str = ""
    """Apple's hardware identifier, such as "iPhone15,4"."""
    device_name: str = field(default="", repr=False)
    model: str = ""
    """Apple's product name, such as "iPhone 15"."""
    hardware: Hardware | None = field(default=None, repr=False)
    push_token: bytes = field(default=b"", repr=False)
    push_magic: str = field(default="", repr=False)
    is_active: bool = False
    ended: datetime | None = None
    last_seen: datetime | None = None
    queue: deque[mdm.Command] = field(factory=deque, repr=False)
    """Commands not answered for good yet, oldest first; one stays until the phone says yes or no."""
    postponed: set[str] = field(factory=set, repr=False)
    """Ids of commands answered with NotNow since the phone last said it is idle."""
    profiles: dict[str, str] = field(factory=dict)
    """Identifier → display name of the profiles the phone last reported."""
    apps: dict[str, str] = field(factory=dict)
    """Bundle id → managed app state the phone last reported, in Apple's words."""
    declarations: tuple[Declaration, ...] = field(default=(), repr=False)
    """What the product declares to the phone."""
    declared_at: datetime | None = None
    status: mdm.StatusReport | None = field(default=None, repr=False)
    """What the phone last told of itself in declarative management."""
    poll: tuple[bytes, mdm.CommandPoll] | None = field(default=None, repr=False)
    """How the phone says that it is idle: the bytes, and what was read from them."""


class Hooks(Protocol):
    """What a simulator does when something happens on its device side."""

    def refusal(self, managed_apple_id: str, kind: EnrollmentKind) -> str | None:
        """Why the product doesn't let this account sign in that way, or `None`."""

    def enrolled(self, record: EnrollmentRecord) -> None:
        """The phone sent its first TokenUpdate."""

    def answered(
        self, record: EnrollmentRecord, command: mdm.Command, result: mdm.CommandResult
    ) -> None:
        """The phone answered a command for good; what it reported is in the record already."""

    def left(self, record: EnrollmentRecord) -> None:
        """The phone checked out, or removed the enrollment on command."""


Push = Callable[[EnrollmentRecord], None]
"""Wakes the phone of an enrollment, as Apple's push service does; it polls some seconds later."""
