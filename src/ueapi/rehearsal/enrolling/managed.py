"""A device under management, talking to any service: check-ins, commands and the goodbye.

Source: Apple's schema, check-in and command protocol; the account-driven flows for the bearer token.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from attrs import define, field, frozen

from ueapi.apple import enrollment, mdm
from ueapi.apple.mdm.signature import HEADER
from ueapi.errors import InvalidModel
from ueapi.flow import Reply
from ueapi.model import EnrollmentID, EnrollmentKind
from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.device_side import CHECKIN_TYPE, COMMAND_TYPE
from ueapi.rehearsal.enrolling.client import (
    Enrolled,
    EnrollmentFailed,
    Exchanged,
    NoAnswer,
    Recording,
    Send,
    Step,
)
from ueapi.rehearsal.enrolling.identity import Identity, sign_message
from ueapi.rehearsal.fleet import Hardware, PhoneSeed
from ueapi.rehearsal.phone_authorizing import GONE, REFUSALS, meaning_of
from ueapi.rehearsal.phone_commands import Contents, obey

MOST_COMMANDS: Final = 500
"""Commands a device takes in one go before it ends the trial."""
_OK: Final = 200
_SIGN_IN: Final = 401
_NOTHING_SHOWN: Final = Hardware(serial="", udid="", imei="", phone_number="")


Again = Callable[[Enrolled, enrollment.Challenge], Enrolled]
"""Makes the same enrollment with another token, for a challenge of the service."""


@frozen
class Nowhere:
    """A service whose Apps and Books location isn't known to the device."""

    location: str = ""


@define(kw_only=True)
class TrialPhone:
    """A phone without a store: its owner declines every app, so nothing is ever installed."""

    seed: PhoneSeed
    send: Send = field(repr=False)
    apple: AppsAndBooks = field(factory=AppsAndBooks, repr=False)
    clock: VirtualClock = field(factory=VirtualClock, repr=False)
    owned: set[str] = field(factory=set)
    accepts: Callable[[str], float | None] = field(default=lambda _: None, repr=False)
    ask: Callable[[bytes], bytes | None] = field(default=lambda _: None, repr=False)
    """Sends a check-in message for declarations; its answer, or `None` when it is refused."""

    @classmethod
    def of(cls, product: str, ios: str, send: Send) -> TrialPhone:
        """A phone of that hardware and iOS."""
        seed = PhoneSeed(
            key="trial",
            name="iPhone",
            model="iPhone",
            model_identifier=product,
            os_version=ios,
            enrollment=EnrollmentKind.ACCOUNT_DRIVEN_USER,
            hardware=_NOTHING_SHOWN,
        )
        return cls(seed=seed, send=send)

    @property
    def os_version(self) -> str:
        """The iOS it runs."""
        return self.seed.os_version

    def fetch(self, url: str) -> bytes | None:
        """Download the manifest of an in-house app, over https only."""
        if not url.startswith("https://"):
            return None
        try:
            reply = self.send("GET", url, {}, b"")
        except OSError:
            return None
        return reply.body if reply.status == _OK else None


@frozen(kw_only=True)
class Obeyed:
    """One command and its answer; `reason` is the device's for an error."""

    command: str
    status: mdm.Status
    reason: str = ""


