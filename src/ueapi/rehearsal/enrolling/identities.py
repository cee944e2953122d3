"""The identities a product gives to its devices: what profiles say of them, who issues them, what they must prove.

Devices from iOS 16 on make their key themselves and get its certificate by ACME. Older ones, and profiles from a web
page, which doesn't know the iOS, get both packed (PKCS #12), which every iOS takes. Source: Apple's schema,
com.apple.security.acme and com.apple.security.pkcs12. Guess: refusals are 400, as servers in the field answer; 401
would end the enrollment.
"""

from __future__ import annotations

import random
import re
from typing import Final

from attrs import define, field
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, pkcs12
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES
from pydantic import SecretBytes, SecretStr
from starlette.routing import BaseRoute

from ueapi.apple.mdm import signature
from ueapi.apple.profiles import Payload
from ueapi.apple.profiles.payloads import IdentityCertificate
from ueapi.errors import InvalidModel
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.enrolling.acme_server import IDENTIFIER, AcmeServer
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.issuing import Issuing
from ueapi.rehearsal.proving import Received

FIRST_BUILD_WITH_ACME: Final = 20
"""How builds of iOS 16 begin. Source: Apple's schema, com.apple.security.acme, since 16.0."""
_ROUNDS: Final = 100
"""Of deriving a key from a password of 128 random bits, which nobody guesses."""
_BEGINS: Final = re.compile(r"[0-9]{1,3}")
_REMEDY: Final = "Send it with the identity that the enrollment profile named; nothing was changed."


@define(kw_only=True, eq=False)
class Identities:
    """One product's identities. `sign_message` makes devices sign each message, where the connection tells nothing.

    A signature is demanded of those whose profile said so; all others prove themselves by the connection's certificate.
    """

    issuing: Issuing
    acme: AcmeServer
    sign_message: bool = False
    _signing: set[str] = field(factory=set, repr=False)
    """Tokens whose profiles say SignMessage."""
    _written: dict[str, str] = field(factory=dict, repr=False)
    """Token → its certificate, as connections show it."""

    @classmethod
    def of(cls, name: str, clock: VirtualClock, rng: random.Random) -> Identities:
        """A product's own authority and servers; `rng` draws secrets, never keys. `acme.host` is set later."""
        authority = Authority(f"{name} identities", clock.now())
        issuing = Issuing(authority=authority, clock=clock, rng=rng)
        return cls(issuing=issuing, acme=AcmeServer(issuing=issuing, host=""))

    def payload(self, token: str, *, build: str = "") -> Payload:
        """What the profile for a token says of the identity; `build` is the device's, where it told it."""
        if self.sign_message:
            self._signing.add(token)
        return self.acme.payload(token) if _knows_acme(build) else self._packed(token)

    def routes(self) -> list[BaseRoute]:
        """What devices reach to get an identity."""
        return [*self.acme.routes()]

    def demand(self, token: str, message: Received) -> None:
        """Make sure that the holder of an enrollment's identity sent a message.

        Raises:
            InvalidModel: it wasn't proven, or by another identity, or none was issued yet.
        """
        issued = self.issuing.certificate_of(token)
        if issued is None:
            raise InvalidModel("no identity was issued for this enrollment.", remedy=_REMEDY)
        if token in self._signing:
            signature.demand_signed_by(message.signature, message.body, issued)
        elif not self._shows(message.certificate, token, issued):
            raise InvalidModel("the connection shows another identity, or none.", remedy=_REMEDY)

    def _shows(self, shown: str, token: str, issued: x509.Certificate) -> bool:
        known = self._written.get(token)
        if known is None:
            known = self._written[token] = issued.public_bytes(Encoding.PEM).decode()
        return shown == known or _is(shown, issued)

    def _packed(self, token: str) -> Payload:
        key, password = ec.generate_private_key(ec.SECP256R1()), self.issuing.fresh()
        certificate = self.issuing.give(token, key.public_key())
        locked = (
            PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(_ROUNDS)
            .key_cert_algorithm(PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(password.encode())
        )
        content = pkcs12.serialize_key_and_certificates(b"identity", key, certificate, None, locked)
        made = IdentityCertificate(content=SecretBytes(content), password=SecretStr(password))
        return made.payload(identifier=IDENTIFIER, display_name="Identity")


def _knows_acme(build: str) -> bool:
    begins = _BEGINS.match(build)
    return begins is not None and int(begins[0]) >= FIRST_BUILD_WITH_ACME


def _is(shown: str, issued: x509.Certificate) -> bool:
    """Whether a PEM text is that certificate, written in another way."""
    try:
        return bool(shown) and x509.load_pem_x509_certificate(shown.encode()) == issued
    except ValueError:
        return False
