"""What was altered, weakly signed or not signed at all is never taken for signed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from tests.apple.signers import (
    CONTENT,
    KINDS,
    flipped,
    intermediate,
    issue,
    judged,
    leaf,
    signer,
)

from ueapi.apple.profiles.signing import sign
from ueapi.apple.profiles.trust import Trust
from ueapi.errors import InvalidModel


@pytest.mark.parametrize(("kind", "has_attributes"), list(product(KINDS, [True, False])))
def test_a_flipped_byte_anywhere_is_noticed(kind: str, has_attributes: bool) -> None:
    options = [pkcs7.PKCS7Options.Binary]
    if not has_attributes:
        options.append(pkcs7.PKCS7Options.NoAttributes)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT)
    builder = builder.add_signer(leaf(kind).certificate, leaf(kind).key, hashes.SHA256())
    whole = builder.sign(serialization.Encoding.DER, options)
    inner = cms.ContentInfo.load(whole)["content"]
    signed = (CONTENT, inner["signer_infos"][0]["signature"].native)
    begins = [whole.index(part) for part in signed]

    for place in range(len(whole)):
        try:
            result = judged(flipped(whole, place), intermediate())
        except InvalidModel:
            continue
        # Elsewhere a flip can only cost trust, or change what carries no meaning.
        assert result.content == CONTENT
        assert not any(
            begin <= place < begin + len(part) for begin, part in zip(begins, signed, strict=True)
        )


def rebuilt(change: Callable[[cms.SignedData], None], signed: bytes | None = None) -> bytes:
    """A signed message with a part exchanged."""
    outer = cms.ContentInfo.load(signed or sign(CONTENT, signer=signer()))
    change(outer["content"])
    whole: bytes = outer.dump(force=True)
    return whole


def no_signer(message: cms.SignedData) -> None:
    message["signer_infos"] = cms.SignerInfos([])


def no_content(message: cms.SignedData) -> None:
    message["encap_content_info"] = {"content_type": "data"}


def no_certificates(message: cms.SignedData) -> None:
    message["certificates"] = None


def with_digest(name: str) -> Callable[[cms.SignedData], None]:
    def change(message: cms.SignedData) -> None:
        message["signer_infos"][0]["digest_algorithm"] = {"algorithm": name}

    return change


def with_algorithm(name: str) -> Callable[[cms.SignedData], None]:
    def change(message: cms.SignedData) -> None:
        message["signer_infos"][0]["signature_algorithm"] = {"algorithm": name}

    return change


def no_message_digest(message: cms.SignedData) -> None:
    entry = message["signer_infos"][0]
    kept = [one for one in entry["signed_attrs"] if one["type"].native != "message_digest"]
    entry["signed_attrs"] = cms.CMSAttributes(kept)


def five_signers(message: cms.SignedData) -> None:
    message["signer_infos"] = cms.SignerInfos([message["signer_infos"][0]] * 5)


def two_signers_one_wrong(message: cms.SignedData) -> None:
    other = cms.ContentInfo.load(sign(b"other", signer=signer("rsa")))["content"]
    message["signer_infos"].append(other["signer_infos"][0])
    for certificate in other["certificates"]:
        message["certificates"].append(certificate)


def other_content(message: cms.SignedData) -> None:
    message["encap_content_info"]["content"] = b"other"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (no_signer, "0 signers"),
        (five_signers, "5 signers"),
        (no_content, "kept apart"),
        (no_certificates, "certificate of its signer"),
        (with_digest("sha1"), "SHA-1 or MD5"),
        (with_digest("md5"), "SHA-1 or MD5"),
        (with_digest("sha3_256"), "digest that is not read"),
        (with_digest("sha512"), "two different digests"),
        (with_algorithm("sha1_ecdsa"), "SHA-1 or MD5"),
        (with_algorithm("sha256_dsa"), "algorithm that is not read"),
        (with_algorithm("sha256_rsa"), "another kind than"),
        (no_message_digest, "signed attributes lack"),
        (other_content, "altered after signing: the content"),
        (two_signers_one_wrong, "altered after signing"),
    ],
)
def test_a_signed_message_that_proves_nothing_is_refused_and_says_why(
    change: Callable[[cms.SignedData], None], why: str
) -> None:
    with pytest.raises(InvalidModel, match=why):
        judged(rebuilt(change))


def test_every_signer_is_told_of() -> None:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT)
    for kind in KINDS:
        builder = builder.add_signer(leaf(kind).certificate, leaf(kind).key, hashes.SHA384())
    stranger = issue("Stranger")
    builder = builder.add_signer(stranger.certificate, stranger.key, hashes.SHA512())
    signed = builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])

    result = judged(signed, intermediate())

    assert sorted((one.digest, one.trust) for one in result.signers) == [
        ("SHA-384", Trust.TRUSTED),
        ("SHA-384", Trust.TRUSTED),
        ("SHA-512", Trust.UNTRUSTED),
    ]
    assert result.trust is Trust.UNTRUSTED


def test_signed_attributes_are_not_passed_off_as_content() -> None:
    whole = cms.ContentInfo.load(sign(CONTENT, signer=signer()))
    entry = whole["content"]["signer_infos"][0]
    attributes = b"\x31" + entry["signed_attrs"].dump()[1:]

    def change(message: cms.SignedData) -> None:
        message["encap_content_info"]["content"] = attributes
        message["signer_infos"][0]["signed_attrs"] = None

    with pytest.raises(InvalidModel, match="signed attributes of another message"):
        judged(rebuilt(change, whole.dump()))
