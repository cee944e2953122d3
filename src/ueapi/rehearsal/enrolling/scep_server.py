"""A SCEP server as a product runs it for its devices: one certificate for each challenge password it handed out.

It asks for AES and SHA-256, and takes what clients of others send all the same: DES and SHA-1. Source: RFC 8894.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

from attrs import define, field, frozen
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ueapi.apple.enrollment import scep
from ueapi.apple.enrollment.certificate_request import CertificateRequest, same_key
from ueapi.apple.enrollment.cms_enveloped import WITH_DES
from ueapi.apple.enrollment.cms_signed import WITH_SHA_1
from ueapi.apple.enrollment.scep_authority import AUTHORITY_TYPE
from ueapi.apple.profiles import Payload
from ueapi.apple.profiles.payloads import Scep, ScepRequest
from ueapi.errors import InvalidModel
from ueapi.rehearsal.enrolling.authority import RSA_BITS
from ueapi.rehearsal.enrolling.issuing import Issuing, NotPromised

PATH: Final = "/scep"
IDENTIFIER: Final = "org.example.identity"
CAPABILITIES: Final = (
    scep.Capability.AES,
    scep.Capability.POST,
    scep.Capability.SHA_256,
    scep.Capability.STANDARD,
)


@define
class _Pending:
    """A request that waits for a decision."""

    request: CertificateRequest
    secret: str = field(repr=False)
    polls_left: int


@frozen
class _Refused(Exception):
    why: scep.Failure


@define(kw_only=True, eq=False)
class ScepServer:
    """Where it answers is `host`; the authority of `issuing` has an RSA key.

    `polls` is how often a device is told that nothing is decided yet.
    """

    issuing: Issuing
    host: str
    polls: int = 0
    _pending: dict[str, _Pending] = field(factory=dict, repr=False)

    def payload(self, token: str) -> Payload:
        """What an enrollment profile gives a device, for an enrollment's token; asking again voids the former."""
        own = self.issuing.authority.certificate.public_bytes(Encoding.DER)
        request = ScepRequest(
            url=f"https://{self.host}{PATH}",
            name=self.issuing.authority.name,
            subject=((("CN", "device"),),),
            challenge=SecretStr(self.issuing.promise(token)),
            key_size=RSA_BITS,
            key_type="RSA",
            key_usage=5,
            ca_fingerprint=hashlib.sha256(own).digest(),
        )
        return Scep(request=request).payload(identifier=IDENTIFIER, display_name="Identity")

    def routes(self) -> list[Route]:
        """The one address everything is asked at."""
        return [Route(PATH, self._asked, methods=["GET", "POST"])]

    async def _asked(self, request: Request) -> Response:
        operation = request.query_params.get("operation")
        if operation == scep.Operation.CAPABILITIES:
            return Response(scep.write_capabilities(CAPABILITIES), media_type="text/plain")
        if operation == scep.Operation.AUTHORITY:
            own = self.issuing.authority.certificate.public_bytes(Encoding.DER)
            return Response(own, media_type=AUTHORITY_TYPE)
        if operation != scep.Operation.MESSAGE:
            return Response("no such operation", status_code=400)
        body = await request.body() if request.method == "POST" else _in_query(request)
        try:
            answer = self._answer(scep.read_message(body, digests=WITH_SHA_1))
        except InvalidModel as problem:
            return Response(problem.message, status_code=400, media_type="text/plain")
        return Response(answer, media_type=scep.MESSAGE_TYPE)

    def _answer(self, received: scep.Received) -> bytes:
        own, nonce = self._own(), self._nonce()
        try:
            waiting = self._waiting(own, received)
            if waiting.polls_left > 0:
                waiting.polls_left -= 1
                return own.pending(received, nonce=nonce)
            self._pending.pop(received.message.transaction, None)
            issued = self.issuing.issue(waiting.secret, waiting.request)
        except (InvalidModel, NotPromised, _Refused) as problem:
            why = problem.why if isinstance(problem, _Refused) else scep.Failure.BAD_REQUEST
            return own.failure(received, why, nonce=nonce)
        return own.success(received, [issued], nonce=nonce)

    def _waiting(self, own: scep.Answering, received: scep.Received) -> _Pending:
        """What a message is about: a new request, or one that waits."""
        message = received.message
        if message.kind is scep.MessageType.POLL:
            found = self._pending.get(message.transaction)
            if found is None or not same_key(found.request.key, received.signer.public_key()):
                raise _Refused(scep.Failure.BAD_CERTIFICATE)
            return found
        if message.kind is not scep.MessageType.REQUEST:
            raise _Refused(scep.Failure.BAD_REQUEST)
        request = own.request_in(received)
        if message.transaction in self._pending:
            raise _Refused(scep.Failure.BAD_REQUEST)
        secret = (request.password or b"").decode("utf-8", "replace")
        self.issuing.promised(secret)
        made = _Pending(request=request, secret=secret, polls_left=self.polls)
        self._pending[message.transaction] = made
        return made

    def _own(self) -> scep.Answering:
        authority = self.issuing.authority
        if not isinstance(authority.key, rsa.RSAPrivateKey):
            raise TypeError("a SCEP server needs an authority with an RSA key")
        return scep.Answering(
            certificate=authority.certificate, key=authority.key, ciphers=WITH_DES
        )

    def _nonce(self) -> bytes:
        return bytes.fromhex(self.issuing.fresh())


def _in_query(request: Request) -> bytes:
    try:
        return base64.b64decode(request.query_params.get("message", ""), validate=True)
    except (binascii.Error, ValueError):
        return b""