@define(kw_only=True)
class Managed:
    """One enrollment from the first check-in on. `contents` is everything managed on the device."""

    send: Send = field(repr=False)
    enrolled: Enrolled
    identity: Identity = field(repr=False)
    phone: TrialPhone
    rng: random.Random = field(repr=False)
    again: Again = field(repr=False)
    """Gets another token when the service wants a new sign-in."""
    log: list[Exchanged] = field(factory=list, repr=False)
    identifier: str = field(init=False, repr=False)
    """The EnrollmentID, made for this enrollment."""
    contents: Contents = field(factory=Contents)
    server: Nowhere = field(factory=Nowhere)
    kind: EnrollmentKind = EnrollmentKind.ACCOUNT_DRIVEN_USER
    obeyed: list[Obeyed] = field(factory=list)
    is_over: bool = False
    """The service removed the enrollment."""

    def __attrs_post_init__(self) -> None:
        self.identifier = str(UUID(int=self.rng.getrandbits(128), version=4)).upper()
        self.phone.ask = self._asked

    @property
    def account(self) -> str:
        """The Managed Apple ID of the profile."""
        return self.enrolled.profile.account or ""

    @property
    def required_app(self) -> int | None:
        """Store id of the app that the profile has installed without asking."""
        return self.enrolled.profile.required_app_id

    def check_in(self) -> None:
        """Introduce the device, and complete the enrollment.

        Raises:
            EnrollmentFailed: the service refuses a message, or doesn't answer.
        """
        topic, name = self.enrolled.profile.topic, EnrollmentID(self.identifier)
        introduction = mdm.Authenticate(
            topic=topic,
            enrollment_id=name,
            os_version=self.phone.os_version,
            product_name=self.phone.seed.model_identifier,
        )
        address = mdm.TokenUpdate(
            topic=topic,
            enrollment_id=name,
            token=self.rng.getrandbits(256).to_bytes(32, "big"),
            push_magic=str(UUID(int=self.rng.getrandbits(128), version=4)).upper(),
        )
        self._checked_in(Step.CHECK_IN, introduction.to_plist())
        self._checked_in(Step.CHECK_IN, address.to_plist())

    def obey_all(self) -> None:
        """Take commands until the service has no more. Each one's answer is in `obeyed`.

        Raises:
            EnrollmentFailed: the service refuses, breaks the protocol, or never stops.
        """
        url = self.enrolled.profile.server_url
        message = mdm.CommandPoll(enrollment_id=EnrollmentID(self.identifier)).to_plist()
        for _ in range(MOST_COMMANDS):
            reply = self._put(Step.COMMANDS, url, COMMAND_TYPE, message)
            if not reply.body:
                return
            command = _command(reply.body)
            message = self._answered(command).to_plist()
            if self._ends(command):
                self.is_over, self.contents = True, Contents()
                self._put(Step.COMMANDS, url, COMMAND_TYPE, message)
                return
        raise EnrollmentFailed(Step.COMMANDS, f"more than {MOST_COMMANDS} commands came")

    def check_out(self) -> None:
        """Say goodbye, where the profile wants it; everything managed goes.

        Raises:
            EnrollmentFailed: the service refuses. The device has left all the same.
        """
        self.contents = Contents()
        if self.is_over or not self.enrolled.profile.check_out_when_removed:
            return
        self.is_over = True
        goodbye = mdm.CheckOut(
            topic=self.enrolled.profile.topic, enrollment_id=EnrollmentID(self.identifier)
        )
        self._checked_in(Step.CHECK_OUT, goodbye.to_plist())

    def _ends(self, command: mdm.Command) -> bool:
        """Whether it removes the profile that carries the enrollment."""
        removes = command.request_type == mdm.RequestType.REMOVE_PROFILE
        return removes and command.content.get("Identifier") == self.enrolled.profile.identifier

    def _answered(self, command: mdm.Command) -> mdm.CommandResult:
        if self._ends(command):
            result = mdm.CommandResult(
                enrollment_id=EnrollmentID(self.identifier),
                command_uuid=command.uuid,
                status=mdm.Status.ACKNOWLEDGED,
            )
        else:
            result = obey(self.phone, self, command)
        reason = result.error_chain[0].english or "" if result.error_chain else ""
        self.obeyed.append(
            Obeyed(command=command.request_type, status=result.status, reason=reason)
        )
        return result

    def _asked(self, body: bytes) -> bytes | None:
        """Ask about declarations. What the service can't answer ends nothing; the command's answer tells of it."""
        profile = self.enrolled.profile
        url = profile.checkin_url or profile.server_url
        reply = self._sent(Step.COMMANDS, url, CHECKIN_TYPE, body)
        return reply.body if reply.status == _OK else None

    def _checked_in(self, step: Step, body: bytes) -> None:
        profile = self.enrolled.profile
        self._put(step, profile.checkin_url or profile.server_url, CHECKIN_TYPE, body)

    def _put(self, step: Step, url: str, content_type: str, body: bytes) -> Reply:
        """Send a message; once more after another sign-in, where the service wants one and it is no goodbye."""
        reply = self._sent(step, url, content_type, body)
        challenge = reply.headers.get("www-authenticate")
        if reply.status == _SIGN_IN and challenge and step is not Step.CHECK_OUT:
            self.enrolled = self.again(self.enrolled, _challenge(challenge))
            reply = self._sent(step, url, content_type, body)
        if step is not Step.CHECK_IN and self._is_disowned(reply):
            self.is_over, self.contents = True, Contents()
            reason = f"the service answers {reply.status} and so ends the enrollment"
            raise EnrollmentFailed(step, reason, status=reply.status)
        if reply.status != _OK:
            raise EnrollmentFailed(step, f"the service answers {reply.status}", status=reply.status)
        return reply

    def _is_disowned(self, reply: Reply) -> bool:
        if reply.status not in REFUSALS:
            return False
        return meaning_of(reply, ios=self.phone.os_version, is_account_driven=True) is GONE

    def _sent(self, step: Step, url: str, content_type: str, body: bytes) -> Reply:
        headers = {
            "content-type": content_type,
            "authorization": f"Bearer {self.enrolled.token}",
        }
        if self.enrolled.profile.sign_message:
            headers[HEADER] = sign_message(body, self.identity)
        try:
            return Recording(self.send, step, self.log)("PUT", url, headers, body)
        except OSError:
            raise NoAnswer(step, f"no answer from {urlsplit(url).netloc}") from None


def _challenge(header: str) -> enrollment.Challenge:
    try:
        return enrollment.challenge_from_header(header)
    except InvalidModel as problem:
        raise EnrollmentFailed(Step.CHALLENGE, problem.message, status=_SIGN_IN) from None


def _command(body: bytes) -> mdm.Command:
    try:
        return mdm.command_from_plist(body)
    except InvalidModel as problem:
        raise EnrollmentFailed(Step.COMMANDS, problem.message) from None
