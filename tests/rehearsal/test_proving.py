"""Every message of a virtual phone proves the identity it got; what doesn't is refused, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.types import Receive, Scope, Send

from tests.rehearsal.scene import ANNE, BYOD, Scene, scene
from tests.rehearsal.showing import HOST, as_usual, heard, held, idle, issuing, put
from ueapi.apple import mdm
from ueapi.model import EnrollmentID, EnrollmentKind
from ueapi.rehearsal.device_side import CHECKIN_TYPE
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.proof import Proof
from ueapi.rehearsal.phone import CannotEnroll
from ueapi.rehearsal.proving import Tls, connected_with


def written(certificate: x509.Certificate | None) -> str:
    assert certificate is not None
    return certificate.public_bytes(Encoding.PEM).decode()


def test_a_phone_fetches_its_identity_between_the_profile_and_the_first_message() -> None:
    here = scene()
    requests = heard(here)

    here.phone.sign_in(ANNE)

    paths = [path.split("/")[1] for path, _, _ in requests]
    assert paths[paths.index("acme") :] == ["acme"] * 7 + ["mdm"] * 2
    assert [path for path, _, _ in requests][-2:] == ["/mdm/checkin"] * 2
    assert issuing(here).certificate_of(here.record.token) is not None


def test_after_the_enrollment_every_message_shows_the_certificate_that_was_issued_for_it() -> None:
    here = scene()
    requests = heard(here)

    here.phone.sign_in(ANNE)
    here.settle()
    here.phone.leave()

    issued = written(issuing(here).certificate_of(here.record.token))
    shown = [certificate for path, _, certificate in requests if path.startswith("/mdm/")]
    assert len(shown) > 5
    assert set(shown) == {issued}
    assert {certificate for path, _, certificate in requests if "/acme/" in path} == {""}
    assert here.record.ended is not None


@pytest.mark.parametrize(
    ("os_version", "kind"),
    [
        ("15.8", EnrollmentKind.ACCOUNT_DRIVEN_USER),
        ("15.8", EnrollmentKind.PROFILE_DRIVEN_USER),
        ("17.7", EnrollmentKind.PROFILE_DRIVEN_USER),
    ],
)
def test_where_acme_may_be_unknown_the_identity_comes_packed(
    os_version: str, kind: EnrollmentKind
) -> None:
    here = scene(os_version)
    requests = heard(here)

    here.enroll(ANNE, kind)

    assert not [path for path, _, _ in requests if "/acme/" in path]
    assert requests[-1][2] == written(issuing(here).certificate_of(here.record.token))


def test_two_enrollments_of_a_phone_have_two_identities() -> None:
    here = scene()
    here.phone.sign_in(ANNE)
    here.phone.leave()
    here.phone.sign_in(ANNE)

    first, second = (
        issuing(here).certificate_of(record.token) for record in here.product.enrollments
    )

    assert first != second


def test_a_service_that_issues_nothing_enrolls_nobody() -> None:
    here = scene()
    product = here.phone.network.hosts["tiny.example.org"]

    async def without(scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith("/acme/new-order"):
            await product(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    here.phone.network.hosts["tiny.example.org"] = without

    with pytest.raises(CannotEnroll, match="identity: the server answers 500"):
        here.phone.sign_in(ANNE)

    assert not here.phone.is_enrolled
    assert here.product.device_side.records() == ()


def stolen(here: Scene) -> Tls:
    """What another enrollment of the same service shows."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issuing(here).give("another enrollment", key.public_key())
    return connected_with((written(certificate),))


def made_up(here: Scene) -> Tls:
    """What an authority of the same name issued."""
    authority = Authority(issuing(here).authority.name, here.clock.now())
    certificate = authority.issue_identity(
        "identity", ec.generate_private_key(ec.SECP256R1()).public_key()
    )
    return connected_with((written(certificate),))


def found_wrong(here: Scene) -> Tls:
    return {**held(here).proof.tls, "client_cert_error": "it has expired"}


WITHOUT_PROOF = [
    lambda _: None,
    lambda _: connected_with(()),
    lambda _: connected_with(("-----BEGIN CERTIFICATE-----",)),
    stolen,
    made_up,
    found_wrong,
]


