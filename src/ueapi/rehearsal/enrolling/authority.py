"""Simulated authorities: Apple's, which gives each device its built-in identity, and a product's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final

from attrs import define, field
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ueapi.apple.enrollment.certificate_request import PrivateKey, PublicKey
from ueapi.apple.profiles.signing import Signer

LIFETIME: Final = timedelta(days=3650)
_HOURS_AGO: Final = timedelta(hours=1)
_NO_AUTHORITY: Final = x509.BasicConstraints(ca=False, path_length=None)
_FOR_CLIENTS: Final = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
_FOR_IDENTITIES: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=True,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


RSA_BITS: Final = 2048
_NAMES_KEPT: Final = 16


def _p256() -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@define(eq=False)
class Authority:
    """A root that issues certificates. The system draws keys: nothing of a rehearsal shows them."""

    name: str
    now: datetime
    key: PrivateKey = field(factory=_p256, repr=False)

    @classmethod
    def with_rsa(cls, name: str, now: datetime) -> Authority:
        """One with an RSA key, which SCEP needs: messages are encrypted to it."""
        return cls(name, now, rsa.generate_private_key(65537, RSA_BITS))

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The root's own certificate."""
        may_issue = x509.BasicConstraints(ca=True, path_length=0)
        builder = self._dated.add_extension(may_issue, critical=True)
        return self._signed(builder, self.name, self.key.public_key())

    def issue(
        self, subject: str, key: PublicKey, *, further: Iterable[x509.ExtensionType] = ()
    ) -> x509.Certificate:
        """A certificate for somebody else's key, with further extensions that nobody must understand."""
        builder = self._ordinary
        for one in further:
            builder = builder.add_extension(one, critical=False)
        return self._signed(builder, subject, key)

    def issue_identity(self, subject: str, key: PublicKey) -> x509.Certificate:
        """A certificate by which a device proves itself."""
        return self._signed(self._identities, subject, key)

    def signer(self, subject: str) -> Signer:
        """A key with its certificate, such as a device's built-in identity."""
        key = ec.generate_private_key(ec.SECP256R1())
        return Signer(certificate=self.issue(subject, key.public_key()), key=key)

    @cached_property
    def _ordinary(self) -> x509.CertificateBuilder:
        """What is the same in every certificate that is no authority's."""
        return self._dated.add_extension(_NO_AUTHORITY, critical=True)

    @cached_property
    def _identities(self) -> x509.CertificateBuilder:
        """What is the same in every identity."""
        usage = self._ordinary.add_extension(_FOR_IDENTITIES, critical=False)
        return usage.add_extension(_FOR_CLIENTS, critical=False)

    @cached_property
    def _dated(self) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .issuer_name(_named(self.name))
            .not_valid_before(self.now - _HOURS_AGO)
            .not_valid_after(self.now + LIFETIME)
        )

    def _signed(
        self, builder: x509.CertificateBuilder, subject: str, key: PublicKey
    ) -> x509.Certificate:
        number = x509.random_serial_number()
        whole = builder.subject_name(_named(subject)).public_key(key).serial_number(number)
        return whole.sign(self.key, hashes.SHA256())


@lru_cache(maxsize=_NAMES_KEPT)
def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
