"""Promises about the messages by which a device comes under management."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.apple import signers

from ueapi.apple import enrollment, profiles
from ueapi.apple.enrollment import discovery
from ueapi.apple.profiles import Payload
from ueapi.errors import InvalidModel, UeapiError

SIMPLE = enrollment.SimpleChallenge("https://mdm.example.org/login?tenant=7")
OAUTH = enrollment.OAuth2Challenge(
    authorization_url="https://login.example.org/authorize",
    token_url="https://login.example.org/token",
    redirect_url="apple-remotemanagement-user-login://oauth2/redirection",
    client_id="client",
    scope="openid profile",
)
SCEP = Payload(
    type="com.apple.security.scep",
    identifier="org.example.scep",
    uuid="7F2B0C2E-94B7-4A7E-8A5C-3D1B5E9D4C11",
    content={"URL": "https://mdm.example.org/scep"},
)


def phone(**more: object) -> enrollment.MachineInformation:
    parts: dict[str, object] = {"product": "iPhone17,1", "version": "24A437", "language": "en"}
    return enrollment.MachineInformation(**(parts | more))


def offered(**more: object) -> enrollment.EnrollmentProfile:
    parts: dict[str, object] = {
        "identifier": "org.example.enrollment",
        "name": "Example",
        "topic": "com.apple.mgmt.External.5f0c7b1e",
        "server_url": "https://mdm.example.org/mdm",
        "identity": SCEP,
        "mode": enrollment.Mode.BYOD,
        "assigned_managed_apple_id": "jane@example.org",
    }
    return enrollment.EnrollmentProfile(**(parts | more))


# -- discovery -------------------------------------------------------------------------------------


def test_an_address_is_split_at_its_last_at() -> None:
    found = discovery.UserIdentifier.of(" odd@name@Example.org ")

    assert (found.name, found.domain) == ("odd@name", "example.org")


@pytest.mark.parametrize("typed", ["", "jane", "@example.org", "jane@", "jane@example", "j@a..b"])
def test_what_is_no_address_is_refused_without_being_repeated(typed: str) -> None:
    with pytest.raises(InvalidModel) as caught:
        discovery.UserIdentifier.of(typed)

    assert "jane" not in str(caught.value)


def test_discovery_asks_the_domain_with_both_parameters() -> None:
    asked = discovery.UserIdentifier.of("jane+work@example.org").url()

    assert asked == (
        "https://example.org/.well-known/com.apple.remotemanagement"
        "?user-identifier=jane%2Bwork%40example.org&model-family=iPhone"
    )


def test_the_document_reads_back_as_written() -> None:
    made = discovery.document("https://mdm.example.org/enroll")

    assert made.to_json() == (
        b'{"Servers":[{"Version":"mdm-byod","BaseURL":"https://mdm.example.org/enroll"}]}'
    )
    assert discovery.document_from_json(made.to_json()) == made


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"Servers":[]}',
        b'{"Servers":{}}',
        b'{"Servers":[{"Version":"mdm-other","BaseURL":"https://a.example.org"}]}',
        b'{"Servers":[{"Version":"mdm-byod"}]}',
        b'{"Servers":[{"Version":"mdm-byod","BaseURL":"http://a.example.org"}]}',
        b'{"Servers":[{"Version":"mdm-byod","BaseURL":"https://"}]}',
        b'{"Servers":[{"Version":["mdm-byod"],"BaseURL":"https://a.example.org"}]}',
        b"[" * 5000,
        b" " * 70_000,
    ],
)
def test_a_document_no_device_would_take_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidModel):
        discovery.document_from_json(content)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    try:
        discovery.document_from_json(content)
    except UeapiError:
        return


def test_a_refusal_reads_back_in_both_forms() -> None:
    refusal = enrollment.Refusal(
        code=enrollment.RefusalCode.DISCOVERY_FAILED, message="Ask the help desk."
    )

    assert enrollment.refusal_from("application/json; charset=utf-8", refusal.to_json()) == refusal
    assert enrollment.refusal_from("application/xml", refusal.to_plist()) == refusal


def test_any_other_403_is_no_refusal_with_a_code() -> None:
    assert enrollment.refusal_from("text/html", b"<html>Forbidden</html>") is None
    assert enrollment.refusal_from("application/json", b'{"error": 7}') is None


# -- what a device says of itself ------------------------------------------------------------------


def test_a_signed_message_is_read_back_from_a_device_of_the_authority() -> None:
    signed = phone(os_version="27.0").signed(signers.signer())

    found = enrollment.machine_from_signed(
        signed, anchors=[signers.root().certificate], at=signers.NOW
    )

    assert found == phone(os_version="27.0")
    assert not found.shows_hardware


def test_an_unsigned_a_changed_and_a_foreign_message_are_refused() -> None:
    signed = phone().signed(signers.signer())
    anchors = [signers.root().certificate]
    place = signed.index(b"iPhone17,1")

    for body in (phone().to_plist(), signers.flipped(signed, place)):
        with pytest.raises(InvalidModel):
            enrollment.machine_from_signed(body, anchors=anchors, at=signers.NOW)
    with pytest.raises(InvalidModel, match="untrusted"):
        enrollment.machine_from_signed(signed, anchors=[], at=signers.NOW)


def test_hardware_shown_by_a_device_is_known_and_never_displayed() -> None:
    message = phone(udid="00008101-000A1C2E3F4B5D6E", serial_number="EXAMPLE00001")

    found = enrollment.machine_from_plist(message.to_plist())

    assert found.shows_hardware
    assert "EXAMPLE00001" not in repr(found)


# -- the challenge and the sign-in -----------------------------------------------------------------


@pytest.mark.parametrize("challenge", [SIMPLE, OAUTH])
def test_a_challenge_reads_back_as_written(challenge: enrollment.Challenge) -> None:
    assert enrollment.challenge_from_header(challenge.to_header()) == challenge


@pytest.mark.parametrize(
    "header",
    [
        "",
        'Basic realm="x"',
        'Bearer method="other"',
        'Bearer method="apple-as-web"',
        'Bearer method="apple-as-web", url="ftp://example.org"',
        'Bearer method="apple-as-web" url="https://example.org"',
        OAUTH.to_header().replace("scope=", "scopes="),
        OAUTH.to_header().replace("https://login.example.org/token", "http://login.example.org"),
        OAUTH.to_header().replace("apple-remotemanagement-user-login", "https"),
    ],
)
def test_a_challenge_no_device_can_answer_is_refused(header: str) -> None:
    with pytest.raises(InvalidModel):
        enrollment.challenge_from_header(header)


@given(st.text(max_size=200))
def test_no_header_breaks_the_reader(header: str) -> None:
    try:
        enrollment.challenge_from_header(f"Bearer {header}")
    except UeapiError:
        return


def test_the_simple_sign_in_keeps_the_query_and_hands_back_the_token() -> None:
    opened = enrollment.login_url(SIMPLE, "jane@example.org")

    assert opened == "https://mdm.example.org/login?tenant=7&user-identifier=jane%40example.org"
    assert enrollment.token_from_results(enrollment.results_url("a+b/c=")) == "a+b/c="


@pytest.mark.parametrize(
    "url",
    [
        "https://authentication-results?access-token=t",
        "apple-remotemanagement-user-login://elsewhere?access-token=t",
        "apple-remotemanagement-user-login://authentication-results",
        "apple-remotemanagement-user-login://authentication-results?access-token=a&access-token=b",
    ],
)
def test_a_redirection_without_one_token_ends_the_sign_in(url: str) -> None:
    with pytest.raises(InvalidModel):
        enrollment.token_from_results(url)


def test_a_code_is_taken_only_for_the_state_that_was_sent() -> None:
    back = enrollment.redirect_url(OAUTH.redirect_url, code="c0de", state="s1")

    assert enrollment.code_from_redirect(back, OAUTH, state="s1") == "c0de"
    with pytest.raises(InvalidModel, match="another request"):
        enrollment.code_from_redirect(back, OAUTH, state="s2")


def test_the_forms_name_the_public_client_and_no_secret() -> None:
    form = enrollment.code_form(OAUTH, "c0de").decode()

    assert "grant_type=authorization_code" in form
    assert "client_id=client" in form
    assert "secret" not in form
    assert b"grant_type=refresh_token" in enrollment.refresh_form(OAUTH, "r")


def test_a_token_answer_reads_back_and_is_never_shown() -> None:
    answer = enrollment.TokenAnswer(
        access_token="t0ken-of-jane", refresh_token="r3fresh", lifetime=timedelta(hours=1)
    )

    assert enrollment.token_answer(answer.to_json()) == answer
    assert "t0ken" not in repr(answer)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"access_token":"t"}',
        b'{"token_type":"mac","access_token":"t"}',
        b'{"token_type":"Bearer","access_token":""}',
        b'{"token_type":"Bearer","access_token":"t","expires_in":"soon"}',
        b'{"token_type":"Bearer","access_token":"t","expires_in":-1}',
    ],
)
def test_an_answer_without_a_bearer_token_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidModel):
        enrollment.token_answer(body)


# -- the enrollment profile ------------------------------------------------------------------------


def test_an_enrollment_profile_reads_back_as_written() -> None:
    made = offered(
        checkin_url="https://mdm.example.org/checkin",
        capabilities=("com.apple.mdm.token",),
        required_app_id=361309726,
        sign_message=True,
    )

    found = enrollment.enrollment_profile(profiles.read(profiles.write(made.to_profile())))

    assert found == made


def test_a_right_profile_is_taken_by_a_device() -> None:
    assert enrollment.account_driven_problems(offered(), enrollment.Mode.BYOD) == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"access_rights": 8191}, "AccessRights"),
        ({"mode": None}, "EnrollmentMode"),
        ({"mode": enrollment.Mode.ADDE}, "EnrollmentMode"),
        ({"assigned_managed_apple_id": None}, "AssignedManagedAppleID"),
        ({"managed_apple_id": "jane@example.org"}, "ManagedAppleID"),
    ],
)
def test_what_makes_a_device_end_the_enrollment_is_named(
    change: dict[str, object], problem: str
) -> None:
    found = enrollment.account_driven_problems(offered(**change), enrollment.Mode.BYOD)

    assert len(found) == 1
    assert problem in found[0]


def test_access_rights_belong_to_device_enrollment() -> None:
    made = offered(mode=enrollment.Mode.ADDE, access_rights=8191)

    assert enrollment.account_driven_problems(made, enrollment.Mode.ADDE) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "org.example.push"},
        {"server_url": "http://mdm.example.org/mdm"},
        {"identity": Payload(type="com.apple.font", identifier="f", uuid="U", content={})},
    ],
)
def test_a_profile_that_is_none_for_enrollment_is_refused(change: dict[str, object]) -> None:
    made = offered(**change).to_profile()

    with pytest.raises(InvalidModel):
        enrollment.enrollment_profile(made)


def test_a_profile_without_the_payload_is_refused() -> None:
    empty = profiles.ConfigurationProfile(identifier="a", uuid="b", payloads=(SCEP,))

    with pytest.raises(InvalidModel, match="0 payloads"):
        enrollment.enrollment_profile(empty)
