"""SCEP servers as others run them: old ciphers and digests in answers, registration authorities, chains."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from attrs import evolve
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from tests.apple.signers import Identity, ec_key, issue, rsa_key
from tests.rehearsal.identities import HOST, RSA_AUTHORITY, scep_place

from ueapi.apple.enrollment import scep
from ueapi.apple.enrollment.certificate_request import build_request, read_request
from ueapi.apple.enrollment.cms_enveloped import (
    TRIPLE_DES,
    WITH_DES,
    BlockCipher,
    cipher_of,
    decrypt,
    encrypt,
)
from ueapi.apple.enrollment.cms_signed import WITH_SHA_1, open_signed
from ueapi.apple.enrollment.scep_authority import (
    AUTHORITIES_TYPE,
    AUTHORITY_TYPE,
    HandedOut,
    read_authority,
    write_certificates,
)
from ueapi.apple.profiles.ber import encoded
from ueapi.apple.profiles.payloads import Scep
from ueapi.errors import InvalidModel

NONCE = b"\x01" * 16
SCEP_OIDS = "2.16.840.1.113733.1.9."
has_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@cache
def authority() -> Identity:
    return issue("authority", key=rsa_key("authority"), ca=True)


@cache
def device() -> Identity:
    return issue("phone", key=rsa_key("phone"))


@cache
def registrar(usage: str) -> Identity:
    return issue(f"ra {usage}", by=authority(), key=rsa_key(f"ra {usage}"), usage=usage)


def handed_out(*found: Identity) -> HandedOut:
    content = write_certificates([one.certificate for one in found])
    return read_authority(AUTHORITIES_TYPE, content)


def asking(authority_of_it: HandedOut) -> scep.Asking:
    one = device()
    assert isinstance(one.key, rsa.RSAPrivateKey)
    return scep.Asking(key=one.key, certificate=one.certificate, authority=authority_of_it)


def only_authority() -> HandedOut:
    return read_authority(AUTHORITY_TYPE, authority().certificate.public_bytes(Encoding.DER))


def request() -> bytes:
    return build_request([[["CN", "phone"]]], device().key, password="one-time")


def old_answer(by: Identity, content: bytes) -> bytes:
    """A successful answer as libraries of long ago write it: over SHA-1, with the nonce of the question as its own."""
    answering = {
        f"{SCEP_OIDS}3": core.PrintableString(scep.Status.SUCCESS.value),
        f"{SCEP_OIDS}6": core.OctetString(NONCE),
    }
    return old_message(by, content, scep.MessageType.ANSWER, answering)


def old_message(
    by: Identity, content: bytes, kind: scep.MessageType, more: dict[str, core.Asn1Value]
) -> bytes:
    values = {
        "1.2.840.113549.1.9.3": core.ObjectIdentifier("1.2.840.113549.1.7.1"),
        "1.2.840.113549.1.9.4": core.OctetString(hashlib.sha1(content).digest()),
        f"{SCEP_OIDS}2": core.PrintableString(kind.value),
        f"{SCEP_OIDS}5": core.OctetString(NONCE),
        f"{SCEP_OIDS}7": core.PrintableString(scep.transaction_of(device().key.public_key())),
        **more,
    }
    rows = sorted(
        encoded(0x30, core.ObjectIdentifier(name).dump() + encoded(0x31, value.dump()))
        for name, value in values.items()
    )
    signed = encoded(0x31, b"".join(rows))
    assert isinstance(by.key, rsa.RSAPrivateKey)
    own = asn1_x509.Certificate.load(by.certificate.public_bytes(Encoding.DER))
    name = {"issuer": own.issuer, "serial_number": own.serial_number}
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": name}),
            "digest_algorithm": {"algorithm": "sha1"},
            "signed_attrs": cms.CMSAttributes.load(signed),
            "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
            "signature": by.key.sign(signed, padding.PKCS1v15(), hashes.SHA1()),
        }
    )
    message = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha1"}],
            "encap_content_info": {"content_type": "data", "content": content},
            "certificates": [own],
            "signer_infos": [signer],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": message}).dump()


@pytest.mark.parametrize("cipher", list(WITH_DES.values()), ids=list(WITH_DES))
def test_an_answer_with_an_old_digest_and_any_cipher_is_taken(cipher: BlockCipher) -> None:
    issued = write_certificates([device().certificate])
    signed = old_answer(authority(), encrypt(issued, device().certificate, cipher=cipher))

    answer = asking(only_authority()).answered(signed, nonce=NONCE)

    assert asking(only_authority()).certificates(answer) == (device().certificate,)
    assert (answer.digest, cipher_of(answer.content or b"")) == ("sha1", cipher.name)


def test_a_question_with_an_old_digest_is_refused_as_before() -> None:
    with pytest.raises(InvalidModel, match="digest is none of sha256"):
        scep.read_message(old_answer(authority(), b"x"))


@pytest.mark.parametrize("cipher", list(WITH_DES.values()), ids=list(WITH_DES))
def test_a_simulated_server_takes_what_clients_of_others_send(cipher: BlockCipher) -> None:
    here = scep_place()
    secret = Scep.of(here.server.payload("token")).request.challenge
    assert secret is not None
    asked = build_request([[["CN", "phone"]]], device().key, password=secret.get_secret_value())
    hidden = encrypt(asked, RSA_AUTHORITY.certificate, cipher=cipher)
    message = old_message(device(), hidden, scep.MessageType.REQUEST, {})

    reply = here.send("POST", f"https://{HOST}/scep?operation=PKIOperation", {}, message)

    found = read_authority(AUTHORITY_TYPE, RSA_AUTHORITY.certificate.public_bytes(Encoding.DER))
    answer = asking(found).answered(reply.body, nonce=NONCE)
    issued = asking(found).certificates(answer)[0]
    assert issued.public_key() == device().key.public_key()


def test_content_under_des_is_read_only_where_it_may_be() -> None:
    hidden = encrypt(b"secret", device().certificate, cipher=TRIPLE_DES)
    one = device()
    assert isinstance(one.key, rsa.RSAPrivateKey)

    with pytest.raises(InvalidModel, match="another way than aes128_cbc"):
        decrypt(hidden, certificate=one.certificate, key=one.key)


def test_a_server_without_aes_is_asked_under_triple_des() -> None:
    asked = evolve(asking(only_authority()), cipher=TRIPLE_DES).request(request(), nonce=NONCE)
    content = scep.read_message(asked).message.content or b""
    assert isinstance(authority().key, rsa.RSAPrivateKey)

    opened = decrypt(
        content, certificate=authority().certificate, key=authority().key, ciphers=WITH_DES
    )

    assert read_request(opened).password == b"one-time"
    assert cipher_of(content) == TRIPLE_DES.name


def test_content_of_no_length_is_no_content() -> None:
    signed = scep.write_message(
        scep.Message(
            kind=scep.MessageType.ANSWER,
            transaction=scep.transaction_of(device().key.public_key()),
            sender_nonce=NONCE,
            recipient_nonce=NONCE,
            status=scep.Status.FAILURE,
            failure=scep.Failure.BAD_REQUEST,
            content=b"",
        ),
        certificate=authority().certificate,
        key=authority().key,
    )

    assert asking(only_authority()).answered(signed, nonce=NONCE).content is None


def test_a_registration_authority_takes_the_request_and_signs_the_answer() -> None:
    signing, taking = registrar("digital_signature"), registrar("key_encipherment")
    found = handed_out(signing, authority(), taking)

    assert found.recipient == taking.certificate
    assert found.issuer == authority().certificate.subject
    issued = write_certificates([device().certificate])
    signed = old_answer(signing, encrypt(issued, device().certificate))
    assert asking(found).answered(signed, nonce=NONCE).status is scep.Status.SUCCESS
    with pytest.raises(InvalidModel, match="somebody else"):
        asking(only_authority()).answered(signed, nonce=NONCE)


def test_of_a_chain_the_authority_that_issues_takes_the_request() -> None:
    root = issue("root", key=rsa_key("root"), ca=True)
    below = issue("issuing", by=root, key=rsa_key("issuing"), ca=True)

    assert handed_out(root, below).recipient == below.certificate
    assert handed_out(below, root).recipient == below.certificate


@pytest.mark.parametrize("digest", [hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512])
def test_a_fingerprint_is_of_the_recipient_or_of_who_issued_it(digest) -> None:
    stranger = issue("stranger", key=rsa_key("stranger"), ca=True)
    found = handed_out(registrar("key_encipherment"), authority(), stranger)

    assert found.has(digest(authority().certificate.public_bytes(Encoding.DER)).digest())
    assert found.has(digest(found.recipient.public_bytes(Encoding.DER)).digest())
    assert not found.has(digest(stranger.certificate.public_bytes(Encoding.DER)).digest())
    assert not found.has(b"short")


def test_an_authority_must_be_able_to_read_a_request() -> None:
    with pytest.raises(InvalidModel, match="none has an RSA key"):
        handed_out(issue("ec", key=ec_key("ec"), ca=True))


@has_openssl
@pytest.mark.parametrize("cipher", ["-des3", "-des"])
def test_we_open_what_openssl_encrypts_under_des(tmp_path: Path, cipher: str) -> None:
    one = device()
    assert isinstance(one.key, rsa.RSAPrivateKey)
    (tmp_path / "device.pem").write_bytes(one.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "c").write_bytes(b"content" * 300)
    command = f"openssl cms -encrypt {cipher} -binary -outform DER -in c -out e.der"
    legacy = ["-provider", "legacy", "-provider", "default"] if cipher == "-des" else []

    done = subprocess.run(
        [*command.split(), *legacy, "device.pem"], cwd=tmp_path, capture_output=True, check=False
    )
    if done.returncode and legacy:
        pytest.skip("this openssl has no DES")

    content = (tmp_path / "e.der").read_bytes()
    found = decrypt(content, certificate=one.certificate, key=one.key, ciphers=WITH_DES)
    assert found == b"content" * 300


@has_openssl
def test_openssl_signs_over_sha_1_and_we_verify_it_where_we_may(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"content")
    (tmp_path / "device.pem").write_bytes(device().pem + device().key_pem())
    command = "openssl cms -sign -binary -nodetach -md sha1 -outform DER -in c -signer device.pem"

    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this openssl signs nothing over SHA-1")

    assert open_signed(done.stdout, digests=WITH_SHA_1).content == b"content"
    with pytest.raises(InvalidModel, match="digest"):
        open_signed(done.stdout)
