"""Servers that give identities, and a phone in front of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from attrs import define, evolve, field
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette

from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import Payload
from ueapi.flow import Reply
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.enrolling.acme_server import AcmeServer
from ueapi.rehearsal.enrolling.attesting import AppleAttests
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.identity import Keys, obtain
from ueapi.rehearsal.enrolling.issuing import Issuing
from ueapi.rehearsal.enrolling.scep_server import ScepServer
from ueapi.rehearsal.wire import Network

HOST = "mdm.example.org"
CLOCK = VirtualClock()
EC_AUTHORITY = Authority("Example Identities", CLOCK.now())
RSA_AUTHORITY = Authority.with_rsa("Example RSA Identities", CLOCK.now())
APPLE = Authority("Example Device Authority", CLOCK.now())
RSA_KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(2)]
Spoil = Callable[[str, Reply], Reply]


@define
class OldKeys(Keys):
    """Keys made before, since making an RSA key takes long."""

    asked: list[int] = field(factory=list)

    def rsa(self, bits: int) -> rsa.RSAPrivateKey:
        self.asked.append(bits)
        return RSA_KEYS[len(self.asked) % 2]


@define
class Place:
    """A product's server, and a phone in front of it."""

    server: AcmeServer | ScepServer
    network: Network = field(factory=Network)
    spoil: Spoil | None = None
    keys: OldKeys = field(factory=OldKeys)
    waited: list[float] = field(factory=list)
    sent: list[tuple[str, str]] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.network.hosts[HOST] = Starlette(routes=self.server.routes())

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        self.sent.append((method, url.partition("?")[0].rpartition("/acme/")[2]))
        reply = self.network.ask(method, url, headers, body)
        return self.spoil(url, reply) if self.spoil else reply

    def obtain(self, payload: Payload, attests: AppleAttests | None = None):
        return obtain(
            payload, send=self.send, wait=self.waited.append, keys=self.keys, attests=attests
        )


def issuing(authority: Authority, clock: VirtualClock | None = None) -> Issuing:
    return Issuing(authority=authority, clock=clock or VirtualClock(), rng=random.Random(1))


def acme_place(**more: object) -> Place:
    return Place(AcmeServer(issuing=issuing(EC_AUTHORITY), host=HOST, **more))


def scep_place(**more: object) -> Place:
    return Place(ScepServer(issuing=issuing(RSA_AUTHORITY), host=HOST, **more))


def other_secret(payload: Payload, secret: str) -> Payload:
    inner = payload.content.get("PayloadContent")
    if isinstance(inner, Mapping):
        return with_keys(payload, PayloadContent={**inner, "Challenge": secret})
    return with_keys(payload, ClientIdentifier=secret)


def with_keys(payload: Payload, **keys: PlistValue) -> Payload:
    return evolve(payload, content={**payload.content, **keys})
