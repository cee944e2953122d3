"""A virtual iPhone: it enrolls, obeys, refuses what iOS refuses, and leaves when its owner signs out."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from attrs import define, field

from ueapi.apple import mdm
from ueapi.flow import Reply
from ueapi.model import EnrollmentID, EnrollmentKind
from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.enrolling.device import CannotEnroll, Held, Server, WayIn
from ueapi.rehearsal.enrollments import ENROLLMENT_PROFILE
from ueapi.rehearsal.fleet import PhoneSeed
from ueapi.rehearsal.phone_commands import Contents, obey, put_off
from ueapi.rehearsal.wire import Network

__all__ = ["CannotEnroll", "PhoneEnrollment", "Server", "VirtualPhone"]

TOPIC: Final = "com.apple.mgmt.External.5f0c7b1e-3a52-4c0e-9b0a-2f6a1d5c7e90"
CHECKIN_TYPE: Final = "application/x-apple-aspen-mdm-checkin"
COMMAND_TYPE: Final = "application/x-apple-aspen-mdm"
OLDEST_ACCOUNT_DRIVEN: Final = 15
PROFILE_DRIVEN_UNTIL: Final = 18
OK: Final = 200
DISOWNED: Final = frozenset({401, 403})
"""How a service says that it doesn't know the enrollment any more: 403, or 401 without a way to sign in."""
OFFLINE_SHARE: Final = 0.01
"""Part of the pushes that find the phone switched off or without a network."""
OFFLINE_FOR: Final = (600.0, 7200.0)
"""Seconds until it is back, at least and at most."""
LOCKED_SHARE: Final = 0.02
"""Part of the installations a phone puts off, since it is locked."""
CAN_WAIT: Final = frozenset({mdm.RequestType.INSTALL_PROFILE, mdm.RequestType.INSTALL_APPLICATION})


@define(kw_only=True, eq=False)
class PhoneEnrollment:
    """What the phone holds while it is enrolled; all of it goes when the enrollment ends."""

    server: Server
    identifier: str = field(repr=False)
    token: str = field(repr=False)
    """What push knows the enrollment by; sent along only after a sign-in of the phone's own."""
    kind: EnrollmentKind
    account: str = field(repr=False)
    contents: Contents
    checkin_url: str = field(repr=False)
    command_url: str = field(repr=False)
    pushed: bool = False
    idle: bytes = field(default=b"", repr=False)
    """The message that asks for the next command; always the same."""


