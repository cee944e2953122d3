"""An ACME server as a product runs it for its devices: one certificate for each ClientIdentifier it handed out.

Source: RFC 8555; the draft on device attestation for ACME. Guess: the statuses of refusals where RFC 8555 leaves them
open follow what servers in the field send.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from typing import Final, TypeVar

from attrs import define, evolve, field, frozen
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ueapi.apple.enrollment import acme, attestation, jose
from ueapi.apple.enrollment.acme_problem import PROBLEM_TYPE, Kind, Problem
from ueapi.apple.enrollment.certificate_request import read_request
from ueapi.apple.profiles import Payload
from ueapi.apple.profiles.payloads import Acme
from ueapi.errors import InvalidModel
from ueapi.rehearsal.endpoints import body_of
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.issuing import Issuing, NotPromised
from ueapi.rehearsal.routing import Straight

DIRECTORY: Final = "/acme/directory"
IDENTIFIER: Final = "org.example.identity"
_NONCES_KEPT: Final = 10_000
_ORDERS_KEPT: Final = 500
"""Accounts, and orders; a device needs its own for seconds."""
_JSON: Final = "application/json"
_TYPE: Final = b"content-type"
_ACCOUNT: Final = b'{"status":"valid"}'


_PAYLOAD: Final = Acme(
    directory_url="",
    client_identifier=SecretStr(""),
    key_type="ECSECPrimeRandom",
    key_size=256,
    hardware_bound=True,
    subject=((("CN", "device"),),),
    usage_flags=1,
    attest=False,
).payload(identifier=IDENTIFIER, display_name="Identity")
"""What is the same for every device."""


class _Refused(Exception):
    def __init__(self, kind: Kind, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.status = kind, detail, status


@frozen
class _Answer:
    body: bytes
    status: int = 200
    media_type: str = _JSON
    location: str | None = None


@frozen
class _Account:
    """Someone known by a key; `url` names it in headers."""

    url: str
    key: ec.EllipticCurvePublicKey


@define(kw_only=True)
class _Order:
    id: str
    account: _Account
    identifier: acme.Identifier
    token: str = field(repr=False)
    status: acme.Status = acme.Status.PENDING
    attested: attestation.Attestation | None = None
    chain: bytes = b""
    polls_left: int = 0


@frozen
class _Call:
    """A signed request whose signature and nonce are right."""

    account: _Account
    payload: bytes = field(repr=False)
    id: str


_Thing = TypeVar("_Thing")
_Handler = Callable[[_Call], _Answer]


@frozen
class _Asked:
    """A request as it came in."""

    method: str
    path: str
    id: str
    """Of the order, where the path has one."""
    content_type: str
    body: bytes = field(repr=False)


@frozen
class _Endpoint(Straight):
    """Answers one address; a web framework's own request would cost more than the rest."""

    answer: Callable[[_Asked], tuple[_Answer, dict[str, str]]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = scope["headers"]
        asked = _Asked(
            method=scope["method"],
            path=scope["path"],
            id=scope["path_params"].get("id", ""),
            content_type=next((v.decode("latin-1") for k, v in headers if k == _TYPE), ""),
            body=await body_of(receive),
        )
        answer, told = self.answer(asked)
        told["content-type"], told["content-length"] = answer.media_type, str(len(answer.body))
        rows = [(name.encode(), value.encode()) for name, value in told.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": rows})
        body = b"" if asked.method == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})


