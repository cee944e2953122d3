"""An enrollment tried out against any service, simulated or real, from the typed address to the first commands."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import define, field, frozen
from pydantic import SecretStr

from ueapi.apple import enrollment
from ueapi.apple.enrollment import discovery
from ueapi.apple.profiles.signing import Signer
from ueapi.rehearsal.enrolling.answering import Person
from ueapi.rehearsal.enrolling.client import (
    Enrolled,
    Enroller,
    EnrollmentFailed,
    Exchanged,
    Recording,
    Send,
    Step,
)
from ueapi.rehearsal.enrolling.device import LANGUAGE, TELLS_VERSION
from ueapi.rehearsal.enrolling.identity import Identity, obtain
from ueapi.rehearsal.enrolling.managed import Managed, TrialPhone
from ueapi.rehearsal.phone_information import build_of


@frozen(kw_only=True)
class Walked:
    """One step that went well or ended the enrollment; `reason` is why it ended, or what is odd about how it went."""

    step: Step
    is_done: bool
    reason: str = ""


@define(kw_only=True)
class Trial:
    """One device that enrolls. `tell` hears of each step, `log` holds each message without secrets.

    `signer` is the device's built-in identity; a real service takes Apple's only. `sheet` is the network of the web
    sign-in, which keeps cookies.
    """

    send: Send = field(repr=False)
    sheet: Send = field(repr=False)
    signer: Signer = field(repr=False)
    person: Person = field(repr=False)
    rng: random.Random = field(repr=False)
    tell: Callable[[Walked], None] = field(repr=False)
    product: str = "iPhone17,1"
    ios: str = "27.0"
    proving: Callable[[Identity], Send] | None = field(default=None, repr=False)
    """Makes a network whose TLS shows an identity to servers that ask for one; `None`: `send` is used on."""
    apple: str | None = None
    """https address that stands for Apple's service discovery; `None`: the domain alone is asked."""
    wait: Callable[[float], None] = field(default=time.sleep, repr=False)
    log: list[Exchanged] = field(factory=list, repr=False)
    _told: int = 0
    """Messages whose step was told of."""

    def enroll(
        self, address: str, *, at: str | None = None, token: SecretStr | None = None
    ) -> Managed:
        """Walk all steps up to the first `TokenUpdate`.

        Args:
            address: what the person types.
            at: https address of the discovery document, where it isn't at the address's domain.
            token: from an earlier sign-in, which is left out then.

        Raises:
            EnrollmentFailed: at some step; the device holds nothing of it.
        """
        device = self._device()
        with self._walking():
            server = device.discovered(address, at=at)
        with self._walking():
            enrolled = (
                device.enrolled(server, address)
                if token is None
                else device.enrolled_with(server, token.get_secret_value())
            )
        with self._walking(Step.IDENTITY) as remarks:
            managed = self._managed(enrolled, device, address)
            remarks.extend(managed.identity.remarks)
        with self._walking():
            managed.check_in()
        return managed

    def obey(self, managed: Managed) -> None:
        """Take the commands that wait.

        Raises:
            EnrollmentFailed: the service refuses, or breaks the protocol.
        """
        with self._walking():
            managed.obey_all()

    def leave(self, managed: Managed) -> None:
        """End the enrollment on the device.

        Raises:
            EnrollmentFailed: the service refuses the goodbye. The device has left all the same.
        """
        with self._walking():
            managed.check_out()

    def _device(self) -> Enroller:
        major = int(self.ios.partition(".")[0])
        return Enroller(
            send=self.send,
            sheet=self.sheet,
            signer=self.signer,
            told=enrollment.MachineInformation(
                product=self.product,
                version=build_of(self.ios),
                language=LANGUAGE,
                os_version=self.ios if major >= TELLS_VERSION else None,
            ),
            answers=self.person.anew(),
            rng=self.rng,
            family=_family(self.product),
            ios=self.ios,
            apple=self.apple,
            log=self.log,
        )

    def _managed(self, enrolled: Enrolled, device: Enroller, address: str) -> Managed:
        sending = Recording(self.send, Step.IDENTITY, self.log)

        def again(former: Enrolled, challenge: enrollment.Challenge) -> Enrolled:
            device.answers = self.person.anew()
            return device.enrolled_again(former, challenge, address)

        identity = obtain(enrolled.profile.identity, send=sending, wait=self.wait)
        return Managed(
            send=self.proving(identity) if self.proving else self.send,
            enrolled=enrolled,
            identity=identity,
            phone=TrialPhone.of(self.product, self.ios, self.send),
            rng=self.rng,
            again=again,
            log=self.log,
        )

    @contextmanager
    def _walking(self, without_messages: Step | None = None) -> Iterator[list[str]]:
        """Tell of the steps that messages were exchanged for, and of the one that failed.

        What is in the list at the end is told with the last step that went well.
        """
        remarks: list[str] = []
        try:
            yield remarks
        except EnrollmentFailed as problem:
            self._tell_steps(but=problem.step)
            self.tell(Walked(step=problem.step, is_done=False, reason=_reason(problem)))
            raise
        self._tell_steps(and_also=without_messages, remark="; ".join(remarks))

    def _tell_steps(
        self, *, but: Step | None = None, and_also: Step | None = None, remark: str = ""
    ) -> None:
        steps = dict.fromkeys(e.step for e in self.log[self._told :])
        if and_also is not None:
            steps[and_also] = None
        self._told = len(self.log)
        last = next(reversed(steps), None)
        for step in steps:
            if step is not but:
                self.tell(Walked(step=step, is_done=True, reason=remark if step is last else ""))


def _family(product: str) -> discovery.ModelFamily:
    return next(
        (f for f in discovery.ModelFamily if product.startswith(f.value)),
        discovery.ModelFamily.IPHONE,
    )


def _reason(problem: EnrollmentFailed) -> str:
    """Why it failed; where nobody answered, with what the network says."""
    cause = problem.__context__
    return f"{problem.reason}: {cause}" if isinstance(cause, OSError) else problem.reason