@define(kw_only=True, eq=False)
class VirtualPhone:
    """One iPhone. It has one enrollment at a time, with a new EnrollmentID each time.

    `accepts` is asked for each app the service wants to install, with its bundle id; it returns the seconds until
    the owner agrees, or `None` for a refusal. `directory` finds phones by their enrollment's token, for push.
    """

    seed: PhoneSeed
    network: Network = field(repr=False)
    clock: VirtualClock = field(repr=False)
    rng: random.Random = field(repr=False)
    apple: AppsAndBooks = field(repr=False)
    accepts: Callable[[str], float | None] = field(repr=False)
    way_in: WayIn = field(repr=False)
    directory: dict[str, VirtualPhone] = field(factory=dict, repr=False)
    owned: set[str] = field(factory=set)
    """Bundle ids of apps installed privately; the service sees nothing of them."""
    enrollment: PhoneEnrollment | None = None
    messages: int = 0
    os_version: str = field(init=False)
    """The iOS it runs now."""

    def __attrs_post_init__(self) -> None:
        self.owned = set(self.seed.owned_apps)
        self.os_version = self.seed.enrolled_on or self.seed.os_version

    def update(self) -> None:
        """Update to the iOS of its seed; an enrollment made before lives on, whatever way it was made."""
        self.os_version = self.seed.os_version

    @property
    def is_enrolled(self) -> bool:
        """Whether some service manages the phone."""
        return self.enrollment is not None

    @property
    def running(self) -> str:
        """The iOS it runs now."""
        return self.os_version

    @property
    def major(self) -> int:
        """The major version of its iOS."""
        return int(self.os_version.partition(".")[0])

    # -- coming and going --------------------------------------------------------------------------

    def sign_in(self, account: str) -> None:
        """Sign in with a work account in Settings: wherever the account's domain says, as a personal phone.

        Raises:
            CannotEnroll: it is enrolled already, its iOS doesn't know this way, or something on the way failed.
        """
        kind = EnrollmentKind.ACCOUNT_DRIVEN_USER
        self._check_way(kind)
        self._begin(self.way_in.signed_in(self, account), account, kind)

    def enroll_on_web(self, server: Server, account: str, kind: EnrollmentKind) -> None:
        """Walk through a product's web page and install the profile it hands out.

        Raises:
            CannotEnroll: it is enrolled already, its iOS doesn't know this way, or something on the way failed.
        """
        self._check_way(kind)
        held = self.way_in.downloaded(self, server, account, kind)
        self._check_way(held.kind)
        self._begin(held, account, held.kind)

    def _begin(self, held: Held, account: str, kind: EnrollmentKind) -> None:
        identifier = self._new_identifier() if kind.is_user_enrollment else self.seed.hardware.udid
        self.enrollment = PhoneEnrollment(
            server=held.server,
            identifier=identifier,
            token=held.token,
            kind=kind,
            account=account,
            contents=Contents(),
            checkin_url=held.checkin_url,
            command_url=held.command_url,
        )
        self.directory[held.token] = self
        self._checkin(self._authenticate(identifier, kind))
        self._checkin(self._token_update(identifier, kind))

    def leave(self) -> None:
        """Sign out: everything managed goes at once, and the service is told."""
        current = self.enrollment
        if current is None:
            return
        if current.kind.is_user_enrollment:
            goodbye = mdm.CheckOut(
                topic=TOPIC, enrollment_id=EnrollmentID(current.identifier)
            ).to_plist()
        else:
            goodbye = mdm.DeviceEnrollmentCheckOut(topic=TOPIC, udid=current.identifier).to_plist()
        self._put(current.checkin_url, CHECKIN_TYPE, goodbye)
        self.enrollment = None

    def _check_way(self, kind: EnrollmentKind) -> None:
        if self.enrollment is not None:
            raise CannotEnroll("a phone has one enrollment at a time")
        if kind is EnrollmentKind.PROFILE_DRIVEN_USER and self.major >= PROFILE_DRIVEN_UNTIL:
            raise CannotEnroll("enrollment by profile is gone from iOS 18 on")
        if kind is EnrollmentKind.ACCOUNT_DRIVEN_USER and self.major < OLDEST_ACCOUNT_DRIVEN:
            raise CannotEnroll("signing in with a work account needs iOS 15")

    def _new_identifier(self) -> str:
        bits = f"{self.rng.getrandbits(128):032X}"
        return f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}"

    def _authenticate(self, identifier: str, kind: EnrollmentKind) -> bytes:
        if kind.is_user_enrollment:
            return mdm.Authenticate(
                topic=TOPIC,
                enrollment_id=EnrollmentID(identifier),
                os_version=self.os_version,
                product_name=self.seed.model_identifier,
            ).to_plist()
        return mdm.DeviceEnrollmentAuthenticate(
            topic=TOPIC,
            udid=identifier,
            serial_number=self.seed.hardware.serial,
            imei=self.seed.hardware.imei,
            os_version=self.os_version,
            product_name=self.seed.model_identifier,
        ).to_plist()

    def _token_update(self, identifier: str, kind: EnrollmentKind) -> bytes:
        token = self.rng.getrandbits(256).to_bytes(32, "big")
        magic = f"{self.rng.getrandbits(128):032x}"
        if kind.is_user_enrollment:
            return mdm.TokenUpdate(
                topic=TOPIC,
                enrollment_id=EnrollmentID(identifier),
                token=token,
                push_magic=magic,
            ).to_plist()
        return mdm.DeviceEnrollmentTokenUpdate(
            topic=TOPIC, udid=identifier, token=token, push_magic=magic
        ).to_plist()

    # -- talking -----------------------------------------------------------------------------------

    def push(self) -> None:
        """Apple's push arrives; the phone polls some seconds later, once for pushes that come together."""
        current = self.enrollment
        if current is None or current.pushed:
            return
        self._poll_in(current, self._latency())

    def _latency(self) -> float:
        """Seconds until a push is answered: soon, or when the phone is online again."""
        if self.rng.random() < OFFLINE_SHARE:
            return self.rng.uniform(*OFFLINE_FOR)
        return self.rng.uniform(2.0, 25.0)

    def _poll_in(self, current: PhoneEnrollment, delay: float) -> None:
        current.pushed = True
        self.clock.after(delay, lambda: self._poll(current))

    def fetch(self, url: str) -> bytes | None:
        """Download something, such as the manifest of an in-house app; `None` when it isn't there."""
        if not self.network.reaches(url):
            return None
        reply = self.network.send("GET", url, {}, b"")
        return reply.body if reply.status == OK else None

    def _poll(self, current: PhoneEnrollment) -> None:
        current.pushed = False
        message = self._idle(current)
        while self.enrollment is current:
            reply = self._connect(message)
            if reply.status in DISOWNED:
                self.enrollment = None
                return
            if reply.status != OK or not reply.body:
                return
            command = mdm.command_from_plist(reply.body)
            message = self._answer_to(current, command).to_plist()
            if _removes_management(command):
                self._connect(message)
                self.enrollment = None

    def _answer_to(self, current: PhoneEnrollment, command: mdm.Command) -> mdm.CommandResult:
        """A locked phone puts installations off until it is used again."""
        if command.request_type in CAN_WAIT and self.rng.random() < LOCKED_SHARE:
            self._poll_in(current, self.rng.uniform(60.0, 900.0))
            return put_off(current, command)
        return obey(self, current, command)

    def _idle(self, current: PhoneEnrollment) -> bytes:
        if not current.idle:
            is_user = current.kind.is_user_enrollment
            current.idle = mdm.CommandPoll(
                enrollment_id=EnrollmentID(current.identifier) if is_user else None,
                udid=None if is_user else current.identifier,
            ).to_plist()
        return current.idle

    def _checkin(self, body: bytes) -> None:
        current = self._current
        reply = self._put(current.checkin_url, CHECKIN_TYPE, body)
        if reply.status != OK:
            self.enrollment = None
            raise CannotEnroll(f"the service answered {reply.status} to a check-in")

    def _connect(self, body: bytes) -> Reply:
        return self._put(self._current.command_url, COMMAND_TYPE, body)

    @property
    def _current(self) -> PhoneEnrollment:
        assert self.enrollment is not None  # noqa: S101 - only an enrolled phone talks
        return self.enrollment

    def _put(self, url: str, content_type: str, body: bytes) -> Reply:
        current = self._current
        self.messages += 1
        headers = {"content-type": content_type}
        if current.kind is EnrollmentKind.ACCOUNT_DRIVEN_USER:
            headers["authorization"] = f"Bearer {current.token}"
        return self.network.send("PUT", url, headers, body)


def _removes_management(command: mdm.Command) -> bool:
    return (
        command.request_type == mdm.RequestType.REMOVE_PROFILE
        and command.content.get("Identifier") == ENROLLMENT_PROFILE
    )
