"""The messages by which a device gets its identity from a SCEP server.

A message (pkiMessage) is a signed one around an encrypted one: outside are its kind, its transaction and its nonces,
inside a certificate request, or the certificate. SHA-256 and AES are spoken, and triple DES to a server that knows no
AES; answers are taken with SHA-1 and DES too, since they hold nothing secret and a certificate proves itself. Source:
RFC 8894.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from enum import Enum, StrEnum
from typing import Final, NoReturn, TypeVar

from asn1crypto import core
from attrs import field, frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from ueapi.apple.enrollment import cms_enveloped
from ueapi.apple.enrollment.certificate_request import (
    CertificateRequest,
    PrivateKey,
    PublicKey,
    key_bytes,
    read_request,
    same_key,
)
from ueapi.apple.enrollment.cms_enveloped import (
    AES_128,
    WITH_DES,
    BlockCipher,
    Ciphers,
    decrypt,
    encrypt,
)
from ueapi.apple.enrollment.cms_signed import (
    STRONG,
    WITH_SHA_1,
    Digests,
    open_signed,
    sign_with_attributes,
)
from ueapi.apple.enrollment.scep_authority import HandedOut, read_certificates, write_certificates
from ueapi.apple.profiles.certificates import UNREADABLE
from ueapi.errors import InvalidModel

MESSAGE_TYPE: Final = "application/x-pki-message"
NONCE_BYTES: Final = 16
LARGEST_CAPABILITIES: Final = 4096
"""Bytes of what a server can do; a dozen words."""

_OID: Final = "2.16.840.1.113733.1.9."
_TYPE, _STATUS, _FAIL, _SENDER, _RECIPIENT, _TRANSACTION = (f"{_OID}{n}" for n in range(2, 8))
_LONGEST_TRANSACTION: Final = 256
_REMEDY: Final = "The sender breaks the protocol; no certificate was issued."
_Named = TypeVar("_Named", bound=StrEnum)


class Operation(StrEnum):
    """What an address is asked for, in its query."""

    CAPABILITIES = "GetCACaps"
    AUTHORITY = "GetCACert"
    MESSAGE = "PKIOperation"


class Capability(Enum):
    """What a server can do, by its own words."""

    AES = "AES"
    DES3 = "DES3"
    POST = "POSTPKIOperation"
    SHA_256 = "SHA-256"
    STANDARD = "SCEPStandard"
    """AES, POST and SHA-256."""


class MessageType(StrEnum):
    """What a message is. Source: RFC 8894, section 3.2.1.2."""

    ANSWER = "3"
    REQUEST = "19"
    POLL = "20"


class Status(StrEnum):
    """What became of a request. Source: RFC 8894, section 3.2.1.3."""

    SUCCESS = "0"
    FAILURE = "2"
    PENDING = "3"


class Failure(StrEnum):
    """Why there is no certificate. Source: RFC 8894, section 3.2.1.4."""

    BAD_ALGORITHM = "0"
    BAD_MESSAGE_CHECK = "1"
    BAD_REQUEST = "2"
    BAD_TIME = "3"
    BAD_CERTIFICATE = "4"


@frozen(kw_only=True)
class Message:
    """One message. `content` is what it holds, still encrypted; pending and failed answers have none."""

    kind: MessageType
    transaction: str
    sender_nonce: bytes = field(repr=False)
    recipient_nonce: bytes | None = field(default=None, repr=False)
    status: Status | None = None
    failure: Failure | None = None
    content: bytes | None = field(default=None, repr=False)
    digest: str = field(default="sha256", eq=False)
    """What a received message is signed over; what is written is always over SHA-256."""


@frozen(kw_only=True)
class Received:
    """A message whose signature is right, and by which certificate."""

    message: Message
    signer: x509.Certificate


def transaction_of(key: PublicKey) -> str:
    """The name of a transaction, made of the key it is for. Source: RFC 8894, section 3.2.1.1."""
    return hashlib.sha256(key_bytes(key)).hexdigest()


def write_message(message: Message, *, certificate: x509.Certificate, key: PrivateKey) -> bytes:
    """The signed form, DER."""
    rows: dict[str, bytes | None] = {
        _TYPE: _printable(message.kind),
        _TRANSACTION: _printable(message.transaction),
        _SENDER: core.OctetString(message.sender_nonce).dump(),
        _RECIPIENT: _octets(message.recipient_nonce),
        _STATUS: _printable(message.status),
        _FAIL: _printable(message.failure),
    }
    attributes = {name: value for name, value in rows.items() if value is not None}
    return sign_with_attributes(
        message.content, certificate=certificate, key=key, attributes=attributes
    )


def read_message(signed: bytes, *, digests: Digests = STRONG) -> Received:
    """Read a message and check its signature; whose certificate that is, the caller must judge.

    Raises:
        InvalidModel: no signed message, altered, or its kind, transaction or nonce missing or unknown.
    """
    opened = open_signed(signed, digests=digests)
    row = opened.attributes
    kind = _named(MessageType, row, _TYPE, "messageType")
    message = Message(
        kind=kind,
        transaction=_transaction(row),
        sender_nonce=_nonce(row, _SENDER, "senderNonce"),
        recipient_nonce=_nonce(row, _RECIPIENT, "recipientNonce") if _RECIPIENT in row else None,
        status=_named(Status, row, _STATUS, "pkiStatus") if _STATUS in row else None,
        failure=_named(Failure, row, _FAIL, "failInfo") if _FAIL in row else None,
        # Some servers send content of no length where there is none.
        content=opened.content or None,
        digest=opened.digest,
    )
    _check_shape(message)
    return Received(message=message, signer=opened.signer)


@frozen(kw_only=True)
class Asking:
    """A device in one transaction: its key, and the certificate it made for itself until it has a better one."""

    key: rsa.RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate
    authority: HandedOut
    cipher: BlockCipher = AES_128

    def request(self, request: bytes, *, nonce: bytes) -> bytes:
        """Ask for a certificate with a request (PKCS #10, DER)."""
        return self._written(MessageType.REQUEST, request, nonce)

    def poll(self, *, nonce: bytes) -> bytes:
        """Ask again while the authority hasn't decided."""
        names = (self.authority.issuer, self.certificate.subject)
        body = b"".join(name.public_bytes() for name in names)
        return self._written(MessageType.POLL, core.Sequence(contents=body).dump(), nonce)

    def answered(self, signed: bytes, *, nonce: bytes) -> Message:
        """The authority's answer to the message with that nonce.

        Raises:
            InvalidModel: no answer, not the authority's, or to another message.
        """
        found = read_message(signed, digests=WITH_SHA_1)
        message = found.message
        if found.signer not in self.authority.certificates:
            _refuse("somebody else than the authority signed it")
        if message.kind is not MessageType.ANSWER:
            _refuse("it is no answer")
        if (message.transaction, message.recipient_nonce) != (self._transaction, nonce):
            _refuse("it answers another message")
        return message

    def certificates(self, answer: Message) -> tuple[x509.Certificate, ...]:
        """What a successful answer holds.

        Raises:
            InvalidModel: it isn't encrypted to the device, or holds no certificates.
        """
        content = decrypt(
            answer.content or b"", certificate=self.certificate, key=self.key, ciphers=WITH_DES
        )
        return read_certificates(content)

    @property
    def _transaction(self) -> str:
        return transaction_of(self.key.public_key())

    def _written(self, kind: MessageType, content: bytes, nonce: bytes) -> bytes:
        message = Message(
            kind=kind,
            transaction=self._transaction,
            sender_nonce=nonce,
            content=encrypt(content, self.authority.recipient, cipher=self.cipher),
        )
        return write_message(message, certificate=self.certificate, key=self.key)


@frozen(kw_only=True)
class Answering:
    """An authority that answers. It takes requests under `ciphers`."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)
    ciphers: Ciphers = cms_enveloped.STRONG

    def request_in(self, received: Received) -> CertificateRequest:
        """The certificate request of a message.

        Raises:
            InvalidModel: not encrypted to the authority, no request, or for another key than the one that signed.
        """
        der = decrypt(
            received.message.content or b"",
            certificate=self.certificate,
            key=self.key,
            ciphers=self.ciphers,
        )
        request = read_request(der)
        if not same_key(request.key, received.signer.public_key()):
            _refuse("it was signed by another key than it asks for")
        return request

    def success(
        self, received: Received, issued: Sequence[x509.Certificate], *, nonce: bytes
    ) -> bytes:
        """Hand out certificates, the issued one first, encrypted to who asked.

        Raises:
            InvalidModel: the key that asked is not RSA, so nothing can be encrypted to it.
        """
        content = encrypt(write_certificates(issued), received.signer)
        return self._answer(received, nonce, status=Status.SUCCESS, content=content)

    def pending(self, received: Received, *, nonce: bytes) -> bytes:
        """Nothing is decided yet."""
        return self._answer(received, nonce, status=Status.PENDING)

    def failure(self, received: Received, why: Failure, *, nonce: bytes) -> bytes:
        """There will be no certificate."""
        return self._answer(received, nonce, status=Status.FAILURE, failure=why)

    def _answer(
        self,
        received: Received,
        nonce: bytes,
        *,
        status: Status,
        failure: Failure | None = None,
        content: bytes | None = None,
    ) -> bytes:
        message = Message(
            kind=MessageType.ANSWER,
            transaction=received.message.transaction,
            sender_nonce=nonce,
            recipient_nonce=received.message.sender_nonce,
            status=status,
            failure=failure,
            content=content,
        )
        return write_message(message, certificate=self.certificate, key=self.key)


def write_capabilities(found: Sequence[Capability]) -> bytes:
    """The answer to GetCACaps: a word a line."""
    return "\n".join(one.value for one in found).encode()


def read_capabilities(content: bytes) -> frozenset[Capability]:
    """What a server can do; words that mean nothing here are passed over, as RFC 8894, section 3.5.2, wants it."""
    known = {one.value: one for one in Capability}
    words = content[:LARGEST_CAPABILITIES].decode("ascii", "replace").split()
    found = frozenset(known[word] for word in words if word in known)
    return found | _STANDARD if Capability.STANDARD in found else found


_STANDARD: Final = frozenset({Capability.AES, Capability.POST, Capability.SHA_256})


def _check_shape(message: Message) -> None:
    """What a kind of message must have and must not have. Source: RFC 8894, section 3.2.1."""
    if message.kind is not MessageType.ANSWER:
        if message.content is None or message.status is not None:
            _refuse("a request has no content, or a status")
        return
    if message.status is None or message.recipient_nonce is None:
        _refuse("an answer has no pkiStatus or no recipientNonce")
    if (message.failure is not None) is not (message.status is Status.FAILURE):
        _refuse("failInfo is there without a failure, or the other way round")
    if (message.content is not None) is not (message.status is Status.SUCCESS):
        _refuse("there is content without success, or the other way round")


def _named(kinds: type[_Named], row: Mapping[str, bytes], oid: str, what: str) -> _Named:
    value = _native(core.PrintableString, row, oid, what)
    if value not in {one.value for one in kinds}:
        _refuse(f"{what} is unknown")
    return kinds(value)


def _transaction(row: Mapping[str, bytes]) -> str:
    value = _native(core.PrintableString, row, _TRANSACTION, "transactionID")
    if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST_TRANSACTION:
        _refuse("transactionID is empty or too long")
    return value


def _nonce(row: Mapping[str, bytes], oid: str, what: str) -> bytes:
    value = _native(core.OctetString, row, oid, what)
    if not isinstance(value, bytes) or len(value) != NONCE_BYTES:
        _refuse(f"{what} has not {NONCE_BYTES} bytes")
    return value


def _native(
    kind: type[core.PrintableString | core.OctetString],
    row: Mapping[str, bytes],
    oid: str,
    what: str,
) -> object:
    try:
        found: object = kind.load(row[oid], strict=True).native
    except UNREADABLE:
        _refuse(f"{what} is missing or of another kind")
    return found


def _printable(text: str | None) -> bytes | None:
    return None if text is None else core.PrintableString(str(text)).dump()


def _octets(content: bytes | None) -> bytes | None:
    return None if content is None else core.OctetString(content).dump()


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this SCEP message can't be used: {why}.", remedy=_REMEDY)
