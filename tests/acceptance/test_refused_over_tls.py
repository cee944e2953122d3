"""Enrollments over loopback TLS that must fail: the phone is as it was, and the service holds no record of it."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from tests.acceptance.loopback_tls import Files, Served, certificates, changed_profile, served
from ueapi.apple import enrollment, mdm
from ueapi.apple.enrollment import machine
from ueapi.rehearsal.clock import START
from ueapi.rehearsal.enrolling.built_in import self_signed
from ueapi.rehearsal.enrolling.client import Declined, EnrollmentFailed, NoAnswer, Step
from ueapi.rehearsal.enrolling.trial import Walked

pytestmark = pytest.mark.loopback


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def at_memory(files: Files) -> Iterator[Served]:
    with served(files, "memory") as found:
        yield found


@pytest.fixture
def place(at_memory: Served) -> Iterator[Served]:
    at_memory.spoil = None
    at_memory.seen.clear()
    yield at_memory
    at_memory.spoil = None
    at_memory.product.place.simulator.way_in.limit_tokens(None)


def refused(place: Served, **wrong: object) -> EnrollmentFailed:
    """Try to enroll; nothing may come of it on either side."""
    told: list[Walked] = []
    token = wrong.pop("token", None)
    trial = place.trial(told, **wrong)
    before = place.records

    with pytest.raises(EnrollmentFailed) as caught:
        trial.enroll(str(wrong.get("account") or place.account), at=place.discovery, token=token)

    assert place.records == before
    assert not [m for m in trial.log if m.step is Step.CHECK_IN]
    assert (told[-1].step, told[-1].is_done) == (caught.value.step, False)
    return caught.value


def test_a_wrong_password_is_typed_once_and_ends_the_enrollment(place: Served) -> None:
    problem = refused(place, password="wrong")

    assert isinstance(problem, Declined)
    assert problem.step is Step.SIGN_IN


def test_whom_nobody_invited_ends_at_discovery(place: Served) -> None:
    problem = refused(place, account="nobody@example.org")

    assert (problem.step, problem.status) == (Step.DISCOVERY, 403)


def test_a_token_nobody_issued_gets_no_profile(place: Served) -> None:
    problem = refused(place, token=SecretStr("made-up"))

    assert problem.step is Step.PROFILE
    assert problem.status in {401, 403}


def test_a_token_is_good_for_one_profile(place: Served) -> None:
    trial = place.trial()
    managed = trial.enroll(place.account, at=place.discovery)
    trial.leave(managed)

    problem = refused(place, token=SecretStr(managed.enrolled.token))

    assert problem.step is Step.PROFILE
    assert problem.status in {401, 403}


def test_an_expired_token_gets_no_profile(place: Served) -> None:
    place.product.place.simulator.way_in.limit_tokens(0.0)

    problem = refused(place)

    assert problem.step is Step.PROFILE
    assert problem.status in {401, 403}


def test_a_device_that_apple_did_not_build_is_not_challenged(place: Served) -> None:
    problem = refused(place, signer=self_signed(START))

    assert (problem.step, problem.status) == (Step.CHALLENGE, 400)


def test_an_unsigned_message_is_not_challenged(place: Served) -> None:
    told = enrollment.MachineInformation(product="iPhone17,1", version="24A100").to_plist()

    reply = place.network.ask(
        "POST", place.product.base_url, {"content-type": machine.CONTENT_TYPE}, told
    )

    assert reply.status == 400
    assert "www-authenticate" not in reply.headers


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"AccessRights": 8191}, "AccessRights"),
        ({"EnrollmentMode": "ADDE"}, "EnrollmentMode"),
        ({"ServerURL": "http://localhost/mdm"}, "ServerURL"),
        ({"Topic": "org.example"}, "Topic"),
        ({"IdentityCertificateUUID": "none"}, "IdentityCertificateUUID"),
    ],
)
def test_a_profile_that_no_phone_takes_ends_the_enrollment(
    place: Served, changes: dict[str, object], named: str
) -> None:
    place.spoil = changed_profile(changes)

    problem = refused(place)

    assert problem.step is Step.PROFILE
    assert named in problem.reason


def test_an_untrusted_server_is_no_answer(place: Served) -> None:
    trial = place.trial()
    trial.send = type(place.network)().ask

    with pytest.raises(NoAnswer) as caught:
        trial.enroll(place.account, at=place.discovery)

    assert caught.value.step is Step.DISCOVERY
    assert not trial.log


def test_one_forbidden_payload_refuses_the_whole_pushed_profile(place: Served) -> None:
    trial = place.trial()
    managed = trial.enroll(place.account, at=place.discovery)
    trial.obey(managed)
    side = place.product.place.server.side
    record = side.record(managed.identifier)
    assert record is not None
    held = dict(managed.contents.profiles)
    content = {"Payload": pushed("com.apple.webClip.managed", "com.apple.vpn.managed")}

    side.queue(record, mdm.Command(uuid="pushed", request_type="InstallProfile", content=content))
    trial.obey(managed)

    answer = managed.obeyed[-1]
    trial.leave(managed)
    assert answer.status is mdm.Status.ERROR
    assert "com.apple.vpn.managed" in answer.reason
    assert "org.example.pushed" not in held
    assert record.ended is not None


def pushed(*types: str) -> bytes:
    payloads = [
        {
            "PayloadType": kind,
            "PayloadVersion": 1,
            "PayloadIdentifier": f"org.example.pushed.{number}",
            "PayloadUUID": f"5F0C7B1E-3A52-4C0E-9B0A-2F6A1D5C7E9{number}",
        }
        for number, kind in enumerate(types)
    ]
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": "org.example.pushed",
            "PayloadUUID": "5F0C7B1E-3A52-4C0E-9B0A-2F6A1D5C7E99",
            "PayloadContent": payloads,
        }
    )
