"""A virtual iPhone: it enrolls, obeys, refuses what iOS refuses, and leaves when its owner signs out."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from attrs import define, field

from ueapi.apple import mdm
from ueapi.apple.enrollment import Challenge, OAuth2Challenge, TokenAnswer
from ueapi.flow import Reply
from ueapi.model import EnrollmentKind
from ueapi.rehearsal import phone_messages as messages
from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.enrolling.device import CannotEnroll, Held, Server, WayIn
from ueapi.rehearsal.enrolling.signing_on import first_contents
from ueapi.rehearsal.enrollments import ENROLLMENT_PROFILE
from ueapi.rehearsal.fleet import PhoneSeed
from ueapi.rehearsal.phone_authorizing import GONE, REFUSALS, meaning_of
from ueapi.rehearsal.phone_commands import obey, put_off
from ueapi.rehearsal.phone_declarations import take_up
from ueapi.rehearsal.phone_enrollment import Download, PhoneEnrollment
from ueapi.rehearsal.wire import Network

__all__ = ["CannotEnroll", "PhoneEnrollment", "Server", "VirtualPhone"]

CHECKIN_TYPE: Final = "application/x-apple-aspen-mdm-checkin"
COMMAND_TYPE: Final = "application/x-apple-aspen-mdm"
OLDEST_ACCOUNT_DRIVEN: Final = 15
PROFILE_DRIVEN_UNTIL: Final = 18
OK: Final = 200
OLDEST_ACCOUNT_DRIVEN_DEVICE: Final = 17
"""Source: Apple, Platform Deployment; another page of Apple's says 16."""
DISCARDED_AFTER: Final = timedelta(minutes=8)
"""How long a downloaded profile waits to be installed. Source: Apple support, installing a configuration profile."""
OFFLINE_SHARE: Final = 0.01
"""Part of the pushes that find the phone switched off or without a network."""
OFFLINE_FOR: Final = (600.0, 7200.0)
"""Seconds until it is back, at least and at most."""
LOCKED_SHARE: Final = 0.02
"""Part of the installations a phone puts off, since it is locked."""
NO_ANSWER: Final = Reply(0, {}, b"")
"""What stands for the answer of a service that can't be reached; the phone asks again when it is pushed to."""
CAN_WAIT: Final = frozenset({mdm.RequestType.INSTALL_PROFILE, mdm.RequestType.INSTALL_APPLICATION})


