"""The device-facing side every simulator shares: check-ins, the command queue, push."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from attrs import define, field, frozen
from starlette.routing import Route

from ueapi.apple import mdm
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.fleet import Hardware


@frozen(kw_only=True)
class Grant:
    """What a sign-in yields: the bearer token of this enrollment and where to check in."""

    token: str = field(repr=False)
    checkin_path: str = "/mdm/checkin"
    command_path: str = "/mdm/connect"


@define(kw_only=True)
class EnrollmentRecord:
    """One enrollment as the product's device side knows it.

    `identifier` is the EnrollmentID under User Enrollment, the UDID otherwise. `hardware` is what the phone shows and is
    `None` under User Enrollment.
    """

    identifier: str = field(repr=False)
    managed_apple_id: str = field(repr=False)
    kind: EnrollmentKind
    token: str = field(repr=False)
    since: datetime
    os_version: str = ""
    product_name: str = ""
    device_name: str = field(default="", repr=False)
    model: str = ""
    hardware: Hardware | None = field(default=None, repr=False)
    is_active: bool = False
    ended: datetime | None = None
    last_seen: datetime | None = None
    queue: deque[mdm.Command] = field(factory=deque, repr=False)
    profiles: dict[str, str] = field(factory=dict)
    """Identifier → display name of the profiles the phone last reported."""
    apps: dict[str, str] = field(factory=dict)
    """Bundle id → managed app state the phone last reported, in Apple's words."""


class Hooks(Protocol):
    """What a simulator does when something happens on its device side."""

    def refusal(self, managed_apple_id: str, kind: EnrollmentKind) -> str | None:
        """Why the product doesn't let this account sign in that way, or `None`."""

    def enrolled(self, record: EnrollmentRecord) -> None:
        """The phone sent its first TokenUpdate."""

    def answered(
        self, record: EnrollmentRecord, command: mdm.Command, result: mdm.CommandResult
    ) -> None:
        """The phone answered a command."""

    def left(self, record: EnrollmentRecord) -> None:
        """The phone checked out, or removed the enrollment on command."""


Push = Callable[[EnrollmentRecord], None]
