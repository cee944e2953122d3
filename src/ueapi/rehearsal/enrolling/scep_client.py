"""A device gets its identity from a SCEP server, simulated or real. Source: RFC 8894, as Apple's payload steers it."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from attrs import evolve, field, frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from ueapi.apple.enrollment import scep
from ueapi.apple.enrollment.certificate_request import build_request, subject_name
from ueapi.apple.enrollment.cms_enveloped import AES_128, STRONG, TRIPLE_DES, cipher_of
from ueapi.apple.enrollment.scep_authority import HandedOut, read_authority
from ueapi.apple.profiles.certificates import is_strongly_signed
from ueapi.apple.profiles.payloads import ScepRequest
from ueapi.flow import Reply
from ueapi.rehearsal.enrolling.holding import Identity, Means, failed, held

DEFAULT_BITS: Final = 2048
"""Apple's own default is 1024, which no server should take any more."""
DEFAULT_RETRIES: Final = 3
DEFAULT_DELAY: Final = 10
"""Seconds. Source: Apple's schema, RetryDelay; so is that the first retry comes at once."""
MOST_RETRIES: Final = 100
_SUBJECT: Final = ((("CN", "device"),),)
_WEAK: Final = "sha1"
_BEGINS: Final = datetime(2020, 1, 1, tzinfo=UTC)
_LIFETIME: Final = timedelta(days=36500)


def by_scep(asked: ScepRequest, means: Means) -> Identity:
    """Get an identity as the payload asks.

    Raises:
        EnrollmentFailed: the server refuses, doesn't decide in time, isn't the authority of the payload's fingerprint,
            or speaks only what is too weak.
        InvalidModel: an answer that can't be read.
    """
    server = _Server(asked=asked, means=means)
    authority = server.authority()
    able = server.capabilities()
    key = means.keys.rsa(asked.key_size or DEFAULT_BITS)
    subject = asked.subject or _SUBJECT
    asking = scep.Asking(
        key=key,
        certificate=_own_certificate(subject_name(subject), key),
        authority=authority,
        cipher=AES_128 if scep.Capability.AES in able else TRIPLE_DES,
    )
    password = asked.challenge.get_secret_value() if asked.challenge else None
    talk = _Talk(server=server, asking=asking, can_post=scep.Capability.POST in able)
    answer = talk.decided(build_request(subject, key, password=password))
    found = asking.certificates(answer)
    own = [one for one in found if one.public_key() == key.public_key()]
    if not own:
        failed("the certificate is for another key")
    if not is_strongly_signed(own[0]):
        failed("the certificate is weakly signed")
    further = (one for one in (*found, *authority.certificates) if one != own[0])
    return evolve(held(own[0], key, *further), remarks=_remarks(asking, answer))


def _remarks(asking: scep.Asking, answer: scep.Message) -> tuple[str, ...]:
    """What is weak in how the server talks. Devices take it, as RFC 8894 still allows it."""
    used = cipher_of(answer.content or b"")
    found = {
        "asked with triple DES, since the server offers no AES": asking.cipher is TRIPLE_DES,
        f"the server answers under {used}, not under AES": used not in STRONG,
        "the server signs its answer over SHA-1": answer.digest == _WEAK,
    }
    return tuple(text for text, is_so in found.items() if is_so)


@frozen(kw_only=True)
class _Server:
    asked: ScepRequest = field(repr=False)
    means: Means

    def capabilities(self) -> frozenset[scep.Capability]:
        found = scep.read_capabilities(self._got(scep.Operation.CAPABILITIES).body)
        if scep.Capability.SHA_256 not in found:
            failed("the server does not say that it speaks SHA-256 (GetCACaps)")
        if not found & {scep.Capability.AES, scep.Capability.DES3}:
            failed("the server says of neither AES nor DES3 that it speaks it (GetCACaps)")
        return found

    def authority(self) -> HandedOut:
        reply = self._got(scep.Operation.AUTHORITY)
        found = read_authority(reply.headers.get("content-type", ""), reply.body)
        wanted = self.asked.ca_fingerprint
        if wanted is not None and not found.has(wanted):
            failed("the authority is not the one of the payload's fingerprint")
        return found

    def url(self, operation: scep.Operation, message: str = "") -> str:
        sign = "&" if "?" in self.asked.url else "?"
        more = f"&message={quote(message, safe='')}" if message else ""
        return f"{self.asked.url}{sign}operation={operation}{more}"

    def _got(self, operation: scep.Operation) -> Reply:
        reply = self.means.sent("GET", self.url(operation, self.asked.name or ""), {}, b"")
        if reply.status != 200:
            failed(f"{operation} is answered with {reply.status}", reply.status)
        return reply


@frozen(kw_only=True)
class _Talk:
    """One transaction."""

    server: _Server
    asking: scep.Asking
    can_post: bool

    def decided(self, request: bytes) -> scep.Message:
        """Ask, and ask again while nothing is decided."""
        nonce = _nonce()
        answer = self._answered(self.asking.request(request, nonce=nonce), nonce)
        asked, means = self.server.asked, self.server.means
        retries = DEFAULT_RETRIES if asked.retries is None else asked.retries
        delay = DEFAULT_DELAY if asked.retry_delay is None else asked.retry_delay
        for retry in range(min(retries, MOST_RETRIES)):
            if answer.status is not scep.Status.PENDING:
                break
            if retry:
                means.wait(float(max(delay, 0)))
            nonce = _nonce()
            answer = self._answered(self.asking.poll(nonce=nonce), nonce)
        if answer.status is scep.Status.FAILURE:
            why = answer.failure.name if answer.failure else "no reason"
            failed(f"the authority refuses ({why})")
        if answer.status is not scep.Status.SUCCESS:
            failed(f"the authority has not decided after {retries} retries")
        return answer

    def _answered(self, message: bytes, nonce: bytes) -> scep.Message:
        reply = self._sent(message)
        if reply.status != 200:
            failed(f"the server answers {reply.status}", reply.status)
        return self.asking.answered(reply.body, nonce=nonce)

    def _sent(self, message: bytes) -> Reply:
        means = self.server.means
        if self.can_post:
            url = self.server.url(scep.Operation.MESSAGE)
            return means.sent("POST", url, {"content-type": scep.MESSAGE_TYPE}, message)
        text = base64.b64encode(message).decode()
        return means.sent("GET", self.server.url(scep.Operation.MESSAGE, text), {}, b"")


def _own_certificate(subject: x509.Name, key: rsa.RSAPrivateKey) -> x509.Certificate:
    """What a device signs with before it has an identity. Source: RFC 8894, section 2.3."""
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(_BEGINS).not_valid_after(_BEGINS + _LIFETIME)
    return builder.sign(key, hashes.SHA256())


def _nonce() -> bytes:
    return os.urandom(scep.NONCE_BYTES)