@define(kw_only=True, eq=False)
class VirtualPhone:
    """One iPhone. It has one enrollment at a time, with a new EnrollmentID each time.

    `accepts` is asked for each app the service wants to install, with its bundle id; it returns the seconds until
    the owner agrees, or `None` for a refusal. `asked` is called when the phone asks its owner to sign in again.
    `directory` finds phones by their enrollment's token, for push.
    """

    seed: PhoneSeed
    network: Network = field(repr=False)
    clock: VirtualClock = field(repr=False)
    rng: random.Random = field(repr=False)
    apple: AppsAndBooks = field(repr=False)
    accepts: Callable[[str], float | None] = field(repr=False)
    way_in: WayIn = field(repr=False)
    asked: Callable[[VirtualPhone], None] = field(default=lambda _: None, repr=False)
    directory: dict[str, VirtualPhone] = field(factory=dict, repr=False)
    owned: set[str] = field(factory=set)
    """Bundle ids of apps installed privately; the service sees nothing of them."""
    enrollment: PhoneEnrollment | None = None
    waiting: Download | None = None
    """What was downloaded and isn't installed yet."""
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
        """Sign in with a work account in Settings.

        What the account's domain answers decides: a personal phone (User Enrollment), or one of the organization.

        Raises:
            CannotEnroll: it is enrolled already, its iOS doesn't know this way, or something on the way failed.
        """
        self.check_way(EnrollmentKind.ACCOUNT_DRIVEN_USER)
        self._begin(self.way_in.signed_in(self, account), account)

    def enroll_on_web(self, server: Server, account: str, kind: EnrollmentKind) -> None:
        """Walk through a product's web page and install the profile it hands out at once.

        Raises:
            CannotEnroll: it is enrolled already, its iOS doesn't know this way, or something on the way failed.
        """
        self.download(server, account, kind)
        self.install(account)

    def download(self, server: Server, account: str, kind: EnrollmentKind) -> None:
        """Walk through a product's web page; what it hands out waits on the phone for a while.

        Raises:
            CannotEnroll: it is enrolled already, its iOS doesn't know this way, or the page hands out nothing.
        """
        self.check_way(kind)
        held = self.way_in.downloaded(self, server, account, kind)
        self.waiting = Download(held=held, at=self.clock.now())

    def install(self, account: str) -> None:
        """Install the profile that waits in Settings, and sign in with the account. Whatever happens, it waits no more.

        Raises:
            CannotEnroll: none waits, it was discarded after a while, it is for another account, or as `sign_in`.
        """
        waiting, self.waiting = self.waiting, None
        if waiting is None:
            raise CannotEnroll("no profile waits to be installed")
        if self.clock.now() - waiting.at > DISCARDED_AFTER:
            raise CannotEnroll(
                "the downloaded profile was discarded, since nobody installed it in time"
            )
        self.check_way(waiting.held.kind)
        named = waiting.held.managed_apple_id
        if named is not None and named.casefold() != account.casefold():
            raise CannotEnroll("the profile is for another Managed Apple ID")
        self._begin(waiting.held, account)

    def sign_in_again(self) -> None:
        """Sign in for the enrollment that waits for it; it goes on as it was.

        Raises:
            CannotEnroll: the sign-in failed; the phone goes on waiting.
        """
        current = self.enrollment
        if current is None or current.challenge is None:
            return
        answer = self.way_in.signed_in_again(self, current.typed, current.challenge, current.kind)
        self._take(current, answer)
        self._poll(current)

    def _begin(self, held: Held, account: str) -> None:
        kind = held.kind
        identifier = self._new_identifier() if kind.is_user_enrollment else self.seed.hardware.udid
        current = self.enrollment = PhoneEnrollment(
            server=held.server,
            identifier=identifier,
            token=held.token,
            kind=kind,
            account=held.assigned or account,
            typed=account,
            contents=first_contents(self, held.sso),
            proof=self.way_in.proven(self, held),
            checkin_url=held.checkin_url,
            command_url=held.command_url,
            is_account_driven=held.is_account_driven,
            checks_out=held.checks_out,
            required_app=held.required_app,
            refresh_token=held.refresh_token,
        )
        self.directory[held.token] = self
        known_by = current.enrollment_id
        self._checkin(messages.authenticate(self.seed, known_by, self.os_version))
        token = self.rng.getrandbits(256).to_bytes(32, "big")
        magic = f"{self.rng.getrandbits(128):032x}"
        self._checkin(messages.token_update(self.seed, known_by, token, magic))
        take_up(self, current)

    def leave(self) -> None:
        """Sign out: everything managed goes at once. The service is told if it wants to be, once, whatever it answers.

        Source: Apple's schema, mdm/checkin/checkout and the key CheckOutWhenRemoved.
        """
        current = self.enrollment
        if current is None:
            return
        if current.checks_out:
            goodbye = messages.check_out(self.seed, current.enrollment_id)
            self._put(current.checkin_url, CHECKIN_TYPE, goodbye)
        self._let_go()

    def _let_go(self) -> None:
        """The end of the enrollment: everything managed goes, and nothing private."""
        self._current.contents.remove_everything()
        self.enrollment = None

    def check_way(self, kind: EnrollmentKind) -> None:
        """Refuse a way in that its iOS doesn't know, or a second enrollment.

        Raises:
            CannotEnroll: it can't enroll that way.
        """
        if self.enrollment is not None:
            raise CannotEnroll("a phone has one enrollment at a time")
        if kind is EnrollmentKind.PROFILE_DRIVEN_USER and self.major >= PROFILE_DRIVEN_UNTIL:
            raise CannotEnroll("enrollment by profile is gone from iOS 18 on")
        if kind is EnrollmentKind.ACCOUNT_DRIVEN_USER and self.major < OLDEST_ACCOUNT_DRIVEN:
            raise CannotEnroll("signing in with a work account needs iOS 15")

    def check_account_driven(self, kind: EnrollmentKind) -> None:
        """Refuse what this iOS doesn't know of signing in with a work account.

        Raises:
            CannotEnroll: it can't enroll that way.
        """
        self.check_way(kind)
        if not kind.is_user_enrollment and self.major < OLDEST_ACCOUNT_DRIVEN_DEVICE:
            raise CannotEnroll("signing in on a phone of the organization needs iOS 17")

    def _new_identifier(self) -> str:
        bits = f"{self.rng.getrandbits(128):032X}"
        return f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}"

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
        while self.enrollment is current and current.challenge is None:
            reply = self._connect(message)
            if reply.status in REFUSALS:
                if not self._goes_on(current, reply):
                    return
                continue
            if reply.status != OK or not reply.body:
                return
            command = mdm.command_from_plist(reply.body)
            message = self._answer_to(current, command).to_plist()
            if _removes_management(command):
                self._connect(message)
                self._let_go()

    def _goes_on(self, current: PhoneEnrollment, reply: Reply) -> bool:
        """Whether another token was had without asking anybody. Otherwise the phone leaves, or asks for a sign-in."""
        meaning = meaning_of(
            reply, ios=self.os_version, is_account_driven=current.is_account_driven
        )
        if meaning is GONE:
            self._let_go()
        elif meaning is not None:
            if self._renewed(current, meaning):
                return True
            current.challenge = meaning
            self.asked(self)
        return False

    def _renewed(self, current: PhoneEnrollment, challenge: Challenge) -> bool:
        """Whether the refresh token bought another token; each is tried once, and no two in a row."""
        refresh, current.refresh_token = current.refresh_token, None
        now = self.clock.now()
        if refresh is None or current.renewed == now or not isinstance(challenge, OAuth2Challenge):
            return False
        current.renewed = now
        try:
            self._take(current, self.way_in.renewed(self, challenge, refresh))
        except CannotEnroll:
            return False
        return True

    def _take(self, current: PhoneEnrollment, answer: TokenAnswer) -> None:
        """Go on with another token; push still knows the enrollment by the first."""
        current.token, current.refresh_token = answer.access_token, answer.refresh_token
        current.challenge = None

    def ask(self, message: bytes) -> bytes | None:
        """Send a check-in message that asks for something; its answer, or `None` when it is refused."""
        reply = self._put(self._current.checkin_url, CHECKIN_TYPE, message)
        return reply.body if reply.status == OK else None

    def _answer_to(self, current: PhoneEnrollment, command: mdm.Command) -> mdm.CommandResult:
        """A locked phone puts installations off until it is used again."""
        if command.request_type in CAN_WAIT and self.rng.random() < LOCKED_SHARE:
            self._poll_in(current, self.rng.uniform(60.0, 900.0))
            return put_off(current, command)
        return obey(self, current, command)

    def _idle(self, current: PhoneEnrollment) -> bytes:
        if not current.idle:
            current.idle = messages.idle(self.seed, current.enrollment_id)
        return current.idle

    def _checkin(self, body: bytes) -> None:
        current = self._current
        reply = self._put(current.checkin_url, CHECKIN_TYPE, body)
        if reply.status != OK:
            self._let_go()
            raise CannotEnroll(f"the service answered {reply.status or 'nothing'} to a check-in")

    def _connect(self, body: bytes) -> Reply:
        return self._put(self._current.command_url, COMMAND_TYPE, body)

    @property
    def _current(self) -> PhoneEnrollment:
        assert self.enrollment is not None  # noqa: S101 - only an enrolled phone talks
        return self.enrollment

    def _put(self, url: str, content_type: str, body: bytes) -> Reply:
        current = self._current
        self.messages += 1
        headers = {"content-type": content_type, **current.proof.headers(body)}
        if current.is_account_driven:
            headers["authorization"] = f"Bearer {current.token}"
        try:
            return self.network.ask("PUT", url, headers, body, tls=current.proof.tls)
        except ConnectionError:
            return NO_ANSWER


def _removes_management(command: mdm.Command) -> bool:
    return (
        command.request_type == mdm.RequestType.REMOVE_PROFILE
        and command.content.get("Identifier") == ENROLLMENT_PROFILE
    )
