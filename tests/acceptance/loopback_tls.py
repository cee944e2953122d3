"""An authority of a test's own, a product served by https with its certificate, and a device in front of it."""

from __future__ import annotations

import plistlib
import random
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from attrs import define, evolve, field, frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pydantic import SecretStr

import ueapi
from ueapi.apple.enrollment.mdm_profile import CONTENT_TYPE
from ueapi.apple.profiles.signing import Signer
from ueapi.client import Tenant
from ueapi.flow import Reply
from ueapi.plugins import Registry
from ueapi.rehearsal.enrolling.answering import Person
from ueapi.rehearsal.enrolling.client import Send
from ueapi.rehearsal.enrolling.service import Method
from ueapi.rehearsal.enrolling.trial import Trial, Walked
from ueapi.rehearsal.reachable import Reachable, Tls, WaysIn
from ueapi.rehearsal.serving import secured_in_background
from ueapi.rehearsal.wire import RealNetwork, WebSheet

_DAY = timedelta(days=1)
_AUTHORITY = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@frozen
class Files:
    """PEM files: the authority, and a certificate of it for localhost with its key."""

    folder: Path

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def tls(self) -> Tls:
        return Tls(certificate=self.folder / "server.pem", key=self.folder / "key.pem")

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.ca))


def certificates(folder: Path) -> Files:
    """Make them."""
    files = Files(folder)
    root, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = (
        _begun("Example Authority", "Example Authority", root.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_AUTHORITY, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root.public_key()), critical=False)
        .sign(root, hashes.SHA256())
    )
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key())
    server = (
        _begun("localhost", "Example Authority", key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(above, critical=False)
        .sign(root, hashes.SHA256())
    )
    files.ca.write_bytes(authority.public_bytes(Encoding.PEM))
    files.tls.certificate.write_bytes(server.public_bytes(Encoding.PEM))
    files.tls.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def _begun(subject: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
    )


@define
class Served:
    """A product that answers on loopback by https, and what a test does with it."""

    files: Files
    product: Reachable
    spoil: Callable[[Reply], Reply] | None = None
    seen: list[tuple[Mapping[str, str], bytes]] = field(factory=list)
    """Headers and body of every message the device sent itself."""

    @property
    def account(self) -> str:
        return self.product.invitation().account

    @property
    def url(self) -> str:
        return f"https://{self.product.address}"

    @property
    def discovery(self) -> str:
        return f"{self.url}/.well-known/com.apple.remotemanagement"

    @property
    def records(self) -> int:
        return len(self.product.place.server.side.records())

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        self.seen.append((dict(headers), body))
        reply = self.network.ask(method, url, headers, body)
        return self.spoil(reply) if self.spoil else reply

    @property
    def network(self) -> RealNetwork:
        return RealNetwork(self.files.trust)

    def trial(
        self,
        told: list[Walked] | None = None,
        *,
        password: str | None = None,
        account: str | None = None,
        signer: Signer | None = None,
    ) -> Trial:
        known = password or self.product.invitation().password.get_secret_value()
        sheet: Send = WebSheet(self.network).ask
        heard: list[Walked] = [] if told is None else told
        return Trial(
            send=self.send,
            sheet=sheet,
            signer=signer or self.product.device_identity(),
            person=Person(address=account or self.account, password=lambda: SecretStr(known)),
            rng=random.Random(len(self.seen)),
            tell=heard.append,
        )

    def tenant(self) -> Tenant:
        simulator = self.product.place.simulator
        return ueapi.connect(
            simulator.backend,
            transport=httpx.HTTPTransport(verify=self.files.trust),
            **simulator.settings(self.url),
        )


@contextmanager
def served(files: Files, backend: str, method: Method = Method.SIMPLE) -> Iterator[Served]:
    """Serve a product with a small fleet."""
    ways = WaysIn(method=method, answers_discovery=True)
    with secured_in_background(
        Registry.installed(), backend, users=4, seed=7, tls=files.tls, ways=ways
    ) as product:
        yield Served(files, product)


def changed_profile(changes: dict[str, object]) -> Callable[[Reply], Reply]:
    """Change the MDM payload of an enrollment profile on its way."""

    def spoil(reply: Reply) -> Reply:
        if not reply.headers.get("content-type", "").startswith(CONTENT_TYPE):
            return reply
        row = plistlib.loads(reply.body)
        for payload in row["PayloadContent"]:
            if payload["PayloadType"] == "com.apple.mdm":
                payload.update(changes)
        return evolve(reply, body=plistlib.dumps(row))

    return spoil
