"""`ueapi phone enroll`: each failure comes with its probable cause and what helps, and messages show no secrets."""

from __future__ import annotations

import json
import plistlib

import pytest

from ueapi.cli.phone_advice import advice
from ueapi.cli.phone_course import Course, message_lines
from ueapi.flow import Reply
from ueapi.rehearsal.enrolling.steps import (
    Declined,
    EnrollmentFailed,
    Exchanged,
    NoAnswer,
    Recording,
    Step,
)
from ueapi.rehearsal.enrolling.trial import Walked


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        ("[Errno -2] Name or service not known", "--discovery"),
        ("[Errno 111] Connection refused", "port"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer certificate", "--ca"),
        ("certificate verify failed: Hostname mismatch", "by a name that the certificate holds"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "port of https"),
        ("tlsv13 alert certificate required", "SCEP or ACME"),
        ("the answer comes too slowly", "log"),
    ],
)
def test_a_server_that_is_not_reached_is_told_by_what_the_network_says(said: str, fix: str) -> None:
    assert fix in advice(NoAnswer(Step.CHALLENGE, "no answer"), f"no answer: {said}").fix


@pytest.mark.parametrize(
    ("step", "status", "reason", "fix"),
    [
        (Step.DISCOVERY, 404, "the domain answers 404", "ueapi discovery write"),
        (Step.DISCOVERY, 403, "refused", "list"),
        (Step.DISCOVERY, None, "it is no JSON", "ueapi discovery check"),
        (Step.CHALLENGE, 400, "the service answers 400, not 401", "--identity"),
        (Step.CHALLENGE, 401, "the header is missing", "apple-as-web"),
        (Step.SIGN_IN, 200, "the page asks for 'code'", "terminal"),
        (Step.SIGN_IN, 200, "the page holds no form to fill in", "--token-env"),
        (Step.TOKEN, 400, "the token endpoint answers 400", "redirect-url"),
        (Step.PROFILE, 403, "the service answers 403", "rights"),
        (Step.PROFILE, None, "AccessRights is there", "ueapi profile show"),
        (Step.IDENTITY, None, "the authority refuses (BAD_REQUEST)", "password"),
        (Step.CHECK_IN, 400, "the service answers 400", "SignMessage"),
        (Step.CHECK_IN, 301, "the service answers 301", "final address"),
        (Step.COMMANDS, 401, "the service answers 401", "token"),
        (Step.CHECK_OUT, 503, "the service answers 503", "log"),
    ],
)
def test_a_failed_step_is_told_with_what_helps(
    step: Step, status: int | None, reason: str, fix: str
) -> None:
    assert fix in advice(EnrollmentFailed(step, reason, status=status), reason).fix


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("kind", [EnrollmentFailed, NoAnswer, Declined])
@pytest.mark.parametrize("status", [None, 200, 302, 400, 401, 403, 404, 418, 500])
def test_there_is_advice_for_whatever_fails(
    step: Step, kind: type[EnrollmentFailed], status: int | None
) -> None:
    found = advice(kind(step, "something", status=status), "something")

    assert found.cause
    assert found.fix.endswith((".", "all its parameters."))


def test_a_wrong_password_is_not_called_a_broken_page() -> None:
    assert "password" in advice(Declined(Step.SIGN_IN, "wrong"), "wrong").cause


def test_the_failed_step_carries_its_advice(capsys: pytest.CaptureFixture[str]) -> None:
    course = Course(as_json=False)
    problem = EnrollmentFailed(Step.CHECK_IN, "the service answers 400", status=400)

    course.tell(Walked(step=problem.step, is_done=False, reason=problem.reason))
    course.advise(problem)

    said = capsys.readouterr().out
    assert "FAILED  check-in" in said
    assert "cause" in said
    assert "fix" in said


def recorded(url: str, headers: dict[str, str], body: bytes, reply: Reply) -> Exchanged:
    log: list[Exchanged] = []
    Recording(lambda *_: reply, Step.COMMANDS, log)("PUT", url, headers, body)
    return log[0]


def test_a_message_is_told_by_its_name_and_without_secrets() -> None:
    command = {"CommandUUID": "1", "Command": {"RequestType": "ProfileList", "Secret": "s3cret"}}
    one = recorded(
        "https://mdm.example.org/m?token=s3cret",
        {
            "content-type": "application/x-apple-aspen-mdm",
            "authorization": "Bearer s3cret",
            "Mdm-Signature": "s3cret",
        },
        plistlib.dumps({"Status": "Idle", "EnrollmentID": "s3cret"}),
        Reply(200, {"content-type": "application/xml"}, plistlib.dumps(command)),
    )

    asked, told = message_lines(one)

    assert "PUT https://mdm.example.org/m  Idle" in asked
    assert "200  ProfileList" in told
    assert "s3cret" not in asked + told + json.dumps(str(one))


@pytest.mark.parametrize("body", [b"", b"<?xml", b"<plist><dict/></plist>", b"\xff" * 40])
def test_an_odd_body_has_no_name(body: bytes) -> None:
    one = recorded(
        "https://mdm.example.org/m",
        {"content-type": "application/x-apple-aspen-mdm"},
        body,
        Reply(200, {}, body),
    )

    assert (one.asked, one.told) == ("", "")


def test_messages_are_shown_before_the_step_they_belong_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = Exchanged(
        step=Step.DISCOVERY, method="GET", url="https://a.example.org/", sent={}, status=200, got={}
    )
    course = Course(as_json=False, shows_messages=True, messages=[one])

    course.tell(Walked(step=Step.DISCOVERY, is_done=True))

    said = capsys.readouterr().out
    assert said.index("-> GET https://a.example.org/") < said.index("ok      discovery")
