"""A virtual phone's way in: what it and its owner do from the typed address to the installed enrollment profile."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Final, Protocol
from urllib.parse import urlsplit

from attrs import define, evolve, field, frozen

from ueapi.apple import enrollment
from ueapi.apple.enrollment import discovery, mdm_profile
from ueapi.apple.enrollment.enrollment_sso import EnrollmentSso
from ueapi.apple.profiles import Payload
from ueapi.apple.profiles.payloads import Acme
from ueapi.apple.profiles.signing import Signer
from ueapi.flow import Reply
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.device_side import DeviceSide
from ueapi.rehearsal.enrolling.accounts import Accounts
from ueapi.rehearsal.enrolling.attesting import AppleAttests
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.client import Enroller, EnrollmentFailed
from ueapi.rehearsal.enrolling.filling import filled_in_by
from ueapi.rehearsal.enrolling.identity import obtain
from ueapi.rehearsal.enrolling.pages import MOBILE, Form, Meaning
from ueapi.rehearsal.enrolling.proof import Proof
from ueapi.rehearsal.enrolling.service import WEB
from ueapi.rehearsal.enrolling.signing_on import Owned, permitted
from ueapi.rehearsal.fleet import PhoneSeed
from ueapi.rehearsal.phone_information import build_of
from ueapi.rehearsal.wire import Network

LANGUAGE: Final = "en"
TELLS_VERSION: Final = 17
"""The iOS from which a device tells its version in this message."""
OLDEST_WITH_ACME: Final = 16
"""Source: Apple's schema, com.apple.security.acme, since 16.0."""


class CannotEnroll(Exception):
    """The phone ends the enrollment, or can't begin it; the text says why. Nothing of it stays."""


@frozen(kw_only=True)
class Server:
    """Where a phone enrolls: the product's host and its device side."""

    name: str
    host: str
    location: str
    side: DeviceSide = field(repr=False)

    @property
    def page(self) -> str:
        """The web page that hands out enrollment profiles."""
        return f"https://{self.host}{WEB}"


@frozen(kw_only=True)
class Held:
    """What a phone holds once the enrollment profile is installed."""

    server: Server
    token: str = field(repr=False)
    kind: EnrollmentKind
    checkin_url: str = field(repr=False)
    command_url: str = field(repr=False)
    identity: Payload = field(repr=False)
    """How the phone gets the identity that proves its messages."""
    signs_messages: bool = False
    is_account_driven: bool = False
    """Whether every message carries the token that a sign-in handed out."""
    refresh_token: str | None = field(default=None, repr=False)
    checks_out: bool = True
    """Whether the service wants to be told when the enrollment ends."""
    required_app: int | None = None
    """Store id of an app that comes without asking; account-driven ways only. Source: Apple's schema."""
    sso: EnrollmentSso | None = field(default=None, repr=False)
    """What came before the sign-in."""
    assigned: str | None = field(default=None, repr=False)
    """The Managed Apple Account of whoever signed in, by whatever address. Source: Apple, AssignedManagedAppleID."""
    managed_apple_id: str | None = field(default=None, repr=False)
    """Whom a downloaded profile is for, where it says so."""


class Phone(Owned, Protocol):
    """What is asked of a phone on its way in."""

    seed: PhoneSeed
    rng: random.Random

    def check_account_driven(self, kind: EnrollmentKind) -> None:
        """Refuse what its iOS doesn't know of signing in with a work account.

        Raises:
            CannotEnroll: it can't enroll that way.
        """

    @property
    def major(self) -> int:
        """The major version of its iOS."""

    @property
    def running(self) -> str:
        """The iOS it runs now."""


