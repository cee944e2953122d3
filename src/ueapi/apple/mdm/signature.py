"""The header `Mdm-Signature`: a device signs each message with its identity, where the profile says SignMessage.

Source: Apple's schema, com.apple.mdm, SignMessage; RFC 5652 for the form: CMS without the content.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final, NoReturn

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from ueapi.apple.enrollment.cms_signed import open_signed
from ueapi.apple.profiles.signing import Signer
from ueapi.errors import InvalidModel

HEADER: Final = "Mdm-Signature"
LARGEST: Final = 32 * 1024
"""Characters of the header; one with a certificate has about two thousand."""
_REMEDY: Final = "Treat the message as not sent by this device; nothing was changed."
_OPTIONS: Final = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]


def signature_header(body: bytes, signer: Signer) -> str:
    """The header's value for a message."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(body)
    builder = builder.add_signer(signer.certificate, signer.key, hashes.SHA256())
    return base64.b64encode(builder.sign(Encoding.DER, _OPTIONS)).decode()


def signer_of(value: str, body: bytes) -> x509.Certificate:
    """The certificate whose key signed a message. Who that is must still be compared with whom it was issued to.

    Raises:
        InvalidModel: no signature, of another message, or altered.
    """
    if len(value) > LARGEST:
        _refuse(f"it has {len(value)} characters, over the limit of {LARGEST}")
    try:
        signed = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        _refuse("it is no base64")
    return open_signed(signed, detached=body).signer


def demand_signed_by(value: str, body: bytes, certificate: x509.Certificate) -> None:
    """Make sure that the holder of a certificate signed a message.

    Raises:
        InvalidModel: they didn't.
    """
    if signer_of(value, body) != certificate:
        _refuse("it is by another identity")


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this {HEADER} does not vouch for its message: {why}.", remedy=_REMEDY)
