"""Keys and certificates for the tests, made when they run and valid around one fixed time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from ueapi.apple.profiles.document import ConfigurationProfile, write
from ueapi.apple.profiles.signing import Signer
from ueapi.apple.profiles.verification import Verification, verify

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PROFILE = ConfigurationProfile(identifier="org.example.p", uuid="U-1", display_name="Work")
CONTENT = write(PROFILE)
KINDS = ("ec", "rsa")
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@frozen(kw_only=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self, password: bytes | None = None) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password)
            if password
            else serialization.NoEncryption(),
        )


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def issue(
    name: str,
    *,
    by: Identity | None = None,
    key: Key | None = None,
    ca: bool = False,
    path_length: int | None = None,
    usage: str | None = None,
    begins: datetime = NOW - 30 * DAY,
    ends: datetime = NOW + 30 * DAY,
    extra: tuple[x509.ExtensionType, ...] = (),
    subject: x509.Name | None = None,
) -> Identity:
    """Make a certificate; without an issuer it signs itself. `usage` names the one key usage set."""
    own = key or ec_key(name)
    own_name = subject or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(own_name)
        .issuer_name(by.certificate.subject if by else own_name)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
    )
    if usage is not None:
        builder = builder.add_extension(_usage(usage), critical=True)
    for extension in extra:
        builder = builder.add_extension(extension, critical=True)
    signed = builder.sign(by.key if by else own, hashes.SHA256())
    return Identity(certificate=signed, key=own)


def _usage(name: str) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{each: each == name for each in names})


@cache
def root() -> Identity:
    return issue("Example Root", ca=True, usage="key_cert_sign")


@cache
def intermediate() -> Identity:
    return issue("Example Issuing", by=root(), ca=True, path_length=0, usage="key_cert_sign")


def leaf(kind: str = "ec") -> Identity:
    return _leaf(kind)


@cache
def _leaf(kind: str) -> Identity:
    key = rsa_key("leaf") if kind == "rsa" else ec_key("leaf")
    return issue("Example Signer", by=intermediate(), key=key, usage="digital_signature")


def signer(kind: str = "ec") -> Signer:
    pem = leaf(kind).pem + intermediate().pem
    return Signer.from_pem(pem, leaf(kind).key_pem())


def signer_of(identity: Identity, *chain: Identity) -> Signer:
    return Signer(
        certificate=identity.certificate,
        key=identity.key,
        chain=tuple(one.certificate for one in chain),
    )


def judged(signed: bytes, *anchors: Identity, at: datetime = NOW) -> Verification:
    trusted = anchors or (root(),)
    return verify(signed, anchors=[one.certificate for one in trusted], at=at)


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes((content[place] ^ 1,)) + content[place + 1 :]
