"""An ACME server as a product runs it for its devices: one certificate for each ClientIdentifier it handed out.

Source: RFC 8555; the draft on device attestation for ACME. Guess: the statuses of refusals where RFC 8555 leaves them
open follow what servers in the field send.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Final

from attrs import define, field, frozen
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ueapi.apple.enrollment import acme, attestation, jose
from ueapi.apple.enrollment.acme_problem import PROBLEM_TYPE, Kind, Problem
from ueapi.apple.enrollment.certificate_request import read_request
from ueapi.apple.profiles import Payload
from ueapi.apple.profiles.payloads import Acme
from ueapi.errors import InvalidModel
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.issuing import Issuing, NotPromised

DIRECTORY: Final = "/acme/directory"
IDENTIFIER: Final = "org.example.identity"
_NONCES_KEPT: Final = 10_000
_JSON: Final = "application/json"


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


_Handler = Callable[[_Call], _Answer]


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
    _accounts: dict[str, _Account] = field(factory=dict, repr=False)
    _orders: dict[str, _Order] = field(factory=dict, repr=False)
    _owners: dict[str, str] = field(factory=dict, repr=False)
    """ClientIdentifier → the account that ordered for it first."""

    def payload(self, token: str) -> Payload:
        """What an enrollment profile gives a device, for an enrollment's token; asking again voids the former."""
        return Acme(
            directory_url=self._url(DIRECTORY),
            client_identifier=SecretStr(self.issuing.promise(token)),
            key_type="ECSECPrimeRandom",
            key_size=256,
            hardware_bound=True,
            subject=((("CN", "device"),),),
            usage_flags=1,
            attest=self.apple is not None,
        ).payload(identifier=IDENTIFIER, display_name="Identity")

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
            Route(DIRECTORY, self._directory, methods=["GET"]),
            Route("/acme/new-nonce", self._new_nonce, methods=["GET", "HEAD"]),
            Route("/acme/new-account", partial(self._guarded, self._by_key), methods=["POST"]),
            *(
                Route(
                    path, partial(self._guarded, partial(self._by_account, one)), methods=["POST"]
                )
                for path, one in signed.items()
            ),
        ]

    # -- what comes in -----------------------------------------------------------------------------

    async def _directory(self, request: Request) -> Response:
        found = acme.Directory(
            new_nonce=self._url("/acme/new-nonce"),
            new_account=self._url("/acme/new-account"),
            new_order=self._url("/acme/new-order"),
        )
        return Response(found.to_json(), media_type=_JSON)

    async def _new_nonce(self, request: Request) -> Response:
        status = 200 if request.method == "HEAD" else 204
        return Response(status_code=status, headers=self._headers())

    async def _guarded(
        self, handle: Callable[[Request, bytes], _Answer], request: Request
    ) -> Response:
        body = await request.body()
        try:
            answer = handle(request, body)
        except _Refused as problem:
            answer = _told(problem.kind, problem.detail, problem.status)
        except InvalidModel as problem:
            answer = _told(Kind.MALFORMED, problem.message, 400)
        headers = self._headers()
        if answer.location is not None:
            headers["location"] = answer.location
        return Response(answer.body, answer.status, headers, answer.media_type)

    def _by_key(self, request: Request, body: bytes) -> _Answer:
        """Make an account, or find the one of that key."""
        found = self._read(request, body)
        jwk = found.protected.jwk
        if jwk is None:
            raise _Refused(Kind.MALFORMED, "a new account is asked for with its key")
        key = jwk.public_key()
        self._check(found, key)
        acme.NewAccount.from_json(found.payload)
        url = self._url(f"/acme/account/{jwk.thumbprint}")
        is_new = url not in self._accounts
        self._accounts.setdefault(url, _Account(url, key))
        return _Answer(b'{"status":"valid"}', 201 if is_new else 200, location=url)

    def _by_account(self, handle: _Handler, request: Request, body: bytes) -> _Answer:
        found = self._read(request, body)
        account = self._accounts.get(found.protected.kid or "")
        if account is None:
            raise _Refused(Kind.ACCOUNT_DOES_NOT_EXIST, "no account has this kid")
        self._check(found, account.key)
        return handle(_Call(account, found.payload, request.path_params.get("id", "")))

    def _read(self, request: Request, body: bytes) -> jose.SignedRequest:
        kind = request.headers.get("content-type", "")
        if kind != jose.CONTENT_TYPE:
            raise _Refused(Kind.MALFORMED, f"the content type is not {jose.CONTENT_TYPE}", 415)
        found = jose.read_request(body)
        if found.protected.url != self._url(request.url.path):
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
        self._orders[made.id] = made
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
        order.chain = acme.write_chain([issued, self.issuing.authority.certificate])
        order.polls_left = self.polls
        order.status = acme.Status.PROCESSING if self.polls else acme.Status.VALID
        return self._shown(order)

    def _certificate(self, call: _Call) -> _Answer:
        order = self._of(call)
        if order.status is not acme.Status.VALID:
            raise _Refused(Kind.ORDER_NOT_READY, "nothing was issued yet", 403)
        return _Answer(order.chain, media_type=acme.CHAIN_TYPE)

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
        self._nonces[nonce] = None
        if len(self._nonces) > _NONCES_KEPT:
            self._nonces.popitem(last=False)
        return {acme.NONCE_HEADER: nonce, "cache-control": "no-store"}

    def _url(self, path: str) -> str:
        return f"https://{self.host}{path}"


_PROVEN: Final = {
    acme.Status.PENDING: acme.Status.PENDING,
    acme.Status.INVALID: acme.Status.INVALID,
}


def _told(kind: Kind, detail: str, status: int) -> _Answer:
    body = Problem(kind=kind, detail=detail, status=status).to_json()
    return _Answer(body, status, PROBLEM_TYPE)