@define(kw_only=True)
class WayIn:
    """The world a phone enrolls in: the network, Apple's authority, the people's accounts, and the products by host."""

    network: Network = field(repr=False)
    devices: Authority = field(repr=False)
    accounts: Accounts = field(repr=False)
    servers: dict[str, Server] = field(factory=dict)
    browser: str = MOBILE
    """How the phones' browsers name themselves."""
    apple: str | None = None
    """https address of Apple's service discovery."""
    messages: int = 0
    """Messages exchanged so far before the first check-in."""
    _signers: dict[str, Signer] = field(factory=dict, repr=False)

    def signed_in(self, phone: Phone, account: str) -> Held:
        """Find the service for a typed address, sign in, and take its profile.

        What the address's domain answers decides the kind of enrollment, and so what the phone shows of itself.

        Raises:
            CannotEnroll: some step failed.
        """
        device = self._enroller(phone, self._answers(account, EnrollmentKind.ACCOUNT_DRIVEN_USER))
        with self._counted(device):
            found = device.discovered(account)
            kind = _KINDS[found.version]
            phone.check_account_driven(kind)
            device.told, device.answers = _told(phone, kind), self._answers(account, kind)
            got = device.enrolled(found, account)
        held = self._held(got.profile, token=got.token, kind=kind)
        return evolve(
            held,
            is_account_driven=True,
            refresh_token=got.refresh_token,
            required_app=got.profile.required_app_id,
            sso=got.sso,
            assigned=got.profile.assigned_managed_apple_id,
        )

    def signed_in_again(
        self, phone: Phone, account: str, challenge: enrollment.Challenge, kind: EnrollmentKind
    ) -> enrollment.TokenAnswer:
        """Sign in once more for an enrollment that goes on.

        Raises:
            CannotEnroll: the sign-in failed; the enrollment stays, without a token that is worth something.
        """
        device = self._enroller(phone, self._answers(account, kind))
        with self._counted(device):
            return device.signed_in_again(challenge, account)

    def renewed(
        self, phone: Phone, challenge: enrollment.OAuth2Challenge, refresh_token: str
    ) -> enrollment.TokenAnswer:
        """Get another token without the person.

        Raises:
            CannotEnroll: the refresh token is worth nothing any more.
        """
        device = self._enroller(phone, self._answers("", EnrollmentKind.ACCOUNT_DRIVEN_USER))
        with self._counted(device):
            return device.renewed(challenge, refresh_token)

    def downloaded(self, phone: Phone, server: Server, account: str, kind: EnrollmentKind) -> Held:
        """Walk through a product's web page for that kind of enrollment, and take what it hands out.

        What is handed out decides: a page can lead to another kind than the person meant. Nothing is installed yet.

        Raises:
            CannotEnroll: some step failed.
        """
        device = self._enroller(phone, self._answers(account, kind))
        with self._counted(device):
            profile = device.downloaded(server.page)
        token = profile.server_url.rpartition("/")[2]
        is_device = profile.managed_apple_id is None
        found = EnrollmentKind.DEVICE if is_device else EnrollmentKind.PROFILE_DRIVEN_USER
        return self._held(profile, token=token, kind=found)

    def proven(self, phone: Phone, held: Held) -> Proof:
        """Get the identity that an installed profile names.

        Raises:
            CannotEnroll: its iOS doesn't know the way to it, or the service gives out none.
        """
        if held.identity.type == Acme.payload_type and phone.major < OLDEST_WITH_ACME:
            raise CannotEnroll("an identity by ACME needs iOS 16")
        attests = AppleAttests(self.devices, phone.running)
        try:
            found = obtain(held.identity, send=self._sent, attests=attests)
        except EnrollmentFailed as problem:
            raise CannotEnroll(str(problem)) from None
        return Proof.by(found, signs=held.signs_messages)

    def _sent(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        self.messages += 1
        return self.network.ask(method, url, headers, body)

    @contextmanager
    def _counted(self, device: Enroller) -> Iterator[None]:
        try:
            yield
        except EnrollmentFailed as problem:
            raise CannotEnroll(str(problem)) from None
        finally:
            self.messages += len(device.log)

    def _answers(self, account: str, kind: EnrollmentKind) -> Callable[[Form], Mapping[str, str]]:
        way = Meaning.PERSONAL if kind.is_user_enrollment else Meaning.ORGANIZATION
        return filled_in_by(account, self.accounts, way)

    def _held(
        self, profile: mdm_profile.EnrollmentProfile, *, token: str, kind: EnrollmentKind
    ) -> Held:
        host = urlsplit(profile.server_url).hostname or ""
        if host not in self.servers:
            raise CannotEnroll("the profile leads to a service that isn't there")
        return Held(
            server=self.servers[host],
            token=token,
            kind=kind,
            checkin_url=profile.checkin_url or profile.server_url,
            command_url=profile.server_url,
            identity=profile.identity,
            signs_messages=profile.sign_message,
            checks_out=profile.check_out_when_removed,
            managed_apple_id=profile.managed_apple_id,
        )

    def _enroller(self, phone: Phone, answers: Callable[[Form], Mapping[str, str]]) -> Enroller:
        return Enroller(
            send=self.network.ask,
            signer=self._signer(phone.seed.key),
            told=_told(phone, EnrollmentKind.ACCOUNT_DRIVEN_USER),
            answers=answers,
            rng=phone.rng,
            browser=self.browser,
            ios=phone.running,
            permits=partial(permitted, phone),
            apple=self.apple,
        )

    def _signer(self, key: str) -> Signer:
        if key not in self._signers:
            self._signers[key] = self.devices.signer("Simulated iPhone")
        return self._signers[key]


_KINDS: Final = {
    discovery.Version.BYOD: EnrollmentKind.ACCOUNT_DRIVEN_USER,
    discovery.Version.ADDE: EnrollmentKind.DEVICE,
}


def _told(phone: Phone, kind: EnrollmentKind) -> enrollment.MachineInformation:
    """What the phone says of itself: the hardware only where the organization owns it."""
    major, hardware = phone.major, phone.seed.hardware
    shows = not kind.is_user_enrollment
    return enrollment.MachineInformation(
        product=phone.seed.model_identifier,
        version=build_of(phone.running),
        language=LANGUAGE,
        os_version=phone.running if major >= TELLS_VERSION else None,
        udid=hardware.udid if shows else None,
        serial_number=hardware.serial if shows else None,
    )
