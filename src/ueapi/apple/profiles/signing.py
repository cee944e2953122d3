"""Signing configuration profiles, so that a phone shows who they come from and notices any change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NoReturn, TypeAlias

from attrs import field, frozen
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_pem_private_key,
    pkcs7,
    pkcs12,
)

from ueapi.apple.plist_values import LARGEST
from ueapi.apple.profiles.certificates import is_strong_key, read_certificate
from ueapi.apple.profiles.cms import MOST_CERTIFICATES
from ueapi.errors import UsageError

SigningKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
"""The kinds of key that a phone can check."""

_LARGEST_FILE: Final = 1024 * 1024
_REMEDY: Final = (
    "Pass the certificate and the private key that belong together; nothing was signed."
)


@frozen(kw_only=True)
class Signer:
    """Who signs: a certificate, the authorities between it and the root, and the private key, which is never shown.

    Raises:
        UsageError: key and certificate don't belong together, or the key is of another kind than RSA or EC, or weak.
    """

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()
    key: SigningKey = field(repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            _refuse("the private key is neither RSA nor EC")
        if not _belongs(self.certificate, self.key):
            _refuse("the private key does not belong to the certificate")
        if not is_strong_key(self.certificate):
            _refuse("the key is too short: RSA needs 2048 bits, EC 224")
        if len(self.chain) >= MOST_CERTIFICATES:
            _refuse(f"there are more than {MOST_CERTIFICATES} certificates")

    @property
    def subject(self) -> str:
        """The name in the certificate, safe to show."""
        return read_certificate(self.certificate).subject

    @classmethod
    def from_pem(
        cls, certificate_chain: bytes, key: bytes, password: bytes | None = None
    ) -> Signer:
        """Read a signer from PEM texts: the certificates in any order, and the private key.

        Raises:
            UsageError: unreadable, encrypted with another password, or not belonging together.
        """
        _check_size(certificate_chain)
        _check_size(key)
        try:
            certificates = x509.load_pem_x509_certificates(certificate_chain)
        except ValueError:
            _refuse("the certificates can't be read as PEM")
        return cls._of(_loaded_key(key, password), certificates)

    @classmethod
    def from_pkcs12(cls, content: bytes, password: bytes | None = None) -> Signer:
        """Read a signer from a PKCS #12 file (.p12, .pfx).

        Raises:
            UsageError: unreadable, encrypted with another password, or without a key and its certificate.
        """
        _check_size(content)
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(content, password)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            _refuse("the PKCS #12 file can't be read, or the password is another")
        found = [one for one in (certificate, *others) if one is not None]
        return cls._of(key, found)

    @classmethod
    def _of(cls, key: object, certificates: Sequence[x509.Certificate]) -> Signer:
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            _refuse("there is no private key, or it is neither RSA nor EC")
        own = next((one for one in certificates if _belongs(one, key)), None)
        if own is None:
            _refuse("none of the certificates belongs to the private key")
        chain = tuple(one for one in certificates if one != own)
        return cls(certificate=own, chain=chain, key=key)


def sign(content: bytes, *, signer: Signer) -> bytes:
    """Sign bytes with SHA-256: a CMS message (DER) with the content and all certificates in it.

    The message notes the time of signing by this computer's clock; nobody relies on it.

    Raises:
        UsageError: the content is larger than a property list may be.
    """
    if len(content) > LARGEST:
        _refuse(f"the content has {len(content)} bytes, over the limit of {LARGEST}")
    builder = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(content)
        .add_signer(signer.certificate, signer.key, hashes.SHA256())
    )
    for one in signer.chain:
        builder = builder.add_certificate(one)
    # Without "binary" the line ends of the content would be rewritten.
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def _loaded_key(key: bytes, password: bytes | None) -> object:
    try:
        return load_pem_private_key(key, password)
    except TypeError:
        _refuse("the private key needs a password, or has none and one was given")
    except (ValueError, UnsupportedAlgorithm):
        _refuse("the private key can't be read as PEM, or the password is another")


def _belongs(certificate: x509.Certificate, key: SigningKey) -> bool:
    try:
        return certificate.public_key() == key.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False


def _check_size(content: bytes) -> None:
    if len(content) > _LARGEST_FILE:
        _refuse(f"a file has {len(content)} bytes, over the limit of {_LARGEST_FILE}")


def _refuse(why: str) -> NoReturn:
    raise UsageError(f"this can't be used for signing: {why}.", remedy=_REMEDY)
