"""SCEP's messages hold what they should, other software reads and writes them, and nothing altered is taken."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.apple.signers import Identity, ec_key, issue, rsa_key

from ueapi.apple.enrollment import scep
from ueapi.apple.enrollment.certificate_request import build_request
from ueapi.apple.enrollment.cms_enveloped import decrypt, encrypt
from ueapi.apple.enrollment.cms_signed import open_signed, sign_with_attributes
from ueapi.apple.enrollment.scep_authority import (
    AUTHORITIES_TYPE,
    AUTHORITY_TYPE,
    HandedOut,
    read_authority,
    read_certificates,
    write_certificates,
)
from ueapi.apple.mdm import signature
from ueapi.apple.profiles.signing import Signer
from ueapi.errors import InvalidModel

NONCE, OTHER = b"\x01" * 16, b"\x02" * 16
SUBJECT = [[["CN", "phone"]]]
OPEN = "cms -decrypt -binary -inform DER -in e.der"
SIGN = "cms -sign -binary -md sha256 -outform DER"
has_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@cache
def authority() -> Identity:
    return issue("authority", key=rsa_key("authority"), ca=True)


@cache
def device() -> Identity:
    return issue("phone", key=rsa_key("phone"))


def only(one: Identity) -> HandedOut:
    return HandedOut(certificates=(one.certificate,), recipient=one.certificate)


def asking() -> scep.Asking:
    one = device()
    return scep.Asking(key=one.key, certificate=one.certificate, authority=only(authority()))


def answering() -> scep.Answering:
    return scep.Answering(certificate=authority().certificate, key=authority().key)


def request() -> bytes:
    return build_request(SUBJECT, device().key, password="one-time")


def received() -> scep.Received:
    return scep.read_message(asking().request(request(), nonce=NONCE))


def test_a_request_arrives_with_its_password() -> None:
    found = received()

    inside = answering().request_in(found)

    assert inside.is_let_in_by("one-time")
    assert found.message.kind is scep.MessageType.REQUEST
    assert found.message.transaction == scep.transaction_of(device().key.public_key())


def test_what_was_issued_arrives() -> None:
    issued = issue("phone", by=authority(), key=rsa_key("phone")).certificate

    signed = answering().success(received(), [issued], nonce=OTHER)
    answer = asking().answered(signed, nonce=NONCE)

    assert answer.status is scep.Status.SUCCESS
    assert asking().certificates(answer) == (issued,)


def test_a_refusal_and_a_delay_arrive_without_content() -> None:
    refused = answering().failure(received(), scep.Failure.BAD_REQUEST, nonce=OTHER)
    delayed = answering().pending(received(), nonce=OTHER)

    assert asking().answered(refused, nonce=NONCE).failure is scep.Failure.BAD_REQUEST
    assert asking().answered(delayed, nonce=NONCE).status is scep.Status.PENDING


def test_an_answer_to_another_message_is_refused() -> None:
    signed = answering().pending(received(), nonce=OTHER)

    with pytest.raises(InvalidModel, match="answers another message"):
        asking().answered(signed, nonce=OTHER)


def test_an_answer_of_somebody_else_is_refused() -> None:
    other = issue("authority", key=rsa_key("other"), ca=True)
    false = scep.Answering(certificate=other.certificate, key=other.key)
    signed = false.pending(received(), nonce=OTHER)

    with pytest.raises(InvalidModel, match="somebody else"):
        asking().answered(signed, nonce=NONCE)


def test_a_request_for_another_key_is_refused() -> None:
    stolen = build_request(SUBJECT, rsa_key("stolen"), password="one-time")
    found = scep.read_message(asking().request(stolen, nonce=NONCE))

    with pytest.raises(InvalidModel, match="another key"):
        answering().request_in(found)


def test_what_is_for_somebody_else_is_not_read() -> None:
    encrypted = encrypt(b"content", device().certificate)

    with pytest.raises(InvalidModel, match="somebody else"):
        decrypt(encrypted, certificate=authority().certificate, key=authority().key)


def test_a_wrong_key_and_altered_content_look_alike() -> None:
    encrypted = encrypt(b"content", device().certificate)
    with pytest.raises(InvalidModel) as wrong:
        decrypt(encrypted, certificate=device().certificate, key=rsa_key("wrong"))
    with pytest.raises(InvalidModel) as altered:
        decrypt(
            encrypted[:-1] + bytes([encrypted[-1] ^ 0x55]),
            certificate=device().certificate,
            key=device().key,
        )

    assert str(wrong.value) == str(altered.value)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_no_bit_of_a_message_can_be_changed_unseen(data: st.DataObject) -> None:
    signed = pending()
    place = data.draw(st.integers(0, len(signed) * 8 - 1))
    flipped = bytearray(signed)
    flipped[place // 8] ^= 1 << place % 8

    try:
        found = asking().answered(bytes(flipped), nonce=NONCE)
    except InvalidModel:
        return

    assert found == asking().answered(signed, nonce=NONCE)


@cache
def pending() -> bytes:
    return answering().pending(received(), nonce=OTHER)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=100), st.integers(0, 2000))
def test_any_bytes_are_refused(noise: bytes, keep: int) -> None:
    for content in (noise, pending()[:keep] + noise):
        if content != pending():
            with pytest.raises(InvalidModel):
                scep.read_message(content)


@pytest.mark.parametrize(
    "message",
    [
        scep.Message(kind=scep.MessageType.ANSWER, transaction="t", sender_nonce=NONCE),
        scep.Message(kind=scep.MessageType.REQUEST, transaction="t", sender_nonce=NONCE),
        scep.Message(
            kind=scep.MessageType.REQUEST, transaction="t", sender_nonce=b"short", content=b"c"
        ),
        scep.Message(
            kind=scep.MessageType.REQUEST, transaction="", sender_nonce=NONCE, content=b"c"
        ),
        scep.Message(
            kind=scep.MessageType.ANSWER,
            transaction="t",
            sender_nonce=NONCE,
            recipient_nonce=NONCE,
            status=scep.Status.FAILURE,
        ),
        scep.Message(
            kind=scep.MessageType.ANSWER,
            transaction="t",
            sender_nonce=NONCE,
            recipient_nonce=NONCE,
            status=scep.Status.PENDING,
            content=b"c",
        ),
    ],
)
def test_a_message_without_its_parts_is_refused(message: scep.Message) -> None:
    one = device()
    signed = scep.write_message(message, certificate=one.certificate, key=one.key)

    with pytest.raises(InvalidModel):
        scep.read_message(signed)


def test_capabilities_and_authorities_are_read() -> None:
    own = authority().certificate
    several = write_certificates([device().certificate, own])

    assert scep.read_capabilities(b"AES\r\nRenewal\nPOSTPKIOperation") == {
        scep.Capability.AES,
        scep.Capability.POST,
    }
    assert scep.read_capabilities(b"SCEPStandard") == set(scep.Capability) - {scep.Capability.DES3}
    found = read_authority(AUTHORITY_TYPE, own.public_bytes(Encoding.DER))
    assert (found.recipient, found.certificates) == (own, (own,))
    assert own in read_certificates(several)


@pytest.mark.parametrize("content_type", [AUTHORITY_TYPE, AUTHORITIES_TYPE])
def test_no_authority_is_no_certificate(content_type: str) -> None:
    with pytest.raises(InvalidModel):
        read_authority(content_type, b"<html>")


# ---------------------------------------------------------------- other software


def run(where: Path, command: str) -> bytes:
    words = ["openssl", *command.split()]
    return subprocess.run(words, cwd=where, capture_output=True, check=True).stdout


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, one in (("authority", authority()), ("device", device())):
        (tmp_path / f"{name}.pem").write_bytes(one.certificate.public_bytes(Encoding.PEM))
        (tmp_path / f"{name}.key").write_bytes(
            one.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
    return tmp_path


@has_openssl
def test_openssl_opens_our_request_down_to_the_password(files: Path) -> None:
    (files / "m.der").write_bytes(asking().request(request(), nonce=NONCE))

    run(files, "cms -verify -noverify -binary -inform DER -in m.der -out e.der")
    run(files, f"{OPEN} -recip authority.pem -inkey authority.key -out r.der")

    assert (files / "r.der").read_bytes() == request_inside(files)
    said = run(files, "req -verify -inform DER -in r.der -noout -text")
    assert b"one-time" in said


def request_inside(files: Path) -> bytes:
    found = scep.read_message((files / "m.der").read_bytes())
    return decrypt(
        found.message.content or b"", certificate=authority().certificate, key=authority().key
    )


@has_openssl
@pytest.mark.parametrize("cipher", ["-aes128", "-aes256"])
@pytest.mark.parametrize("stream", ["-stream", ""])
def test_we_open_what_openssl_encrypts(files: Path, cipher: str, stream: str) -> None:
    (files / "c").write_bytes(b"content" * 3000)

    run(files, f"cms -encrypt {cipher} -binary {stream} -outform DER -in c -out e.der device.pem")
    found = decrypt(
        (files / "e.der").read_bytes(), certificate=device().certificate, key=device().key
    )

    assert found == b"content" * 3000


@has_openssl
@pytest.mark.parametrize("detached", [True, False])
def test_we_verify_what_openssl_signs(files: Path, detached: bool) -> None:
    (files / "c").write_bytes(b"content")
    inside = "" if detached else "-nodetach"

    run(files, f"{SIGN} {inside} -in c -signer device.pem -inkey device.key -out s.der")
    found = open_signed((files / "s.der").read_bytes(), detached=b"content" if detached else None)

    assert (found.content, found.signer) == (b"content", device().certificate)


@has_openssl
def test_openssl_reads_the_certificates_we_hand_out(files: Path) -> None:
    (files / "c.der").write_bytes(write_certificates([authority().certificate]))

    said = run(files, "pkcs7 -inform DER -in c.der -print_certs -noout")
    assert b"authority" in said


# ---------------------------------------------------------------- Mdm-Signature


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_signed_message_is_held_to_the_identity(kind: str) -> None:
    key = rsa_key("phone") if kind == "rsa" else ec_key("phone")
    one, other = issue("phone", key=key), issue("phone", key=key)
    header = signature.signature_header(b"body\n", Signer(certificate=one.certificate, key=one.key))

    signature.demand_signed_by(header, b"body\n", one.certificate)
    with pytest.raises(InvalidModel, match="another identity"):
        signature.demand_signed_by(header, b"body\n", other.certificate)
    with pytest.raises(InvalidModel, match="not what was signed"):
        signature.demand_signed_by(header, b"body\r\n", one.certificate)


@pytest.mark.parametrize("value", ["", "no base64", "MAA=", "A" * 40_000])
def test_anything_else_is_no_signature(value: str) -> None:
    with pytest.raises(InvalidModel):
        signature.signer_of(value, b"body")


def test_content_inside_and_beside_is_refused() -> None:
    one = device()
    signed = sign_with_attributes(b"a", certificate=one.certificate, key=one.key, attributes={})

    with pytest.raises(InvalidModel, match="both inside and beside"):
        open_signed(signed, detached=b"a")


def test_a_weak_digest_is_refused() -> None:
    assert isinstance(device().key, rsa.RSAPrivateKey)
    signed = sign_with_attributes(
        b"a", certificate=device().certificate, key=device().key, attributes={}
    )
    sha1 = signed.replace(
        bytes.fromhex("0609608648016503040201"), bytes.fromhex("0609608648016503040204")
    )

    with pytest.raises(InvalidModel, match="digest"):
        open_signed(sha1)