@pytest.mark.parametrize("shown", WITHOUT_PROOF)
def test_a_message_without_the_enrollments_certificate_is_refused(
    shown: Callable[[Scene], Tls | None],
) -> None:
    here = scene()
    here.phone.sign_in(ANNE)
    waiting, seen = list(here.record.queue), here.record.last_seen
    here.clock.sleep(1)

    reply = put(here, idle(here), tls=shown(here))

    assert reply.status == 400
    assert (list(here.record.queue), here.record.last_seen) == (waiting, seen)
    assert as_usual(here).status == 200


def test_a_phone_that_is_refused_stays_as_it_is_and_is_heard_again_later() -> None:
    here = scene()
    here.phone.sign_in(ANNE)
    here.settle()
    current = held(here)
    right, profiles = current.proof, list(current.contents.profiles)
    current.proof = Proof(stolen(here))

    here.ask()
    refused = list(here.record.queue)
    current.proof = right
    here.product.device_side.wake(here.record)
    here.settle()

    assert refused
    assert not here.record.queue
    assert here.phone.enrollment is current
    assert list(current.contents.profiles) == profiles


def test_a_service_may_have_apple_vouch_for_the_key() -> None:
    here = scene()
    way_in = here.product.way_in
    way_in.identities.acme.apple = here.phone.way_in.devices

    here.phone.sign_in(ANNE)
    here.phone.leave()
    way_in.identities.acme.apple = Authority("Somebody else", here.clock.now())

    with pytest.raises(CannotEnroll, match="attestation"):
        here.phone.sign_in(ANNE)


@pytest.mark.parametrize("shown", WITHOUT_PROOF[:2])
def test_nobody_signs_off_somebody_else(shown: Callable[[Scene], Tls | None]) -> None:
    here = scene()
    here.phone.sign_in(ANNE)
    current = held(here)
    goodbye = mdm.CheckOut(
        topic="com.apple.mgmt.x", enrollment_id=EnrollmentID(current.identifier)
    ).to_plist()
    headers = {"content-type": CHECKIN_TYPE, "authorization": f"Bearer {current.token}"}

    reply = here.phone.network.send("PUT", f"{HOST}/mdm/checkin", headers, goodbye, tls=shown(here))

    assert reply.status == 400
    assert here.record.is_active


def test_nobody_enrolls_with_a_token_alone() -> None:
    here = scene()
    here.phone.sign_in(ANNE)
    here.phone.leave()
    side = here.product.device_side
    token = side.sign_in(ANNE, BYOD).token
    side.hold_to_identity(token)
    before = len(side.records())
    first = mdm.Authenticate(topic="com.apple.mgmt.x", enrollment_id=EnrollmentID("E-9")).to_plist()
    headers = {"authorization": f"Bearer {token}"}

    reply = here.phone.network.send("PUT", f"{HOST}/mdm/checkin", headers, first)

    assert reply.status == 400
    assert len(side.records()) == before


def test_the_same_certificate_in_other_words_is_the_same() -> None:
    here = scene()
    here.phone.sign_in(ANNE)
    issued = issuing(here).certificate_of(here.record.token)
    other = written(issued).replace("\n", "\r\n")

    reply = put(here, idle(here), tls=connected_with((other,)))

    assert reply.status == 200


def test_a_new_sign_in_goes_on_with_the_identity_of_the_enrollment() -> None:
    here = scene()
    here.phone.sign_in(ANNE)
    here.product.way_in.expire(here.record)
    here.ask()
    before = held(here).token

    here.phone.sign_in_again()

    assert held(here).token != before
    assert here.record.bearer == held(here).token
    assert put(here, idle(here), tls=None).status == 400


def test_a_stolen_sign_in_without_the_identity_takes_no_enrollment_over() -> None:
    here = scene()
    here.phone.sign_in(ANNE)
    token = here.product.device_side.sign_in(ANNE, BYOD).token
    before = here.record.bearer

    reply = put(here, idle(here), headers={"authorization": f"Bearer {token}"}, tls=None)

    assert reply.status == 400
    assert here.record.bearer == before
    assert as_usual(here).status == 200