@define(kw_only=True, eq=False)
class AcmeServer:
    """Where it answers is `host`. With `apple`, devices must attest, and that authority vouches for them.

    `polls` is how often an order is still being worked on when the device asks.
    """

    issuing: Issuing
    host: str
    apple: Authority | None = None
    polls: int = 0
    _nonces: OrderedDict[str, None] = field(factory=OrderedDict, repr=False)
    _accounts: OrderedDict[str, _Account] = field(factory=OrderedDict, repr=False)
    _orders: OrderedDict[str, _Order] = field(factory=OrderedDict, repr=False)
    _owners: dict[str, str] = field(factory=dict, repr=False)
    """ClientIdentifier → the account that ordered for it first."""

    def payload(self, token: str) -> Payload:
        """What an enrollment profile gives a device, for an enrollment's token; asking again voids the former."""
        settings = {**_PAYLOAD.content, "ClientIdentifier": self.issuing.promise(token)}
        if self.apple is not None:
            settings["Attest"] = True
        return evolve(_PAYLOAD, content={**settings, "DirectoryURL": self._url(DIRECTORY)})

    def routes(self) -> list[Route]:
        """Everything a device reaches to get its identity."""
        signed = {
            "/acme/new-order": self._new_order,
            "/acme/authorization/{id}": self._authorization,
            "/acme/challenge/{id}": self._challenge,
            "/acme/order/{id}": self._order,
            "/acme/order/{id}/finalize": self._finalize,
            "/acme/certificate/{id}": self._certificate,
        }
        return [
            Route(DIRECTORY, _Endpoint(self._directory), methods=["GET"]),
            Route("/acme/new-nonce", _Endpoint(self._new_nonce), methods=["GET", "HEAD"]),
            Route("/acme/new-account", self._signed(self._by_key), methods=["POST"]),
            *(Route(path, self._known(one), methods=["POST"]) for path, one in signed.items()),
        ]

    # -- what comes in -----------------------------------------------------------------------------

    def _directory(self, asked: _Asked) -> tuple[_Answer, dict[str, str]]:
        """Where what is; a nonce comes along, which spares the device a request."""
        found = acme.Directory(
            new_nonce=self._url("/acme/new-nonce"),
            new_account=self._url("/acme/new-account"),
            new_order=self._url("/acme/new-order"),
        )
        return _Answer(found.to_json()), self._headers()

    def _new_nonce(self, asked: _Asked) -> tuple[_Answer, dict[str, str]]:
        return _Answer(b"", 200 if asked.method == "HEAD" else 204), self._headers()

    def _signed(self, handle: Callable[[_Asked], _Answer]) -> _Endpoint:
        return _Endpoint(lambda asked: self._guarded(handle, asked))

    def _known(self, handle: _Handler) -> _Endpoint:
        return self._signed(lambda asked: self._by_account(handle, asked))

    def _guarded(
        self, handle: Callable[[_Asked], _Answer], asked: _Asked
    ) -> tuple[_Answer, dict[str, str]]:
        try:
            answer = handle(asked)
        except _Refused as problem:
            answer = _told(problem.kind, problem.detail, problem.status)
        except InvalidModel as problem:
            answer = _told(Kind.MALFORMED, problem.message, 400)
        headers = self._headers()
        if answer.location is not None:
            headers["location"] = answer.location
        return answer, headers

    def _by_key(self, asked: _Asked) -> _Answer:
        """Make an account, or find the one of that key."""
        found = self._read(asked)
        jwk = found.protected.jwk
        if jwk is None:
            raise _Refused(Kind.MALFORMED, "a new account is asked for with its key")
        key = jwk.public_key()
        self._check(found, key)
        acme.NewAccount.from_json(found.payload)
        url = self._url(f"/acme/account/{jose.to_base64url(jwk.x + jwk.y)}")
        if url in self._accounts:
            return _Answer(_ACCOUNT, 200, location=url)
        _keep(self._accounts, url, _Account(url, key))
        return _Answer(_ACCOUNT, 201, location=url)

    def _by_account(self, handle: _Handler, asked: _Asked) -> _Answer:
        found = self._read(asked)
        account = self._accounts.get(found.protected.kid or "")
        if account is None:
            raise _Refused(Kind.ACCOUNT_DOES_NOT_EXIST, "no account has this kid")
        self._check(found, account.key)
        return handle(_Call(account, found.payload, asked.id))

    def _read(self, asked: _Asked) -> jose.SignedRequest:
        if asked.content_type != jose.CONTENT_TYPE:
            raise _Refused(Kind.MALFORMED, f"the content type is not {jose.CONTENT_TYPE}", 415)
        found = jose.read_request(asked.body)
        if found.protected.url != self._url(asked.path):
            raise _Refused(Kind.UNAUTHORIZED, "it was signed for another address", 401)
        return found

    def _check(self, found: jose.SignedRequest, key: ec.EllipticCurvePublicKey) -> None:
        found.verify(key)
        if self._nonces.pop(found.protected.nonce, self) is self:
            raise _Refused(Kind.BAD_NONCE, "the nonce is not one of ours, or was used")

    # -- what is done ------------------------------------------------------------------------------

    def _new_order(self, call: _Call) -> _Answer:
        identifier = acme.NewOrder.from_json(call.payload).identifier
        self._demand_promised(identifier)
        if self._owners.setdefault(identifier.value, call.account.url) != call.account.url:
            raise _Refused(Kind.REJECTED_IDENTIFIER, "another account ordered for it", 403)
        made = _Order(
            id=self.issuing.fresh(),
            account=call.account,
            identifier=identifier,
            token=self.issuing.fresh(),
        )
        _keep(self._orders, made.id, made)
        return self._shown(made, 201)

    def _authorization(self, call: _Call) -> _Answer:
        order = self._of(call)
        status = _PROVEN.get(order.status, acme.Status.VALID)
        found = acme.Authorization(
            status=status, identifier=order.identifier, challenges=(self._task(order, status),)
        )
        return _Answer(found.to_json())

    def _challenge(self, call: _Call) -> _Answer:
        order = self._of(call)
        if order.status is acme.Status.PENDING:
            answer = acme.ChallengeAnswer.from_json(call.payload)
            try:
                self._prove(order, answer)
            except InvalidModel:
                order.status = acme.Status.INVALID
        status = _PROVEN.get(order.status, acme.Status.VALID)
        return _Answer(self._task(order, status).to_json())

    def _prove(self, order: _Order, answer: acme.ChallengeAnswer) -> None:
        if self.apple is not None:
            demands = attestation.Demands(
                anchors=[self.apple.certificate],
                token=order.token,
                at=self.issuing.clock.now(),
            )
            order.attested = attestation.attestation_from_cbor(answer.attestation or b"")
            attestation.check_attestation(order.attested, demands)
        order.status = acme.Status.READY

    def _order(self, call: _Call) -> _Answer:
        order = self._of(call)
        if order.status is acme.Status.PROCESSING:
            order.polls_left -= 1
            if order.polls_left <= 0:
                order.status = acme.Status.VALID
        return self._shown(order)

    def _finalize(self, call: _Call) -> _Answer:
        order = self._of(call)
        if order.status is not acme.Status.READY:
            raise _Refused(Kind.ORDER_NOT_READY, f"the order is {order.status}", 403)
        self._demand_promised(order.identifier)
        try:
            request = read_request(acme.Finalize.from_json(call.payload).request)
            if order.attested is not None:
                attestation.demand_attested(order.attested, request.key)
        except InvalidModel as problem:
            raise _Refused(Kind.BAD_CSR, problem.message) from None
        issued = self.issuing.issue(order.identifier.value, request)
        self._owners.pop(order.identifier.value, None)
        order.chain = acme.write_chain([issued]) + self._above
        order.polls_left = self.polls
        order.status = acme.Status.PROCESSING if self.polls else acme.Status.VALID
        return self._shown(order)

    def _certificate(self, call: _Call) -> _Answer:
        order = self._of(call)
        if order.status is not acme.Status.VALID:
            raise _Refused(Kind.ORDER_NOT_READY, "nothing was issued yet", 403)
        return _Answer(order.chain, media_type=acme.CHAIN_TYPE)

    @cached_property
    def _above(self) -> bytes:
        """The authority as it stands below each identity."""
        return acme.write_chain([self.issuing.authority.certificate])

    # -- what it is made of ------------------------------------------------------------------------

    def _of(self, call: _Call) -> _Order:
        found = self._orders.get(call.id)
        if found is None or found.account is not call.account:
            raise _Refused(Kind.UNAUTHORIZED, "the account has no such order", 404)
        return found

    def _demand_promised(self, identifier: acme.Identifier) -> None:
        try:
            self.issuing.promised(identifier.value)
        except NotPromised:
            raise _Refused(Kind.REJECTED_IDENTIFIER, "no identity is due for it", 403) from None

    def _task(self, order: _Order, status: acme.Status) -> acme.Challenge:
        url = self._url(f"/acme/challenge/{order.id}")
        return acme.Challenge(url=url, token=order.token, status=status)

    def _shown(self, order: _Order, status: int = 200) -> _Answer:
        url = self._url(f"/acme/order/{order.id}")
        is_done = order.status is acme.Status.VALID
        found = acme.Order(
            status=order.status,
            identifier=order.identifier,
            authorizations=(self._url(f"/acme/authorization/{order.id}"),),
            finalize=f"{url}/finalize",
            certificate=self._url(f"/acme/certificate/{order.id}") if is_done else None,
        )
        return _Answer(found.to_json(), status, location=url)

    def _headers(self) -> dict[str, str]:
        nonce = self.issuing.fresh()
        _keep(self._nonces, nonce, None, most=_NONCES_KEPT)
        return {acme.NONCE_HEADER: nonce, "cache-control": "no-store"}

    def _url(self, path: str) -> str:
        return f"https://{self.host}{path}"


def _keep(
    kept: OrderedDict[str, _Thing], name: str, thing: _Thing, *, most: int = _ORDERS_KEPT
) -> None:
    """Note something, and forget the oldest beyond what is kept."""
    kept[name] = thing
    if len(kept) > most:
        kept.popitem(last=False)


_PROVEN: Final = {
    acme.Status.PENDING: acme.Status.PENDING,
    acme.Status.INVALID: acme.Status.INVALID,
}


def _told(kind: Kind, detail: str, status: int) -> _Answer:
    body = Problem(kind=kind, detail=detail, status=status).to_json()
    return _Answer(body, status, PROBLEM_TYPE)
