"""The signature beside a manifest: CMS with the content kept apart (RFC 5652), as `openssl cms -verify` reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from ueapi.errors import InvalidModel

if TYPE_CHECKING:
    from cryptography import x509

    from ueapi.apple.profiles.signing import Signer
    from ueapi.apple.profiles.verification import Verification

LARGEST: Final = 1024 * 1024
"""Bytes of a signature; with its certificates it has a few thousand."""


def detached(content: bytes, *, signer: Signer) -> bytes:
    """Sign content with SHA-256; the signature holds all certificates and not the content (DER).

    It notes the time of signing by this computer's clock; nobody relies on it.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    builder = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(content)
        .add_signer(signer.certificate, signer.key, hashes.SHA256())
    )
    for one in signer.chain:
        builder = builder.add_certificate(one)
    # Without "binary" the line ends of the content would be rewritten before they are signed.
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return builder.sign(Encoding.DER, options)


def verified(
    signature: bytes, content: bytes, *, anchors: Sequence[x509.Certificate], at: datetime
) -> Verification:
    """Verify a detached signature over content and judge its signers, by the rules for signed profiles.

    Raises:
        InvalidModel: no such signature, or not over this content.
    """
    from ueapi.apple.profiles.verification import verify

    if len(signature) > LARGEST:
        raise InvalidModel(f"the signature has more than {LARGEST:,} bytes.")
    return verify(_with_content(signature, content), anchors=anchors, at=at)


def _with_content(signature: bytes, content: bytes) -> bytes:
    """The same message with its content inside; the signature covers the content's digest either way."""
    from asn1crypto import cms

    try:
        message = cms.ContentInfo.load(signature, strict=True)
        inside = message["content"]["encap_content_info"]
        if inside["content"].native is not None:
            raise InvalidModel(
                "the signature holds content of its own.",
                remedy="Get the bundle again from whoever exported it.",
            )
        inside["content"] = content
        whole: bytes = message.dump(force=True)
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as problem:
        raise InvalidModel(
            f"the signature can't be read ({type(problem).__name__}).",
            remedy="Get the bundle again from whoever exported it.",
        ) from None
    return whole
