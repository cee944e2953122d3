"""A device's identity: the key it holds and the certificate it got for it; and what every way to one needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NoReturn
from urllib.parse import urlsplit

from attrs import field, frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from ueapi.apple.enrollment.attestation import Attestation
from ueapi.apple.enrollment.certificate_request import PrivateKey, PublicKey, same_key
from ueapi.apple.profiles.signing import Signer
from ueapi.errors import InvalidModel, UsageError
from ueapi.flow import Reply
from ueapi.rehearsal.enrolling.client import EnrollmentFailed, NoAnswer, Send, Step

Attests = Callable[[PublicKey, str], Attestation]
"""Has Apple vouch for a key, fresh for a challenge's token."""

CURVES: Final[Mapping[int, type[ec.EllipticCurve]]] = {
    256: ec.SECP256R1,
    384: ec.SECP384R1,
    521: ec.SECP521R1,
}
"""By Apple's KeySize. The fourth that Apple names, P-192, is too weak for the service that would have to take it."""


@frozen(kw_only=True)
class Identity:
    """A certificate, the authorities above it as far as they came along, and the key, which is never shown.

    `remarks` is what a device takes and who runs the service should better know.
    """

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False, eq=False)
    chain: tuple[x509.Certificate, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def signer(self) -> Signer:
        """The same for signing."""
        return Signer(certificate=self.certificate, key=self.key)

    def certificates_pem(self) -> bytes:
        """The certificate and those above it."""
        whole = (self.certificate, *(one for one in self.chain if one.issuer != one.subject))
        return b"".join(one.public_bytes(Encoding.PEM) for one in whole)

    def key_pem(self, password: bytes) -> bytes:
        """The key, encrypted."""
        encrypted = BestAvailableEncryption(password)
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encrypted)


class Keys:
    """Where a device's keys come from: the system draws them. Override it to use ones made before."""

    def ec(self, bits: int) -> ec.EllipticCurvePrivateKey:
        """A key on the curve of that size."""
        return ec.generate_private_key(CURVES[bits]())

    def rsa(self, bits: int) -> rsa.RSAPrivateKey:
        """An RSA key."""
        return rsa.generate_private_key(65537, bits)


@frozen(kw_only=True)
class Means:
    """What a device uses to get an identity: the network, keys, patience, and Apple's word for its keys.

    `wait` lets seconds pass. Without `attests` the device is too old to prove anything, and says so by sending nothing.
    """

    send: Send
    wait: Callable[[float], None]
    keys: Keys = field(factory=Keys)
    attests: Attests | None = None

    def sent(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send one request.

        Raises:
            EnrollmentFailed: no answer.
        """
        try:
            return self.send(method, url, headers, body)
        except OSError:
            raise NoAnswer(Step.IDENTITY, f"no answer from {urlsplit(url).netloc}") from None


def held(certificate: x509.Certificate, key: PrivateKey, *further: x509.Certificate) -> Identity:
    """An identity out of what was issued.

    Raises:
        EnrollmentFailed: the certificate is for another key.
    """
    if not same_key(key.public_key(), certificate.public_key()):
        failed("the certificate is for another key")
    return Identity(certificate=certificate, key=key, chain=further)


def failed(reason: str, status: int | None = None) -> NoReturn:
    """End the enrollment.

    Raises:
        EnrollmentFailed: always.
    """
    raise EnrollmentFailed(Step.IDENTITY, reason, status=status)


def failed_by(problem: InvalidModel | UsageError) -> NoReturn:
    """End the enrollment because a message is none.

    Raises:
        EnrollmentFailed: always.
    """
    failed(problem.message)
