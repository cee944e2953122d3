"""Certificates out of bytes that nobody vouches for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from asn1crypto import cms, core, parser, pem
from cryptography import x509

from ueapi.apple.profiles.ber import definite

_CONTEXT: Final = 2
_NEGATIVE: Final = 0x80
_KEPT: Final = 32


@lru_cache(maxsize=_KEPT)
def load_certificate(der: bytes) -> x509.Certificate:
    """One certificate. Those of authorities come again with every chain, so the last ones are kept.

    Raises:
        ValueError: no certificate, or one whose serial number is not positive, which RFC 5280 forbids.
    """
    # Looked at before, since the other library only warns of it.
    serial = _serial_number(der)
    if not any(serial) or serial[0] & _NEGATIVE:
        raise ValueError("a serial number is not positive")
    return x509.load_der_x509_certificate(der)


def _serial_number(der: bytes) -> bytes:
    """The bytes of the number, which follows the version if there is one (RFC 5280, section 4.1)."""
    inside = parser.parse(parser.parse(der, strict=True)[4])[4]
    kind, _, _, header, content, _ = parser.parse(inside)
    if kind == _CONTEXT:
        content = parser.parse(inside[len(header) + len(content) :])[4]
    found: bytes = content
    return found


def load_pem(content: bytes) -> Iterator[x509.Certificate]:
    """The certificates of a PEM text.

    Raises:
        ValueError: no PEM text, or something else in it.
    """
    for kind, _, der in pem.unarmor(content, multiple=True):
        if kind != "CERTIFICATE":
            raise ValueError("something else than a certificate is there")
        yield load_certificate(der)


def load_bundle(der: bytes) -> Iterator[x509.Certificate]:
    """The certificates of a signed message without signer (RFC 5652, section 5.1).

    Raises:
        ValueError: no such message, or something else in it.
        InvalidModel: over the bounds of what is read.
    """
    message = cms.ContentInfo.load(definite(der), strict=True)
    if message["content_type"].native != "signed_data":
        raise ValueError("it is another kind of message")
    choices = message["content"]["certificates"]
    if isinstance(choices, core.Void) or any(one.name != "certificate" for one in choices):
        raise ValueError("something else than a certificate is there")
    for one in choices:
        yield load_certificate(one.chosen.dump())
