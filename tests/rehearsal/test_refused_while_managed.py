"""What a refusal means to a device that tries a service: nothing, the end of the enrollment, or another sign-in."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from attrs import evolve

from ueapi.apple.enrollment import EnrollmentProfile, SimpleChallenge
from ueapi.apple.profiles import Payload
from ueapi.flow import Reply
from ueapi.rehearsal.clock import START
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.client import Enrolled, EnrollmentFailed, Step
from ueapi.rehearsal.enrolling.holding import held
from ueapi.rehearsal.enrolling.managed import Managed, TrialPhone

SIGN_IN = SimpleChallenge("https://mdm.example.org/login")
JSON = {"content-type": "application/json"}
UNRECOGNIZED = Reply(403, JSON, b'{"code":"com.apple.unrecognized.device"}')
AGAIN = Reply(401, {"www-authenticate": SIGN_IN.to_header()}, b"")
PROFILE = EnrollmentProfile(
    identifier="org.example.management",
    name="Example",
    topic="com.apple.mgmt.External.example",
    server_url="https://mdm.example.org/connect",
    identity=Payload(type="com.apple.security.acme", identifier="i", uuid="u", content={}),
    assigned_managed_apple_id="sam@example.org",
)


def managed(*replies: Reply, ios: str = "26.1") -> tuple[Managed, list[str]]:
    """A device and the tokens it sends, to a service that answers so, the last one for good."""
    answers, tokens = list(replies), []

    def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        tokens.append(headers["authorization"])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    authority = Authority("Devices", START).signer("device")
    device = Managed(
        send=send,
        enrolled=Enrolled(profile=PROFILE, token="first", challenge=SIGN_IN),
        identity=held(authority.certificate, authority.key),
        phone=TrialPhone.of("iPhone17,1", ios, send),
        rng=random.Random(1),
        again=lambda former, challenge: evolve(former, token="second", challenge=challenge),
    )
    return device, tokens


def test_a_challenge_is_answered_with_another_token() -> None:
    device, tokens = managed(AGAIN, Reply(200, {}, b""))

    device.obey_all()

    assert tokens == ["Bearer first", "Bearer second"]
    assert not device.is_over


@pytest.mark.parametrize(
    ("reply", "ios", "is_over"),
    [
        (Reply(401, {}, b""), "15.0", True),
        (Reply(401, {}, b""), "27.0", True),
        (UNRECOGNIZED, "17.0", True),
        (UNRECOGNIZED, "16.7", False),
        (Reply(403, {}, b"no"), "27.0", False),
        (Reply(500, {}, b""), "27.0", False),
    ],
)
def test_only_what_apple_documents_ends_the_enrollment(
    reply: Reply, ios: str, is_over: bool
) -> None:
    device, _ = managed(reply, ios=ios)

    with pytest.raises(EnrollmentFailed) as caught:
        device.obey_all()

    assert (caught.value.step, caught.value.status) == (Step.COMMANDS, reply.status)
    assert device.is_over is is_over


def test_nobody_signs_in_to_say_goodbye() -> None:
    device, tokens = managed(AGAIN)

    with pytest.raises(EnrollmentFailed) as caught:
        device.check_out()

    assert caught.value.step is Step.CHECK_OUT
    assert tokens == ["Bearer first"]
    assert device.is_over
    assert device.contents.is_empty
