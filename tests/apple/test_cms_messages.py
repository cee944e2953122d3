"""Signed and encrypted messages made to confuse are refused, quickly and precisely."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache

import pytest
from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.apple.signers import Identity, issue, rsa_key

from ueapi.apple.enrollment import scep
from ueapi.apple.enrollment.certificate_loading import load_certificate
from ueapi.apple.enrollment.cms_enveloped import decrypt, encrypt
from ueapi.apple.enrollment.cms_signed import open_signed, sign_with_attributes
from ueapi.apple.enrollment.scep_authority import AUTHORITY_TYPE, read_authority
from ueapi.apple.profiles.ber import encoded
from ueapi.apple.profiles.cms import take_apart
from ueapi.errors import InvalidModel


@cache
def authority() -> Identity:
    return issue("authority", key=rsa_key("authority"), ca=True)


@cache
def device() -> Identity:
    return issue("phone", key=rsa_key("phone"))


@pytest.mark.parametrize("read", [open_signed, take_apart, scep.read_message])
def test_an_object_identifier_without_end_is_refused_at_once(
    read: Callable[[bytes], object],
) -> None:
    endless = encoded(0x06, b"\x2a" + b"\xff" * 200_000 + b"\x01")

    with pytest.raises(InvalidModel, match="object identifier"):
        read(encoded(0x30, endless))


def crafted(change: Callable[[cms.SignedData], None]) -> bytes:
    """A message of the device with something in it changed, the signature left as it was."""
    signed = sign_with_attributes(
        b"content", certificate=device().certificate, key=device().key, attributes={}
    )
    whole = cms.ContentInfo.load(signed)
    change(whole["content"])
    dumped: bytes = whole.dump(force=True)
    return dumped


def no_certificates(message: cms.SignedData) -> None:
    message["certificates"] = cms.CertificateSet([])


def other_certificate(message: cms.SignedData) -> None:
    der = authority().certificate.public_bytes(Encoding.DER)
    message["certificates"] = [asn1_x509.Certificate.load(der)]


def two_signers(message: cms.SignedData) -> None:
    entry = message["signer_infos"][0]
    message["signer_infos"] = [entry, entry]


def no_attributes(message: cms.SignedData) -> None:
    del message["signer_infos"][0]["signed_attrs"]


def other_algorithm(message: cms.SignedData) -> None:
    message["signer_infos"][0]["signature_algorithm"] = {"algorithm": "sha256_ecdsa"}


def other_content(message: cms.SignedData) -> None:
    message["encap_content_info"] = {"content_type": "data", "content": b"other"}


def other_kind(message: cms.SignedData) -> None:
    message["encap_content_info"] = {"content_type": "1.2.840.113549.1.9.16.1.4"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (no_certificates, "not 1 to"),
        (other_certificate, "is not in it"),
        (two_signers, "exactly one signer"),
        (no_attributes, "no signed attributes"),
        (other_algorithm, "another kind than its signer"),
        (other_content, "not what was signed"),
        (other_kind, "another kind than plain"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_a_crafted_message_is_refused(change: Callable[[cms.SignedData], None], why: str) -> None:
    with pytest.raises(InvalidModel, match=why):
        open_signed(crafted(change))


def test_a_signature_over_other_attributes_is_refused() -> None:
    one = device()
    fake = sign_with_attributes(
        b"content",
        certificate=one.certificate,
        key=one.key,
        attributes={"1.2.840.113549.1.9.3": core.ObjectIdentifier("1.2.3").dump()},
    )

    with pytest.raises(InvalidModel, match="another kind of content"):
        open_signed(fake)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\x30\x00", "can't be read"), (b"\x00" * 300_000, "over the limit"), (b"", "cut short")],
)
def test_what_is_not_encrypted_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(InvalidModel, match=why):
        decrypt(content, certificate=device().certificate, key=device().key)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_changed_bit_never_breaks_the_reader(data: st.DataObject) -> None:
    encrypted = bytearray(encrypted_once())
    place = data.draw(st.integers(0, len(encrypted) * 8 - 1))
    encrypted[place // 8] ^= 1 << place % 8

    with suppress(InvalidModel):
        decrypt(bytes(encrypted), certificate=device().certificate, key=device().key)


@cache
def encrypted_once() -> bytes:
    return encrypt(b"content", device().certificate)


def test_only_rsa_keys_can_be_encrypted_to() -> None:
    with pytest.raises(InvalidModel, match="no RSA key"):
        encrypt(b"content", issue("phone").certificate)


@pytest.mark.parametrize("first", [b"\x80", b"\xff"])
def test_a_certificate_without_a_positive_serial_number_is_refused(first: bytes) -> None:
    one = device().certificate
    der = one.public_bytes(Encoding.DER)
    number = one.serial_number.to_bytes((one.serial_number.bit_length() + 8) // 8, "big")
    place = der.index(number)

    negative = der[:place] + first + der[place + 1 :]

    assert load_certificate(der) == one
    with pytest.raises(ValueError, match="not positive"):
        load_certificate(negative)
    with pytest.raises(InvalidModel):
        read_authority(AUTHORITY_TYPE, negative)
