"""A phone gets its identity as its profile says, once; and whoever isn't due one gets none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rehearsal.identities import (
    CLOCK,
    EC_AUTHORITY,
    HOST,
    RSA_AUTHORITY,
    RSA_KEYS,
    Place,
    acme_place,
    other_secret,
    scep_place,
)
from ueapi.apple.enrollment import scep
from ueapi.apple.enrollment.scep_authority import HandedOut
from ueapi.apple.mdm import signature
from ueapi.apple.profiles import Payload
from ueapi.apple.profiles.payloads import IdentityCertificate
from ueapi.flow import Reply
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.client import EnrollmentFailed, Step
from ueapi.rehearsal.enrolling.identity import sign_message

ONLY = HandedOut(certificates=(RSA_AUTHORITY.certificate,), recipient=RSA_AUTHORITY.certificate)
PLACES = pytest.mark.parametrize("place", [acme_place, scep_place])


@PLACES
def test_a_phone_gets_an_identity_and_signs_with_it(place: Callable[[], Place]) -> None:
    here = place()

    found = here.obtain(here.server.payload("token"))

    pinned = here.server.issuing.certificate_of("token")
    assert pinned == found.certificate
    assert here.server.issuing.token_of(found.certificate) == "token"
    found.certificate.verify_directly_issued_by(here.server.issuing.authority.certificate)
    signature.demand_signed_by(sign_message(b"body", found), b"body", pinned)
    assert "PrivateKey" not in repr(found)


@PLACES
def test_a_secret_is_good_for_one_identity(place: Callable[[], Place]) -> None:
    here = place()
    payload = here.server.payload("token")
    here.obtain(payload)

    with pytest.raises(EnrollmentFailed) as caught:
        here.obtain(payload)

    assert caught.value.step is Step.IDENTITY


@PLACES
def test_a_secret_ends(place: Callable[[], Place]) -> None:
    here = place()
    payload = here.server.payload("token")
    here.server.issuing.clock.sleep(timedelta(hours=1, seconds=1).total_seconds())

    with pytest.raises(EnrollmentFailed):
        here.obtain(payload)

    assert here.server.issuing.certificate_of("token") is None


@PLACES
def test_a_second_profile_voids_the_secret_of_the_first(place: Callable[[], Place]) -> None:
    here = place()
    first, second = here.server.payload("token"), here.server.payload("token")

    with pytest.raises(EnrollmentFailed):
        here.obtain(first)

    assert here.obtain(second).certificate == here.server.issuing.certificate_of("token")


@PLACES
def test_a_secret_nobody_made_is_refused_and_not_told(place: Callable[[], Place]) -> None:
    here = place()
    payload = other_secret(here.server.payload("token"), "g-uess")

    with pytest.raises(EnrollmentFailed) as caught:
        here.obtain(payload)

    assert "g-uess" not in str(caught.value)


# ---------------------------------------------------------------- SCEP


def test_scep_makes_the_key_the_payload_asks_for_and_waits_as_it_says() -> None:
    here = scep_place(polls=3)

    found = here.obtain(here.server.payload("token"))

    assert here.keys.asked == [2048]
    assert found.chain == (RSA_AUTHORITY.certificate,)
    assert here.waited == [10.0, 10.0]


def test_scep_gives_up_after_the_retries_of_the_payload() -> None:
    here = scep_place(polls=4)

    with pytest.raises(EnrollmentFailed, match="after 3 retries"):
        here.obtain(here.server.payload("token"))


def test_a_phone_without_post_asks_in_the_address() -> None:
    here = scep_place()
    here.spoil = lambda url, reply: (
        Reply(200, reply.headers, b"AES\nSHA-256") if "GetCACaps" in url else reply
    )

    here.obtain(here.server.payload("token"))

    assert {method for method, _ in here.sent} == {"GET"}


@pytest.mark.parametrize(
    ("operation", "body", "why"),
    [
        ("GetCACaps", b"DES3\nSHA-1", "SHA-256"),
        ("GetCACaps", b"SHA-256", "neither AES nor DES3"),
        ("GetCACert", b"nonsense", "can't be read"),
        ("GetCACert", None, "fingerprint"),
        ("PKIOperation", b"nonsense", "signed message"),
    ],
)
def test_a_server_that_is_another_or_too_weak_is_refused(
    operation: str, body: bytes | None, why: str
) -> None:
    here = scep_place()
    from cryptography.hazmat.primitives.serialization import Encoding

    other = Authority.with_rsa("Other", CLOCK.now()).certificate.public_bytes(Encoding.DER)

    here.spoil = lambda url, reply: (
        Reply(200, reply.headers, body or other) if operation in url else reply
    )

    with pytest.raises(EnrollmentFailed, match=why):
        here.obtain(here.server.payload("token"))


def test_a_transaction_nobody_began_is_refused() -> None:
    here = scep_place()
    key = RSA_KEYS[0]
    own = RSA_AUTHORITY.issue("phone", key.public_key())
    asking = scep.Asking(key=key, certificate=own, authority=ONLY)
    nonce = b"\x01" * 16

    reply = here.send(
        "POST", f"https://{HOST}/scep?operation=PKIOperation", {}, asking.poll(nonce=nonce)
    )

    assert asking.answered(reply.body, nonce=nonce).failure is scep.Failure.BAD_CERTIFICATE


def test_somebody_else_cannot_poll_for_a_request() -> None:
    here = scep_place(polls=5)
    with pytest.raises(EnrollmentFailed):
        here.obtain(here.server.payload("token"))
    own, other = RSA_KEYS[1], RSA_KEYS[0]
    asking = scep.Asking(
        key=other,
        certificate=RSA_AUTHORITY.issue("phone", other.public_key()),
        authority=ONLY,
    )
    nonce = b"\x01" * 16
    message = scep.read_message(asking.poll(nonce=nonce)).message
    signed = scep.write_message(
        evolve(message, transaction=scep.transaction_of(own.public_key())),
        certificate=asking.certificate,
        key=other,
    )

    reply = here.send("POST", f"https://{HOST}/scep?operation=PKIOperation", {}, signed)

    assert scep.read_message(reply.body).message.failure is scep.Failure.BAD_CERTIFICATE


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200))
def test_whatever_is_sent_to_scep_is_refused(body: bytes) -> None:
    here = scep_place()

    reply = here.send("POST", f"https://{HOST}/scep?operation=PKIOperation", {}, body)

    assert reply.status == 400


@pytest.mark.parametrize("query", ["", "?operation=GetCRL", "?operation=PKIOperation&message=x"])
def test_other_operations_are_refused(query: str) -> None:
    here = scep_place()

    assert here.send("GET", f"https://{HOST}/scep{query}", {}, b"").status == 400


# ---------------------------------------------------------------- PKCS #12


def packed(password: bytes | None) -> bytes:
    signer = EC_AUTHORITY.signer("phone")
    return pkcs12.serialize_key_and_certificates(
        b"phone", signer.key, signer.certificate, None, BestAvailableEncryption(password or b"p")
    )


def test_an_identity_can_come_ready_made() -> None:
    payload = IdentityCertificate(content=packed(b"p"), password="p").payload(identifier="i")

    found = acme_place().obtain(payload)

    assert found.signer.certificate == found.certificate


@pytest.mark.parametrize(("content", "password"), [(packed(b"p"), "q"), (b"nonsense", "p")])
def test_an_identity_that_cannot_be_opened_ends_the_enrollment(
    content: bytes, password: str
) -> None:
    payload = IdentityCertificate(content=content, password=password).payload(identifier="i")

    with pytest.raises(EnrollmentFailed, match="PKCS #12"):
        acme_place().obtain(payload)


def test_another_payload_gives_no_identity() -> None:
    payload = Payload(type="com.apple.wifi.managed", identifier="i", uuid="u", content={})

    with pytest.raises(EnrollmentFailed, match="none that gives an identity"):
        acme_place().obtain(payload)
