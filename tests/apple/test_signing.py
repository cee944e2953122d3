"""Signed profiles: made here, believed by openssl, and the other way round."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from attrs import evolve
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import pkcs12
from tests.apple.signers import (
    CONTENT,
    DAY,
    KINDS,
    NOW,
    PROFILE,
    ec_key,
    intermediate,
    issue,
    judged,
    leaf,
    root,
    rsa_key,
    signer,
    signer_of,
)

from ueapi.apple.profiles.document import ConfigurationProfile, read, write
from ueapi.apple.profiles.envelope import Form, Signature, open_document, save_document
from ueapi.apple.profiles.signing import Signer, sign
from ueapi.apple.profiles.trust import Trust
from ueapi.errors import InvalidModel, UsageError


# ---------------------------------------------------------------- signers
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_signed_verifies_and_names_its_signer(kind: str) -> None:
    result = judged(sign(CONTENT, signer=signer(kind)))

    only = result.signers[0]
    assert result.content == CONTENT
    assert result.trust is Trust.TRUSTED
    assert (only.subject, only.issuer) == ("CN=Example Signer", "CN=Example Issuing")
    assert only.chain == ("CN=Example Signer", "CN=Example Issuing", "CN=Example Root")
    assert only.serial_number == leaf(kind).certificate.serial_number
    assert (only.not_before, only.not_after) == (NOW - 30 * DAY, NOW + 30 * DAY)
    assert (only.digest, only.algorithm) == ("SHA-256", {"ec": "ECDSA", "rsa": "RSA"}[kind])


def test_line_ends_are_signed_as_they_are() -> None:
    content = b"one\r\ntwo\nthree\r"

    assert judged(sign(content, signer=signer())).content == content


def test_a_key_never_shows_itself() -> None:
    assert "key" not in repr(signer()).casefold()


def test_the_order_of_certificates_does_not_matter() -> None:
    pem = root().pem + intermediate().pem + leaf().pem

    found = Signer.from_pem(pem, leaf().key_pem(b"s3cret"), b"s3cret")

    assert found.certificate == leaf().certificate
    assert found.subject == "CN=Example Signer"


def test_a_signer_is_read_from_a_pkcs12_file() -> None:
    content = pkcs12.serialize_key_and_certificates(
        b"name",
        leaf().key,
        leaf().certificate,
        [intermediate().certificate],
        serialization.BestAvailableEncryption(b"s3cret"),
    )

    found = Signer.from_pkcs12(content, b"s3cret")

    assert judged(sign(CONTENT, signer=found)).trust is Trust.TRUSTED
    with pytest.raises(UsageError, match="password"):
        Signer.from_pkcs12(content, b"other")
    with pytest.raises(UsageError, match="can't be read"):
        Signer.from_pkcs12(b"x")


@pytest.mark.parametrize(
    ("certificates", "key", "password", "why"),
    [
        (lambda: leaf().pem, lambda: ec_key("other"), None, "none of the certificates"),
        (lambda: b"x", lambda: leaf().key, None, "certificates can't be read"),
        (lambda: leaf().pem, lambda: leaf().key, b"s3cret", "password"),
        (lambda: leaf().pem, ed25519.Ed25519PrivateKey.generate, None, "neither RSA nor EC"),
        (
            lambda: issue("Short", key=rsa_key("short", 1024)).pem,
            lambda: rsa_key("short", 1024),
            None,
            "too short",
        ),
    ],
)
def test_what_can_not_sign_is_refused_and_says_why(
    certificates: Callable[[], bytes],
    key: Callable[[], ed25519.Ed25519PrivateKey],
    password: bytes | None,
    why: str,
) -> None:
    pem = key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

    with pytest.raises(UsageError, match=why):
        Signer.from_pem(certificates(), pem, password)


def test_a_locked_key_and_no_key_at_all_are_refused() -> None:
    with pytest.raises(UsageError, match="needs a password"):
        Signer.from_pem(leaf().pem, leaf().key_pem(b"s3cret"))
    with pytest.raises(UsageError, match="private key can't be read"):
        Signer.from_pem(leaf().pem, b"x")
    with pytest.raises(UsageError, match="does not belong"):
        signer_of(evolve(leaf(), key=ec_key("other")))


# ---------------------------------------------------------------- files
def test_reading_a_signed_profile_names_the_ways_to_open_it() -> None:
    with pytest.raises(InvalidModel, match=r"open_document.*verify"):
        read(sign(CONTENT, signer=signer()))


def test_a_signed_profile_opens_with_its_original_at_hand() -> None:
    signed = sign(CONTENT, signer=signer())

    document = open_document(signed)

    assert (document.profile, document.content, document.original) == (PROFILE, CONTENT, signed)
    assert (document.is_signed, document.form) == (True, Form.XML)
    assert not open_document(CONTENT).is_signed


def test_a_signature_inside_a_signature_is_refused() -> None:
    with pytest.raises(InvalidModel, match="itself a signed message"):
        open_document(sign(sign(CONTENT, signer=signer()), signer=signer()))


def test_an_unchanged_profile_keeps_its_original_bytes() -> None:
    document = open_document(sign(CONTENT, signer=signer()))

    saved = save_document(document, document.profile, signature=Signature.KEEP)

    assert saved == document.original


@pytest.mark.parametrize(
    "changed",
    [evolve(PROFILE, display_name="Other"), evolve(PROFILE, extra={"PayloadRemovalDisallowed": 1})],
)
def test_a_changed_profile_loses_its_signature_only_when_asked(
    changed: ConfigurationProfile,
) -> None:
    before = evolve(PROFILE, extra={"PayloadRemovalDisallowed": True})
    document = open_document(sign(write(before), signer=signer()))

    with pytest.raises(UsageError, match="Signer"):
        save_document(document, changed, signature=Signature.KEEP)
    assert save_document(document, changed, signature=Signature.STRIP) == write(changed)
    again = save_document(document, changed, signature=signer("rsa"))
    assert judged(again).content == write(changed)


# ---------------------------------------------------------------- openssl
@pytest.fixture(scope="session")
def openssl() -> str:
    found = shutil.which("openssl")
    if found is None:
        pytest.skip("openssl is not installed")
    return found


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificates and keys as files, valid by the real clock, which openssl goes by."""
    folder = tmp_path_factory.mktemp("signers")
    for kind in KINDS:
        (folder / f"{kind}.pem").write_bytes(leaf(kind).pem)
        (folder / f"{kind}.key").write_bytes(leaf(kind).key_pem())
    (folder / "chain.pem").write_bytes(intermediate().pem)
    (folder / "root.pem").write_bytes(root().pem)
    (folder / "content").write_bytes(CONTENT)
    return folder


