"""Who may have an identity from a simulated product, and which one each enrollment got."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field, frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from ueapi.apple.enrollment.certificate_request import CertificateRequest, PublicKey
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.enrolling.authority import Authority

LIFETIME: Final = timedelta(hours=1)
"""How long a device has from its profile to its identity."""


@frozen
class Promise:
    """An enrollment that may have one identity until then."""

    token: str = field(repr=False)
    until: datetime


class NotPromised(Exception):
    """Nobody was promised an identity for this secret, not any more, or it was given out already."""


@define(kw_only=True, eq=False)
class Issuing:
    """A product's identities: one secret for each enrollment, good for one certificate."""

    authority: Authority
    clock: VirtualClock
    rng: random.Random = field(repr=False)
    lifetime: timedelta = LIFETIME
    _promises: dict[str, Promise] = field(factory=dict, repr=False)
    _secrets: dict[str, str] = field(factory=dict, repr=False)
    _issued: dict[str, x509.Certificate] = field(factory=dict, repr=False)
    _tokens: dict[bytes, str] = field(factory=dict, repr=False)

    def promise(self, token: str) -> str:
        """The secret that lets the enrollment with this token ask once; an earlier one stops working."""
        secret = self.fresh()
        self._promises.pop(self._secrets.pop(token, ""), None)
        self._secrets[token] = secret
        self._promises[secret] = Promise(token, self.clock.now() + self.lifetime)
        return secret

    def promised(self, secret: str) -> Promise:
        """The enrollment a secret was made for.

        Raises:
            NotPromised: unknown, used or too late.
        """
        found = self._promises.get(secret)
        if found is None or found.until < self.clock.now():
            raise NotPromised
        return found

    def issue(self, secret: str, request: CertificateRequest) -> x509.Certificate:
        """The certificate for a request; the secret is used up.

        Raises:
            NotPromised: unknown, used or too late.
        """
        token = self.promised(secret).token
        found = self.give(token, request.key)
        del self._promises[secret], self._secrets[token]
        return found

    def give(self, token: str, key: PublicKey) -> x509.Certificate:
        """A certificate for a key that the product made itself for an enrollment."""
        found = self.authority.issue_identity(f"identity {self.fresh()}", key)
        self._issued[token] = found
        self._tokens[found.fingerprint(hashes.SHA256())] = token
        return found

    def certificate_of(self, token: str) -> x509.Certificate | None:
        """The identity of an enrollment, to hold later messages to."""
        return self._issued.get(token)

    def token_of(self, certificate: x509.Certificate) -> str | None:
        """The enrollment that an identity was issued to."""
        return self._tokens.get(certificate.fingerprint(hashes.SHA256()))

    def fresh(self) -> str:
        """128 random bits as text."""
        return f"{self.rng.getrandbits(128):032x}"
