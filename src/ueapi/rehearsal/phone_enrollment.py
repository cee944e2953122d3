"""What a virtual iPhone holds of its enrollment, and of a profile that waits to become one."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field, frozen

from ueapi.apple.enrollment import Challenge
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.enrolling.device import Held, Server
from ueapi.rehearsal.enrolling.proof import Proof
from ueapi.rehearsal.phone_contents import Contents


@define(kw_only=True, eq=False)
class PhoneEnrollment:
    """What the phone holds while it is enrolled; all of it goes when the enrollment ends."""

    server: Server
    identifier: str = field(repr=False)
    token: str = field(repr=False)
    """What push knows the enrollment by; sent along only after a sign-in of the phone's own."""
    kind: EnrollmentKind
    account: str = field(repr=False)
    """The Managed Apple Account, to which licenses are assigned."""
    typed: str = field(repr=False)
    """What the person signs in with; often the same."""
    contents: Contents
    proof: Proof = field(repr=False)
    """The identity it got, by which the service knows its messages."""
    checkin_url: str = field(repr=False)
    command_url: str = field(repr=False)
    is_account_driven: bool = False
    """Whether every message carries the token."""
    checks_out: bool = True
    """Whether the service wants to be told of the end."""
    required_app: int | None = None
    """Store id of an app that comes without asking."""
    refresh_token: str | None = field(default=None, repr=False)
    challenge: Challenge | None = field(default=None, repr=False)
    """How the person signs in again, while the phone waits for that."""
    renewed: datetime | None = field(default=None, repr=False)
    """When a refresh token last bought another token."""
    pushed: bool = False
    idle: bytes = field(default=b"", repr=False)
    """The message that asks for the next command; always the same."""

    @property
    def enrollment_id(self) -> str | None:
        """`None` where the phone is known by its hardware."""
        return self.identifier if self.kind.is_user_enrollment else None


@frozen(kw_only=True)
class Download:
    """A profile from a web page that waits to be installed."""

    held: Held
    at: datetime
