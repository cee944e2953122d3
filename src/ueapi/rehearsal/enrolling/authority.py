"""Simulated authorities: Apple's, which gives each device its built-in identity, and a product's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from attrs import define, field
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ueapi.apple.profiles.signing import Signer

LIFETIME: Final = timedelta(days=3650)
_HOURS_AGO: Final = timedelta(hours=1)


@define(eq=False)
class Authority:
    """A root that issues certificates for P-256 keys. The system draws keys: nothing of a rehearsal shows them."""

    name: str
    now: datetime
    key: ec.EllipticCurvePrivateKey = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The root's own certificate."""
        return (
            self._builder(self.name, self.name, self.key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def issue(self, subject: str, key: ec.EllipticCurvePublicKey) -> x509.Certificate:
        """A certificate for somebody else's key."""
        return (
            self._builder(subject, self.name, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def signer(self, subject: str) -> Signer:
        """A key with its certificate, such as a device's built-in identity."""
        key = ec.generate_private_key(ec.SECP256R1())
        return Signer(certificate=self.issue(subject, key.public_key()), key=key)

    def _builder(
        self, subject: str, issuer: str, key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(_named(subject))
            .issuer_name(_named(issuer))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - _HOURS_AGO)
            .not_valid_after(self.now + LIFETIME)
        )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
