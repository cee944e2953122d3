"""A device gets its identity from an ACME server, simulated or real. Source: RFC 8555, as Apple's devices use it."""

from __future__ import annotations

from typing import Final

from attrs import define, field
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from ueapi.apple.enrollment import acme, jose
from ueapi.apple.enrollment.acme_problem import Kind, Problem
from ueapi.apple.enrollment.certificate_request import PrivateKey, build_request
from ueapi.apple.profiles.payloads import Acme
from ueapi.errors import InvalidModel
from ueapi.flow import Reply
from ueapi.rehearsal.enrolling.client import EnrollmentFailed, Step
from ueapi.rehearsal.enrolling.holding import CURVES, Identity, Means, failed, held

MOST_POLLS: Final = 10
"""How often a device asks for an order that is being worked on."""
SECONDS_BETWEEN: Final = 2.0
_MORE_TRIES: Final = 2
"""Further sendings of one message while the server finds its nonce too old."""
_DONE: Final = (200, 201)
_HARDWARE_BITS: Final = (256, 384)


def by_acme(asked: Acme, means: Means) -> Identity:
    """Get an identity as the payload asks.

    Raises:
        EnrollmentFailed: the payload asks for what no device does, or the server refuses or breaks the protocol.
        InvalidModel: an answer that can't be read.
    """
    key = _key(asked, means)
    session = _Session.opened(asked.directory_url, means)
    order = session.ordered(acme.Identifier(asked.client_identifier.get_secret_value()))
    # An order is ready once everything asked for is proven (RFC 8555, section 7.1.6), so it needn't be asked for then.
    proven = [session.is_proven(url, asked, key) for url in order.authorizations]
    if not all(proven):
        session.wait_for(acme.Status.READY)
    request = build_request(asked.subject, key)
    chain = session.certificate(session.finalized(order, request))
    return held(chain[0], key, *chain[1:])


def _key(asked: Acme, means: Means) -> PrivateKey:
    if asked.hardware_bound and (asked.key_type == "RSA" or asked.key_size not in _HARDWARE_BITS):
        failed("a key bound to the hardware is on P-256 or P-384")
    if asked.attest and not asked.hardware_bound:
        failed("only a key bound to the hardware can be attested")
    if asked.key_type == "RSA":
        if asked.key_size % 8 or not 1024 <= asked.key_size <= 4096:
            failed("an RSA key has 1024 to 4096 bits")
        return means.keys.rsa(asked.key_size)
    if asked.key_size not in CURVES:
        failed("no curve has this size")
    return means.keys.ec(asked.key_size)