def run(*arguments: str | Path, folder: Path) -> bytes:
    return subprocess.run(arguments, cwd=folder, check=True, capture_output=True).stdout


def sign_outside(openssl: str, folder: Path, kind: str, *options: str) -> bytes:
    given = ("-sign", "-binary", "-nodetach", "-outform", "DER", "-in", "content")
    keys = ("-signer", f"{kind}.pem", "-inkey", f"{kind}.key", "-certfile", "chain.pem")
    return run(openssl, "cms", *given, *keys, *options, folder=folder)


@pytest.mark.parametrize("kind", KINDS)
def test_openssl_believes_what_is_signed_here(openssl: str, shelf: Path, kind: str) -> None:
    (shelf / "signed").write_bytes(sign(CONTENT, signer=signer(kind)))
    moment = str(int(NOW.timestamp()))

    content = run(
        *(openssl, "cms", "-verify", "-binary", "-inform", "DER", "-in", "signed"),
        *("-CAfile", "root.pem", "-purpose", "any", "-attime", moment),
        folder=shelf,
    )

    assert content == CONTENT


FORMS: list[tuple[str, ...]] = [
    (),
    ("-noattr",),
    ("-keyid",),
    ("-md", "sha384"),
    ("-md", "sha512", "-noattr", "-keyid"),
    ("-stream",),
    ("-stream", "-noattr"),
    ("-nosmimecap",),
]


@pytest.mark.parametrize(("kind", "options"), list(product(KINDS, FORMS)))
def test_what_openssl_signs_is_believed_here(
    openssl: str, shelf: Path, kind: str, options: tuple[str, ...]
) -> None:
    signed = sign_outside(openssl, shelf, kind, *options)

    result = judged(signed)

    assert (result.content, result.trust) == (CONTENT, Trust.TRUSTED)
    assert open_document(signed).profile == PROFILE
    assert judged(signed, at=NOW + 31 * DAY).trust is Trust.EXPIRED
    assert judged(signed, issue("Stranger")).trust is Trust.UNTRUSTED


@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_an_rsa_pss_signature_of_openssl_is_believed(
    openssl: str, shelf: Path, digest: str
) -> None:
    padded = ("-keyopt", "rsa_padding_mode:pss", "-md", digest)

    result = judged(sign_outside(openssl, shelf, "rsa", *padded))

    assert result.signers[0].algorithm == "RSA-PSS"
    assert result.trust is Trust.TRUSTED


@pytest.mark.parametrize("digest", ["sha1", "md5"])
def test_a_weak_digest_of_openssl_is_refused(openssl: str, shelf: Path, digest: str) -> None:
    with pytest.raises(InvalidModel, match="SHA-1 or MD5"):
        judged(sign_outside(openssl, shelf, "rsa", "-md", digest))


def test_signed_without_certificates_needs_the_signer_among_the_anchors(
    openssl: str, shelf: Path
) -> None:
    given = ("-sign", "-binary", "-nodetach", "-nocerts", "-outform", "DER", "-in", "content")
    signed = run(openssl, "cms", *given, "-signer", "ec.pem", "-inkey", "ec.key", folder=shelf)

    assert judged(signed, leaf()).trust is Trust.TRUSTED
    with pytest.raises(InvalidModel, match="certificate of its signer"):
        judged(signed)


def test_certificates_alone_sign_nothing(openssl: str, shelf: Path) -> None:
    given = ("-nocrl", "-certfile", "chain.pem", "-outform", "DER")
    alone = run(openssl, "crl2pkcs7", *given, folder=shelf)

    with pytest.raises(InvalidModel, match="0 signers"):
        judged(alone)


def test_an_encrypted_message_is_named_as_such(openssl: str, shelf: Path) -> None:
    given = ("-encrypt", "-binary", "-outform", "DER", "-in", "content", "rsa.pem")
    sealed = run(openssl, "cms", *given, folder=shelf)

    with pytest.raises(InvalidModel, match="encrypted"):
        open_document(sealed)
