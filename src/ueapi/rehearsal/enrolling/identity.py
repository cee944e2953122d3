"""A device gets the identity that its enrollment profile names, and signs its messages with it.

Source: Apple's schema, com.apple.security.acme, com.apple.security.scep, com.apple.security.pkcs12, and SignMessage of
com.apple.mdm.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from ueapi.apple.mdm import signature
from ueapi.apple.profiles import Payload
from ueapi.apple.profiles.payloads import Acme, IdentityCertificate, Scep
from ueapi.errors import InvalidModel
from ueapi.rehearsal.enrolling.acme_client import by_acme
from ueapi.rehearsal.enrolling.client import Send
from ueapi.rehearsal.enrolling.holding import (
    Attests,
    Identity,
    Keys,
    Means,
    failed,
    failed_by,
    held,
)
from ueapi.rehearsal.enrolling.scep_client import by_scep

__all__ = ["Attests", "Identity", "Keys", "obtain", "sign_message"]


def _not_waiting(seconds: float) -> None:
    """Let no time pass: simulated servers are as far as they get at once."""


def obtain(
    payload: Payload,
    *,
    send: Send,
    wait: Callable[[float], None] = _not_waiting,
    keys: Keys | None = None,
    attests: Attests | None = None,
) -> Identity:
    """Get the identity that a payload of an enrollment profile describes.

    Args:
        payload: ACME, SCEP or PKCS #12.
        send: the network.
        wait: lets seconds pass while a server hasn't decided.
        keys: where keys come from; the system's by default.
        attests: Apple's word for a key, where an ACME payload wants it; without, the device is too old for it.

    Raises:
        EnrollmentFailed: the payload is none of these or asks for what no device does, or the server refuses or breaks
            the protocol. The device has no identity.
    """
    means = Means(send=send, wait=wait, keys=keys or Keys(), attests=attests)
    try:
        match payload.type:
            case Acme.payload_type:
                return by_acme(Acme.of(payload), means)
            case Scep.payload_type:
                return by_scep(Scep.of(payload).request, means)
            case IdentityCertificate.payload_type:
                return _unpacked(IdentityCertificate.of(payload))
            case _:
                failed("the payload is none that gives an identity")
    except InvalidModel as problem:
        failed_by(problem)


def sign_message(body: bytes, identity: Identity) -> str:
    """The value of `Mdm-Signature` for a message."""
    return signature.signature_header(body, identity.signer)


def _unpacked(asked: IdentityCertificate) -> Identity:
    password = asked.password.get_secret_value().encode() if asked.password else None
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(
            asked.content.get_secret_value(), password
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        failed("the PKCS #12 can't be read, or its password is another")
    if certificate is None or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        failed("the PKCS #12 holds no certificate with its key")
    return held(certificate, key, *others)