@define(kw_only=True)
class _Session:
    """An account at a server. The key of the account lives as long as the session."""

    means: Means
    directory: acme.Directory
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    jwk: jose.Jwk
    nonce: str = field(default="", repr=False)
    kid: str | None = None
    order_url: str = ""

    @classmethod
    def opened(cls, directory_url: str, means: Means) -> _Session:
        """Find out where the server takes what, and make an account."""
        reply = means.sent("GET", directory_url, {}, b"")
        if reply.status != 200:
            failed(f"the directory answers {reply.status}", reply.status)
        key = means.keys.ec(256)
        made = cls(
            means=means,
            directory=acme.Directory.from_json(reply.body),
            key=key,
            nonce=reply.headers.get(acme.NONCE_HEADER, ""),
            jwk=jose.Jwk.of(key.public_key()),
        )
        answer = made.posted(made.directory.new_account, acme.NewAccount().to_json())
        made.kid = _location(answer)
        return made

    def ordered(self, identifier: acme.Identifier) -> acme.Order:
        reply = self.posted(self.directory.new_order, acme.NewOrder(identifier).to_json())
        self.order_url = _location(reply)
        return acme.Order.from_json(reply.body)

    def is_proven(self, url: str, asked: Acme, key: PrivateKey) -> bool:
        """Answer the challenge of an authorization; whether the server has taken the answer already."""
        found = acme.Authorization.from_json(self.posted(url, b"").body)
        if found.status is acme.Status.VALID:
            return True
        task = found.challenges[0]
        attestation = None
        if asked.attest and self.means.attests is not None:
            attestation = self.means.attests(key.public_key(), task.token).to_cbor()
        answer = acme.ChallengeAnswer(attestation).to_json()
        done = acme.Challenge.from_json(self.posted(task.url, answer).body)
        if done.status is acme.Status.INVALID:
            failed("the server doesn't take the attestation")
        return done.status is acme.Status.VALID

    def finalized(self, order: acme.Order, request: bytes) -> acme.Order:
        """Ask for the certificate; what is answered is the order again. Source: RFC 8555, section 7.4."""
        content = acme.Finalize(request).to_json()
        reply = self._tried(order.finalize, content)
        if _problem(reply) is Kind.ORDER_NOT_READY:
            found = self.wait_for(acme.Status.READY, acme.Status.VALID)
            if found.status is acme.Status.VALID:
                return found
            reply = self._tried(order.finalize, content)
        return acme.Order.from_json(_demanded(reply).body)

    def wait_for(self, *wanted: acme.Status) -> acme.Order:
        """Ask for the order until it is that far."""
        for _ in range(MOST_POLLS):
            order = acme.Order.from_json(self.posted(self.order_url, b"").body)
            if order.status in wanted:
                return order
            if order.status is acme.Status.INVALID:
                failed("the server has given the order up")
            self.means.wait(SECONDS_BETWEEN)
        reason = f"the order isn't {wanted[0]} after {MOST_POLLS} questions"
        raise EnrollmentFailed(Step.IDENTITY, reason)

    def certificate(self, order: acme.Order) -> tuple[x509.Certificate, ...]:
        """Take what was issued, once it was."""
        if order.status is not acme.Status.VALID:
            order = self.wait_for(acme.Status.VALID)
        url = order.certificate
        if url is None:
            failed("the order is valid without a certificate")
        chain = acme.read_chain(self.posted(url, b"").body)
        if not chain:
            failed("no certificate was handed out")
        return chain

    def posted(self, url: str, payload: bytes) -> Reply:
        """Send a signed message that the server has to take."""
        return _demanded(self._tried(url, payload))

    def _tried(self, url: str, payload: bytes) -> Reply:
        """Send a signed message; once more with a fresh nonce where the server finds the one it knows too old."""
        reply = self._sent(url, payload)
        for _ in range(_MORE_TRIES):
            if _problem(reply) is not Kind.BAD_NONCE:
                break
            reply = self._sent(url, payload)
        return reply

    def _sent(self, url: str, payload: bytes) -> Reply:
        protected = jose.Protected(
            nonce=self.nonce or self._fresh(),
            url=url,
            jwk=self.jwk if self.kid is None else None,
            kid=self.kid,
        )
        body = jose.sign_request(payload, protected=protected, key=self.key)
        reply = self.means.sent("POST", url, {"content-type": jose.CONTENT_TYPE}, body)
        self.nonce = reply.headers.get(acme.NONCE_HEADER, "")
        return reply

    def _fresh(self) -> str:
        reply = self.means.sent("HEAD", self.directory.new_nonce, {}, b"")
        nonce = reply.headers.get(acme.NONCE_HEADER)
        if not nonce:
            failed("the server hands out no nonce", reply.status)
        return nonce


def _demanded(reply: Reply) -> Reply:
    if reply.status not in _DONE:
        why = _problem(reply) or "no known problem"
        failed(f"the server answers {reply.status} ({why})", reply.status)
    return reply


def _location(reply: Reply) -> str:
    found = reply.headers.get("location")
    if not found:
        failed("the server doesn't say where it put what was made", reply.status)
    return found


def _problem(reply: Reply) -> Kind | None:
    if reply.status in _DONE:
        return None
    try:
        return Problem.from_json(reply.body).kind
    except InvalidModel:
        return None
