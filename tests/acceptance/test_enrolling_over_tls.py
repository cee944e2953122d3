"""A whole account-driven enrollment over loopback TLS with each product, held to the protocol message by message.

Source of the table: Apple, Device Management, the simple and the OAuth 2 account-driven enrollment flows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from urllib.parse import urlsplit

import pytest

from tests.acceptance.loopback_tls import Files, Served, certificates, changed_profile, served
from ueapi.apple.enrollment import machine
from ueapi.apple.mdm import signature
from ueapi.model import EnrollmentKind, EnrollmentState
from ueapi.rehearsal.enrolling.client import EnrollmentFailed, Exchanged, Step
from ueapi.rehearsal.enrolling.service import Method
from ueapi.rehearsal.enrolling.trial import Walked

pytestmark = pytest.mark.loopback

VENDORS = ("jamf", "hexnode", "maas360")
FORM = "application/x-www-form-urlencoded"
SIGNED = "application/pkcs7-signature"
CHECK_IN = "application/x-apple-aspen-mdm-checkin"
COMMAND = "application/x-apple-aspen-mdm"
PROFILE = "application/x-apple-aspen-config"
JSON = "application/json"
HTML = "text/html"
CALLBACK = "apple-remotemanagement-user-login"

Row = tuple[str, str, str, str, str, int, str]
"""Step, method, path, content type sent, who is named, status, content type or challenge or redirection got."""

BEGIN: tuple[Row, ...] = (
    ("discovery", "GET", "/.well-known/com.apple.remotemanagement", "", "", 200, JSON),
)
SIGN_IN: dict[Method, tuple[Row, ...]] = {
    Method.SIMPLE: (
        ("challenge", "POST", "/enrollment/byod", SIGNED, "", 401, "apple-as-web"),
        ("sign-in", "GET", "/enrollment/login", "", "", 200, HTML),
        (
            "sign-in",
            "POST",
            "/enrollment/login",
            FORM,
            "",
            308,
            f"{CALLBACK}://authentication-results",
        ),
    ),
    Method.OAUTH2: (
        ("challenge", "POST", "/enrollment/byod", SIGNED, "", 401, "apple-oauth2"),
        ("sign-in", "GET", "/enrollment/login", "", "", 200, HTML),
        ("sign-in", "POST", "/enrollment/login", FORM, "", 308, f"{CALLBACK}://oauth2/redirection"),
        ("token", "POST", "/enrollment/token", FORM, "", 200, JSON),
    ),
}
END: tuple[Row, ...] = (
    ("profile", "POST", "/enrollment/byod", SIGNED, "Bearer ...", 200, PROFILE),
    ("identity", "GET", "/acme/directory", "", "", 200, JSON),
    ("identity", "POST", "/acme/new-account", "application/jose+json", "", 201, JSON),
    ("identity", "POST", "/acme/new-order", "application/jose+json", "", 201, JSON),
    ("identity", "POST", "/acme/authorization/*", "application/jose+json", "", 200, JSON),
    ("identity", "POST", "/acme/challenge/*", "application/jose+json", "", 200, JSON),
    ("identity", "POST", "/acme/order/*/finalize", "application/jose+json", "", 200, JSON),
    (
        "identity",
        "POST",
        "/acme/certificate/*",
        "application/jose+json",
        "",
        200,
        "application/pem-certificate-chain",
    ),
    ("check-in", "PUT", "/mdm/checkin", CHECK_IN, "Bearer ...", 200, ""),
    ("commands", "PUT", "/mdm/connect", COMMAND, "Bearer ...", 200, "application/xml"),
    ("commands", "PUT", "/mdm/connect", COMMAND, "Bearer ...", 200, ""),
    ("check-out", "PUT", "/mdm/checkin", CHECK_IN, "Bearer ...", 200, ""),
)


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


def row_of(message: Exchanged) -> Row:
    got = message.got
    challenge = got.get("www-authenticate", "").partition('method="')[2].partition('"')[0]
    redirection = got.get("location", "") if 300 <= message.status < 400 else ""
    return (
        message.step.value,
        message.method,
        general(urlsplit(message.url).path),
        message.sent.get("content-type", ""),
        message.sent.get("authorization", ""),
        message.status,
        challenge or redirection or got.get("content-type", "").partition(";")[0],
    )


def general(path: str) -> str:
    """Without what is made up for each order."""
    first, *rest = path.strip("/").split("/")
    if first != "acme" or len(rest) < 2:
        return path
    return "/".join(["", first, rest[0], "*", *rest[2:]])


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("backend", VENDORS)
def test_each_product_enrolls_a_phone_message_by_message_as_apple_documents(
    files: Files, backend: str, method: Method
) -> None:
    with served(files, backend, method) as place, place.tenant() as tenant:
        told: list[Walked] = []
        trial = place.trial(told)
        before = {d.ref.id for d in tenant.devices.list()}

        managed = trial.enroll(place.account, at=place.discovery)
        trial.obey(managed)
        (device,) = [d for d in tenant.devices.list() if d.ref.id not in before]
        trial.leave(managed)
        left = {d.ref.id: d for d in tenant.devices.list()}.get(device.ref.id)

        assert [row for row, _ in groupby(map(row_of, trial.log))] == [
            *BEGIN,
            *SIGN_IN[method],
            *END,
        ]
        assert device.enrollment.kind in {EnrollmentKind.ACCOUNT_DRIVEN_USER, EnrollmentKind.USER}
        assert device.enrollment.state is EnrollmentState.ENROLLED
        assert left is None or left.enrollment.state is not EnrollmentState.ENROLLED
        assert all(step.is_done for step in told)
        assert list(dict.fromkeys(s.step.value for s in told)) == list(
            dict.fromkeys(m.step.value for m in trial.log)
        )
        assert {c.command for c in managed.obeyed} >= {"DeviceInformation", "ProfileList"}
        assert not managed.contents.profiles


def test_what_the_device_says_of_itself_names_itself_and_carries_no_hardware(place: Served) -> None:
    trial = place.trial()

    managed = trial.enroll(place.account, at=place.discovery)
    trial.leave(managed)

    asked = [m for m in trial.log if m.step in {Step.CHALLENGE, Step.PROFILE}]
    assert {m.sent["user-agent"] for m in asked} == {machine.USER_AGENT}
    bodies = b"".join(body for _, body in place.seen)
    assert not [w for w in (b"UDID", b"SerialNumber", b"IMEI") if w in bodies]
    assert managed.identity.certificate.public_key() == managed.identity.key.public_key()


def test_the_identity_a_phone_gets_is_the_one_issued_for_its_token(place: Served) -> None:
    trial = place.trial()

    managed = trial.enroll(place.account, at=place.discovery)
    trial.leave(managed)

    issued = place.product.issuing.token_of(managed.identity.certificate)
    assert issued == managed.enrolled.token


def test_the_log_holds_no_token_no_password_and_no_address(place: Served) -> None:
    trial = place.trial()

    managed = trial.enroll(place.account, at=place.discovery)
    trial.leave(managed)

    invitation = place.product.invitation()
    hidden = (
        managed.enrolled.token,
        invitation.password.get_secret_value(),
        invitation.account,
        managed.identifier,
    )
    assert not [w for w in hidden if w in repr(trial.log)]


def test_where_the_profile_says_sign_message_each_message_is_signed_by_the_identity(
    place: Served,
) -> None:
    place.spoil = changed_profile({"SignMessage": True})
    trial = place.trial()

    managed = trial.enroll(place.account, at=place.discovery)
    trial.leave(managed)

    signed = [(h[signature.HEADER], body) for h, body in place.seen if signature.HEADER in h]
    assert len(signed) == 3
    for header, body in signed:
        assert signature.signer_of(header, body) == managed.identity.certificate


def test_a_token_that_ends_later_is_replaced_by_another_sign_in(place: Served) -> None:
    trial = place.trial()
    managed = trial.enroll(place.account, at=place.discovery)
    record = place.product.place.server.side.record(managed.identifier)
    assert record is not None
    former = managed.enrolled.token

    place.product.place.simulator.way_in.expire(record)
    trial.obey(managed)

    trial.leave(managed)
    statuses = [m.status for m in trial.log if m.step is Step.COMMANDS]
    assert statuses[:2] == [401, 200]
    assert managed.enrolled.token != former
    assert record.ended is not None


def test_a_service_that_forgets_the_device_ends_the_enrollment(place: Served) -> None:
    trial = place.trial()
    managed = trial.enroll(place.account, at=place.discovery)
    side = place.product.place.server.side
    record = side.record(managed.identifier)
    assert record is not None

    side.forget(record)
    with pytest.raises(EnrollmentFailed) as caught:
        trial.obey(managed)

    assert caught.value.step is Step.COMMANDS
    assert managed.is_over
    assert not managed.contents.profiles


@pytest.mark.parametrize("hands_out", [True, False])
def test_with_oauth_a_refresh_token_spares_the_person_the_sign_in(
    files: Files, hands_out: bool
) -> None:
    with served(files, "memory", Method.OAUTH2) as place:
        service = place.product.place.simulator.way_in
        service.hands_out_refresh_tokens = hands_out
        trial = place.trial()
        managed = trial.enroll(place.account, at=place.discovery)
        record = place.product.place.server.side.record(managed.identifier)
        assert record is not None
        signed_in = len([m for m in trial.log if m.step is Step.SIGN_IN])

        service.expire(record)
        trial.obey(managed)

        again = len([m for m in trial.log if m.step is Step.SIGN_IN]) - signed_in
        assert (again == 0) is hands_out
        assert len([m for m in trial.log if m.step is Step.TOKEN]) == 2
        trial.leave(managed)
