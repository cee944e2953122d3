"""SignMessage and GetToken: what a phone signs, and what the service signs for it."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.rehearsal.scene import ANNE, BYOD, Scene, scene
from tests.rehearsal.showing import as_usual, heard, held, idle, issuing, put
from ueapi.apple import mdm
from ueapi.apple.mdm import signature
from ueapi.apple.mdm.maid import claims_of
from ueapi.apple.profiles.signing import Signer
from ueapi.model import EnrollmentID
from ueapi.rehearsal.vouching import Vouching

KEY = rsa.generate_private_key(65537, 2048)


def signing() -> Scene:
    """A service whose profiles say SignMessage."""
    here = scene()
    here.product.way_in.identities.sign_message = True
    return here


def test_where_the_profile_says_so_each_message_is_signed() -> None:
    here = signing()
    requests = heard(here)

    here.phone.sign_in(ANNE)
    here.settle()

    signed = [headers for path, headers, _ in requests if path.startswith("/mdm/")]
    assert len(signed) > 5
    assert all("mdm-signature" in headers for headers in signed)


def by_another(here: Scene, body: bytes) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issuing(here).give("another enrollment", key.public_key())
    return signature.signature_header(body, Signer(certificate=certificate, key=key))


def of_another_message(here: Scene, body: bytes) -> str:
    return held(here).proof.headers(body + b" ")[signature.HEADER]


def altered(here: Scene, body: bytes) -> str:
    whole = base64.b64decode(held(here).proof.headers(body)[signature.HEADER])
    return base64.b64encode(whole[:-1] + bytes((whole[-1] ^ 1,))).decode()


@pytest.mark.parametrize(
    "value",
    [
        by_another,
        of_another_message,
        altered,
        lambda *_: "",
        lambda *_: "AAAA",
        lambda *_: "no base64",
        lambda *_: "A" * 40_000,
    ],
    ids=["another's", "another message's", "altered", "missing", "short", "text", "huge"],
)
def test_a_message_without_the_enrollments_signature_is_refused(
    value: Callable[[Scene, bytes], str],
) -> None:
    here = signing()
    here.phone.sign_in(ANNE)
    waiting, current = list(here.record.queue), held(here)
    body = idle(here)

    headers = {signature.HEADER: value(here, body)}
    reply = put(here, body, tls=current.proof.tls, headers=headers)

    assert reply.status == 400
    assert list(here.record.queue) == waiting
    assert here.phone.enrollment is current
    assert as_usual(here).status == 200


def test_a_signed_message_cannot_be_replayed_by_another_enrollment() -> None:
    here = signing()
    here.phone.sign_in(ANNE)
    body = idle(here)
    header = held(here).proof.headers(body)
    side = here.product.device_side
    token = side.sign_in("max@example.org", BYOD).token
    side.hold_to_identity(token)

    reply = put(here, body, tls=None, headers={**header, "authorization": f"Bearer {token}"})

    assert reply.status == 400
    assert here.record.bearer == held(here).token


def test_what_was_enrolled_before_goes_on_without_signatures() -> None:
    here = scene()
    here.phone.sign_in(ANNE)
    here.product.way_in.identities.sign_message = True

    here.ask()

    assert held(here).proof.signer is None
    assert here.record.is_active
    assert not here.record.queue


# ---------------------------------------------------------------- GetToken


def asked_for_token(here: Scene, service: str | None = None) -> bytes | None:
    message = mdm.GetToken(enrollment_id=EnrollmentID(held(here).identifier)).to_plist()
    return here.phone.ask(
        message.replace(b"com.apple.maid", (service or "com.apple.maid").encode())
    )


def test_a_service_with_a_signer_vouches_for_the_account_once_per_question() -> None:
    here = scene()
    here.product.device_side.vouching = Vouching(server="S-1", key=KEY)
    here.phone.sign_in(ANNE)

    tokens = [mdm.TokenData.from_plist(asked_for_token(here) or b"") for _ in range(2)]

    claims = [claims_of(token, KEY.public_key()) for token in tokens]
    assert {c["iss"] for c in claims} == {"S-1"}
    assert {c["iat"] for c in claims} == {int(here.clock.now().timestamp())}
    assert claims[0]["jti"] != claims[1]["jti"]


def test_a_service_without_a_signer_hands_out_no_token() -> None:
    here = scene()
    here.phone.sign_in(ANNE)

    assert asked_for_token(here) is None


@pytest.mark.parametrize("service", ["com.apple.watch.pairing", "org.example.other"])
def test_a_token_for_anything_else_is_refused(service: str) -> None:
    here = scene()
    here.product.device_side.vouching = Vouching(server="S-1", key=KEY)
    here.phone.sign_in(ANNE)

    assert asked_for_token(here, service) is None
