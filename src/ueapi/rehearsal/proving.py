"""How a device proves with each message who it is: by the certificate of its connection, or by a signature.

Source: the TLS extension of ASGI for the connection; Apple's schema, com.apple.mdm, SignMessage for the signature.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Final, Protocol

from attrs import field, frozen

SIGNATURE: Final = b"mdm-signature"
TLS_1_3: Final = 0x0304
CIPHER: Final = 0x1301
"""TLS_AES_128_GCM_SHA256."""

Scope = MutableMapping[str, Any]
Tls = Mapping[str, object]
"""What an application is told of the connection, in the words of ASGI's extension."""


@frozen
class Received:
    """One message of a device, and what came along to prove whose it is."""

    token: str = field(repr=False)
    body: bytes = field(repr=False)
    certificate: str = field(default="", repr=False)
    """PEM of what the connection was made with; empty without one."""
    signature: str = field(default="", repr=False)
    """The value of `Mdm-Signature`."""


class Proofs(Protocol):
    """Knows which identity each enrollment got."""

    def demand(self, token: str, message: Received) -> None:
        """Make sure that the holder of an enrollment's identity sent a message.

        Raises:
            InvalidModel: nobody proved that. Nothing was changed.
        """
        ...


def connected_with(chain: Sequence[str]) -> Tls:
    """A connection made with a client's certificates (PEM), its own first."""
    return {
        "server_cert": None,
        "client_cert_chain": chain,
        "client_cert_name": None,
        "client_cert_error": None,
        "tls_version": TLS_1_3,
        "cipher_suite": CIPHER,
    }


def certificate_of(scope: Scope) -> str:
    """The certificate a connection was made with; empty where there is none, or where it was found wrong."""
    tls = scope.get("extensions", {}).get("tls")
    if tls is None or tls.get("client_cert_error"):
        return ""
    return next(iter(tls.get("client_cert_chain") or ()), "")
