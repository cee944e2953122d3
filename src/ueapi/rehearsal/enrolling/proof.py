"""What a phone shows with every message once it has its identity.

Source: Apple's schema, com.apple.mdm, SignMessage.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen
from cryptography.hazmat.primitives.serialization import Encoding

from ueapi.apple.mdm import signature
from ueapi.apple.profiles.signing import Signer
from ueapi.rehearsal.enrolling.holding import Identity
from ueapi.rehearsal.proving import Tls, connected_with


@frozen
class Proof:
    """The certificate of the connection, and where the profile says SignMessage, a signature."""

    tls: Tls = field(repr=False)
    signer: Signer | None = field(default=None, repr=False)

    @classmethod
    def by(cls, identity: Identity, *, signs: bool) -> Proof:
        """The proof of an identity."""
        own = identity.certificate.public_bytes(Encoding.PEM).decode()
        return cls(connected_with((own,)), identity.signer if signs else None)

    def headers(self, body: bytes) -> Mapping[str, str]:
        """What a message carries besides."""
        if self.signer is None:
            return _NOTHING
        return {signature.HEADER: signature.signature_header(body, self.signer)}


_NOTHING: Mapping[str, str] = {}
