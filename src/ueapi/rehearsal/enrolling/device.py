"""A virtual phone's way in: what it and its owner do from the typed address to the installed enrollment profile."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Final, Protocol
from urllib.parse import urlsplit

from attrs import define, field, frozen

from ueapi.apple import enrollment
from ueapi.apple.enrollment import mdm_profile
from ueapi.apple.profiles.signing import Signer
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.device_side import DeviceSide
from ueapi.rehearsal.enrolling.accounts import Accounts
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.client import Enroller, EnrollmentFailed
from ueapi.rehearsal.enrolling.filling import filled_in_by
from ueapi.rehearsal.enrolling.pages import MOBILE, Form, Meaning
from ueapi.rehearsal.enrolling.service import WEB
from ueapi.rehearsal.fleet import PhoneSeed
from ueapi.rehearsal.wire import Network

LANGUAGE: Final = "en"
TELLS_VERSION: Final = 17
"""The iOS from which a device tells its version in this message."""
_BUILDS: Final = {15: "19", 16: "20", 17: "21", 18: "22", 26: "23", 27: "24"}
"""Major version of iOS → how its builds begin."""


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


class Phone(Protocol):
    """What is asked of a phone on its way in."""

    seed: PhoneSeed
    rng: random.Random

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
    messages: int = 0
    """Messages exchanged so far before the first check-in."""
    _signers: dict[str, Signer] = field(factory=dict, repr=False)

    def signed_in(self, phone: Phone, account: str) -> Held:
        """Find the service for a typed address, sign in, and take its profile.

        Raises:
            CannotEnroll: some step failed.
        """
        device = self._enroller(phone, filled_in_by(account, self.accounts, Meaning.PERSONAL))
        try:
            found = device.discovered(account)
            got = device.enrolled(found, account)
        except EnrollmentFailed as problem:
            raise CannotEnroll(str(problem)) from None
        finally:
            self.messages += len(device.log)
        kind = EnrollmentKind.ACCOUNT_DRIVEN_USER
        return self._held(got.profile, token=got.token, kind=kind)

    def downloaded(self, phone: Phone, server: Server, account: str, kind: EnrollmentKind) -> Held:
        """Walk through a product's web page for that kind of enrollment, and install what it hands out.

        What is handed out decides: a page can lead to another kind than the person meant.

        Raises:
            CannotEnroll: some step failed, or the profile is for another account.
        """
        way = Meaning.PERSONAL if kind.is_user_enrollment else Meaning.ORGANIZATION
        device = self._enroller(phone, filled_in_by(account, self.accounts, way))
        try:
            profile = device.downloaded(server.page)
        except EnrollmentFailed as problem:
            raise CannotEnroll(str(problem)) from None
        finally:
            self.messages += len(device.log)
        got, token = profile.managed_apple_id, profile.server_url.rpartition("/")[2]
        if got is None:
            return self._held(profile, token=token, kind=EnrollmentKind.DEVICE)
        if got.casefold() != account.casefold():
            raise CannotEnroll("the profile is for another Managed Apple ID")
        return self._held(profile, token=token, kind=EnrollmentKind.PROFILE_DRIVEN_USER)

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
        )

    def _enroller(self, phone: Phone, answers: Callable[[Form], Mapping[str, str]]) -> Enroller:
        return Enroller(
            send=self.network.ask,
            signer=self._signer(phone.seed.key),
            told=_told(phone),
            answers=answers,
            rng=phone.rng,
            browser=self.browser,
        )

    def _signer(self, key: str) -> Signer:
        if key not in self._signers:
            self._signers[key] = self.devices.signer("Simulated iPhone")
        return self._signers[key]


def _told(phone: Phone) -> enrollment.MachineInformation:
    major = phone.major
    return enrollment.MachineInformation(
        product=phone.seed.model_identifier,
        version=f"{_BUILDS.get(major, major)}A100",
        language=LANGUAGE,
        os_version=phone.running if major >= TELLS_VERSION else None,
    )
