"""ACME's messages survive the wire; hostile ones are refused within bounds and without their values."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.apple.signers import NOW, Identity, ec_key, issue

from ueapi.apple.enrollment import acme, attestation, cbor, jose
from ueapi.apple.enrollment.acme_problem import Kind, Problem
from ueapi.apple.enrollment.certificate_request import build_request, read_request
from ueapi.errors import InvalidModel, UeapiError

URL = "https://acme.example.org/acme/order/1"
IDENTIFIER = acme.Identifier("one-time-secret")
KEY = ec.generate_private_key(ec.SECP256R1())
CSR = build_request([[["O", "Example"]], [["CN", "phone"]]], KEY, password="one-time")


# ---------------------------------------------------------------- signed requests


def signed(inside: bytes = b"{}", **changed: object) -> bytes:
    protected = jose.Protected(nonce="abc", url=URL, kid="https://acme.example.org/acme/account/1")
    row = json.loads(jose.sign_request(inside, protected=protected, key=KEY))
    return json.dumps({**row, **changed}).encode()


def headed(**changed: object) -> bytes:
    head = {"alg": "ES256", "kid": "a", "nonce": "abc", "url": URL, **changed}
    plain = {key: value for key, value in head.items() if value is not None}
    return signed(protected=jose.to_base64url(json.dumps(plain).encode()))


def test_a_request_says_who_signed_it_for_where() -> None:
    found = jose.read_request(signed(b'{"a":1}'))

    found.verify(KEY.public_key())
    assert found.payload == b'{"a":1}'
    assert (found.protected.url, found.protected.nonce) == (URL, "abc")


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    jwk = jose.Jwk.of(KEY.public_key())

    assert jose.Jwk.from_json(dict(jwk.to_json())) == jwk
    assert list(jwk.to_json()) == ["crv", "kty", "x", "y"]
    assert jwk.public_key() == KEY.public_key()
    assert len(jwk.thumbprint) == 43


@pytest.mark.parametrize(
    "broken",
    [
        signed(payload=jose.to_base64url(b'{"a":2}')),
        headed(url="https://elsewhere.example.org/"),
        signed(signature=jose.to_base64url(b"\x01" * 64)),
        signed(signature=jose.to_base64url(b"\x00" * 64)),
        signed(signature=jose.to_base64url(b"\xff" * 64)),
        signed(signature=jose.to_base64url(b"short")),
    ],
)
def test_what_was_altered_is_not_taken(broken: bytes) -> None:
    found = jose.read_request(broken)

    with pytest.raises(InvalidModel, match="signature"):
        found.verify(KEY.public_key())


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no JSON"),
        (b"[]", "no JSON object"),
        (b"[" * 100_000, "no JSON"),
        (b"{" + b" " * jose.LARGEST, "over the limit"),
        (signed(header={}), "other members"),
        (signed(payload="a=="), "without padding"),
        (signed(payload=1), "without padding"),
        (signed(payload="abcde"), "without padding"),
        (headed(alg="none"), "alg"),
        (headed(alg="HS256"), "alg"),
        (headed(crit=["x"]), "crit"),
        (headed(kid=None), "exactly one"),
        (headed(jwk={}), "exactly one"),
        (headed(nonce=""), "nonce"),
        (headed(nonce="a b"), "nonce"),
        (headed(url=1), "url"),
        (headed(kid=1), "kid"),
        (headed(kid=None, jwk={"kty": "RSA"}), "no key on P-256"),
        (headed(kid=None, jwk={"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"}), "32 bytes"),
        (headed(kid=None, jwk={"kty": "EC", "crv": "P-256", "d": "AQ"}), "private"),
    ],
)
def test_a_broken_request_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(InvalidModel, match=why):
        jose.read_request(body)


def test_the_example_of_rfc_7515_is_verified() -> None:
    """Appendix A.3, for ES256."""
    key = jose.Jwk.from_json(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }
    )
    covered = (
        b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
        b"Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    signature = jose.from_base64url(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        "s",
    )
    found = jose.SignedRequest(
        protected=jose.Protected(nonce="n", url=URL, kid="k"),
        payload=b"",
        covered=covered,
        signature=signature,
    )

    found.verify(key.public_key())


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_our_signature(tmp_path: Path) -> None:
    row = json.loads(signed())
    raw = jose.from_base64url(row["signature"], "signature")
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    (tmp_path / "signature").write_bytes(encode_dss_signature(r, s))
    (tmp_path / "covered").write_text(f"{row['protected']}.{row['payload']}")
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(pem)

    command = "openssl dgst -sha256 -verify key.pem -signature signature covered"
    said = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=True)

    assert said.stdout.startswith(b"Verified OK")


def test_a_point_beside_the_curve_is_no_key() -> None:
    with pytest.raises(InvalidModel, match="not on the curve"):
        jose.Jwk(x=b"\x01" * 32, y=b"\x01" * 32).public_key()


# ---------------------------------------------------------------- documents

AUTHORIZATION = acme.Authorization(
    status=acme.Status.PENDING,
    identifier=IDENTIFIER,
    challenges=(acme.Challenge(url=URL, token="t0"),),
)
DOCUMENTS = [
    acme.Directory(new_nonce=URL, new_account=URL, new_order=URL),
    acme.NewAccount(),
    acme.NewOrder(IDENTIFIER),
    acme.Order(
        status=acme.Status.VALID,
        identifier=IDENTIFIER,
        authorizations=(URL,),
        finalize=URL,
        certificate=URL,
    ),
    AUTHORIZATION,
    acme.Challenge(url=URL, token="t0"),
    acme.ChallengeAnswer(b"\xa0"),
    acme.ChallengeAnswer(),
    acme.Finalize(CSR),
    Problem(kind=Kind.BAD_NONCE, detail="again", status=400),
]


@pytest.mark.parametrize("one", DOCUMENTS, ids=lambda d: type(d).__name__)
def test_a_document_reads_as_it_was_written(one: acme.Order) -> None:
    assert type(one).from_json(one.to_json()) == one
    assert "one-time-secret" not in repr(one)


@pytest.mark.parametrize("one", DOCUMENTS, ids=lambda d: type(d).__name__)
@settings(deadline=None, max_examples=40)
@given(st.data())
def test_any_change_to_a_document_is_read_or_refused(one: acme.Order, data: st.DataObject) -> None:
    row = json.loads(one.to_json())
    key = data.draw(st.sampled_from(sorted(row)))
    row[key] = data.draw(
        st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
    )

    try:
        type(one).from_json(json.dumps(row).encode())
    except UeapiError as problem:
        assert isinstance(problem, InvalidModel)


def test_a_challenge_of_another_type_is_passed_over() -> None:
    row = json.loads(AUTHORIZATION.to_json())
    row["challenges"].insert(0, {"type": "http-01", "url": "http://plain.example.org"})

    found = acme.Authorization.from_json(json.dumps(row).encode())

    assert [one.token for one in found.challenges] == ["t0"]


def test_a_chain_is_bounded() -> None:
    one = issue("phone").certificate

    assert acme.read_chain(acme.write_chain([one])) == (one,)
    with pytest.raises(InvalidModel, match="more than"):
        acme.read_chain(acme.write_chain([one] * 11))


# ---------------------------------------------------------------- requests for certificates


def test_a_request_holds_its_key_and_its_password() -> None:
    found = read_request(CSR)

    assert found.key == KEY.public_key()
    assert found.is_let_in_by("one-time")
    assert not found.is_let_in_by("other")
    assert "one-time" not in repr(found)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (CSR[:-1], "can't be read"),
        (CSR[:-1] + bytes([CSR[-1] ^ 1]), "did not sign|can't be read"),
        (b"\x00" * 70_000, "over the limit"),
    ],
)
def test_a_broken_request_for_a_certificate_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(InvalidModel, match=why):
        read_request(content)


def test_a_short_key_is_refused() -> None:
    short = build_request([[["CN", "phone"]]], rsa.generate_private_key(65537, 1024))

    with pytest.raises(InvalidModel, match="too short"):
        read_request(short)


@pytest.mark.parametrize("subject", [[[["CN"]]], [[["X", "y"]]], [[["C", "long"]]], [[]]])
def test_a_subject_that_is_no_name_is_refused(subject: list[list[list[str]]]) -> None:
    with pytest.raises(InvalidModel, match="no name"):
        build_request(subject, KEY)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("key", [KEY, rsa.generate_private_key(65537, 2048)], ids=["ec", "rsa"])
def test_openssl_verifies_our_request(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    path = tmp_path / "request.der"
    path.write_bytes(build_request([[["O", "Example"]], [["CN", "phone"]]], key, password="secret"))

    said = subprocess.run(
        ["openssl", "req", "-verify", "-inform", "DER", "-in", path, "-noout", "-text"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "CN = phone" in said.stdout
    assert "challengePassword" in said.stdout


# ---------------------------------------------------------------- attestations


def attested(by: Identity, *, token: str = "t0", serial: bool = False) -> attestation.Attestation:
    builder = x509.CertificateBuilder().public_key(KEY.public_key()).serial_number(7)
    builder = builder.subject_name(x509.Name([])).issuer_name(by.certificate.subject)
    builder = builder.not_valid_before(by.certificate.not_valid_before_utc)
    builder = builder.not_valid_after(by.certificate.not_valid_after_utc)
    shown = {attestation.FRESHNESS: attestation.freshness(token)}
    if serial:
        shown[attestation.SERIAL_NUMBER] = b"C0FFEE"
    for oid, value in shown.items():
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, value), critical=False)
    return attestation.Attestation(chain=(builder.sign(by.key, hashes.SHA256()),))


ROOT = issue("attests", ca=True)
DEMANDS = attestation.Demands(anchors=[ROOT.certificate], token="t0", at=NOW)


def test_an_attestation_reads_as_it_was_written_and_holds() -> None:
    found = attestation.attestation_from_cbor(attested(ROOT).to_cbor())

    attestation.check_attestation(found, DEMANDS)
    attestation.demand_attested(found, KEY.public_key())


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (attested(ROOT, token="t1"), "another challenge"),
        (attested(issue("attests", key=ec_key("false"), ca=True)), "untrusted"),
        (attested(ROOT, serial=True), "shows the hardware"),
    ],
)
def test_an_attestation_that_proves_nothing_is_refused(
    found: attestation.Attestation, why: str
) -> None:
    with pytest.raises(InvalidModel, match=why):
        attestation.check_attestation(found, DEMANDS)


def test_an_attestation_of_another_key_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()

    with pytest.raises(InvalidModel, match="another key"):
        attestation.demand_attested(attested(ROOT), other)


@pytest.mark.parametrize(
    "value",
    [
        {"fmt": "tpm", "attStmt": {"x5c": [b"\x30"]}},
        {"fmt": "apple", "attStmt": {"x5c": []}},
        {"fmt": "apple", "attStmt": {"x5c": [b"\x30"] * 5}},
        {"fmt": "apple", "attStmt": {"x5c": [b"\x30"]}},
        {"fmt": "apple", "attStmt": {"x5c": ["text"]}},
        {"fmt": "apple", "attStmt": []},
        {"fmt": "apple"},
        [],
    ],
)
def test_another_shape_is_no_attestation(value: cbor.CborValue) -> None:
    with pytest.raises(InvalidModel, match="attestation can't be used"):
        attestation.attestation_from_cbor(cbor.encode(value))
