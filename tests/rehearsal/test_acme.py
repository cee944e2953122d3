"""A phone and an ACME server: what is sent, what either refuses, and how long the phone is patient."""

from __future__ import annotations

import json

import pytest
from attrs import define, field
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rehearsal.identities import (
    APPLE,
    EC_AUTHORITY,
    HOST,
    Place,
    acme_place,
    with_keys,
)
from ueapi.apple.enrollment import acme, jose
from ueapi.apple.enrollment.acme_problem import Kind, Problem
from ueapi.apple.enrollment.attestation import Attestation
from ueapi.apple.enrollment.certificate_request import PublicKey
from ueapi.apple.plist import PlistValue
from ueapi.flow import Reply
from ueapi.rehearsal.enrolling.attesting import AppleAttests
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.client import EnrollmentFailed, Step


def test_acme_takes_seven_requests() -> None:
    here = acme_place()

    here.obtain(here.server.payload("token"))

    assert [f"{m} {p.partition('/')[0]}" for m, p in here.sent] == [
        "GET directory",
        "POST new-account",
        "POST new-order",
        "POST authorization",
        "POST challenge",
        "POST order",
        "POST certificate",
    ]


def test_a_server_that_takes_its_time_and_hides_its_nonces_takes_ten() -> None:
    here = acme_place(polls=1)

    def slow(url: str, reply: Reply) -> Reply:
        if url.endswith("/directory"):
            return Reply(reply.status, {}, reply.body)
        if "/challenge/" in url:
            return Reply(200, reply.headers, reply.body.replace(b'"valid"', b'"processing"'))
        return reply

    here.spoil = slow
    here.obtain(here.server.payload("token"))

    assert [p.partition("/")[0] for _, p in here.sent] == [
        "directory",
        "new-nonce",
        "new-account",
        "new-order",
        "authorization",
        "challenge",
        "order",
        "order",
        "order",
        "certificate",
    ]


def test_a_phone_waits_for_an_order_that_isnt_ready() -> None:
    here = acme_place()
    refused: list[str] = []

    def slow(url: str, reply: Reply) -> Reply:
        if url.endswith("/finalize") and not refused:
            refused.append(url)
            body = Problem(kind=Kind.ORDER_NOT_READY, detail="later", status=403).to_json()
            return Reply(403, reply.headers, body)
        return reply

    here.spoil = slow

    here.obtain(here.server.payload("token"))

    assert [p.count("/") for _, p in here.sent if p.startswith("order")] == [2, 1]


def test_an_attested_key_gets_an_identity() -> None:
    here = acme_place(apple=APPLE)

    found = here.obtain(here.server.payload("token"), AppleAttests(APPLE))

    assert isinstance(found.key, ec.EllipticCurvePrivateKey)


@define
class Lying:
    """Attests to something else than asked."""

    token: str | None = None
    key: PublicKey | None = None
    authority: Authority = APPLE

    def __call__(self, key: PublicKey, token: str) -> Attestation:
        return AppleAttests(self.authority)(self.key or key, self.token or token)


@pytest.mark.parametrize(
    "attests",
    [
        None,
        Lying(token="an-old-one"),
        Lying(authority=EC_AUTHORITY),
        Lying(key=ec.generate_private_key(ec.SECP256R1()).public_key()),
    ],
    ids=["too old to attest", "replayed", "not Apple's", "another key"],
)
def test_without_apples_word_there_is_no_identity(attests: Lying | None) -> None:
    here = acme_place(apple=APPLE)

    with pytest.raises(EnrollmentFailed):
        here.obtain(here.server.payload("token"), attests)

    assert here.server.issuing.certificate_of("token") is None


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"KeyType": "RSA", "KeySize": 2048}, "bound to the hardware"),
        ({"KeySize": 521}, "bound to the hardware"),
        ({"HardwareBound": False, "Attest": True}, "attested"),
        ({"HardwareBound": False, "KeySize": 200}, "no curve"),
        ({"HardwareBound": False, "KeyType": "RSA", "KeySize": 8}, "1024 to 4096"),
        ({"Subject": [[["CN"]]]}, "no name"),
        ({"DirectoryURL": "https://nowhere.example.org/"}, "no answer"),
        ({"KeySize": "256"}, "breaks Apple's schema"),
    ],
)
def test_what_no_phone_does_ends_the_enrollment(keys: dict[str, PlistValue], why: str) -> None:
    here = acme_place()

    with pytest.raises(EnrollmentFailed, match=why):
        here.obtain(with_keys(here.server.payload("token"), **keys))


@pytest.mark.parametrize(
    "keys",
    [
        {"KeySize": 384},
        {"KeySize": 521, "HardwareBound": False},
        {"KeyType": "RSA", "KeySize": 2048, "HardwareBound": False},
    ],
)
def test_other_kinds_of_key_work_as_well(keys: dict[str, PlistValue]) -> None:
    here = acme_place()

    found = here.obtain(with_keys(here.server.payload("token"), **keys))

    assert found.key.key_size == keys["KeySize"]


def test_a_phone_waits_for_an_order_that_is_worked_on() -> None:
    here = acme_place(polls=3)

    here.obtain(here.server.payload("token"))

    assert here.waited == [2.0, 2.0]


def test_a_phone_gives_up_on_an_order_in_the_end() -> None:
    here = acme_place(polls=1000)

    with pytest.raises(EnrollmentFailed, match="after 10 questions"):
        here.obtain(here.server.payload("token"))


def test_a_nonce_that_became_too_old_is_replaced() -> None:
    here = acme_place()
    spoiled = []

    def stale(url: str, reply: Reply) -> Reply:
        if url.endswith("new-order") and not spoiled:
            spoiled.append(url)
        elif len(spoiled) != 1:
            return reply
        spoiled.append(url)
        return Reply(reply.status, {**reply.headers, "replay-nonce": "0ld"}, reply.body)

    here.spoil = stale

    assert here.obtain(here.server.payload("token")).certificate


def post(here: Place, url: str, **changed: object) -> Reply:
    """One signed request of somebody with a new account, with parts changed."""
    key = ec.generate_private_key(ec.SECP256R1())
    nonce = here.send("HEAD", f"https://{HOST}/acme/new-nonce", {}, b"").headers["replay-nonce"]
    parts = {"nonce": nonce, "url": url, "jwk": jose.Jwk.of(key.public_key()), **changed}
    body = jose.sign_request(b"{}", protected=jose.Protected(**parts), key=key)
    return here.send("POST", url, {"content-type": jose.CONTENT_TYPE}, body)


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"nonce": "0ld"}, "badNonce"),
        ({"url": f"https://{HOST}/acme/elsewhere"}, "unauthorized"),
        ({"jwk": None, "kid": "https://nobody.example.org"}, "malformed"),
    ],
)
def test_the_server_refuses_what_rfc_8555_refuses(changed: dict[str, object], kind: str) -> None:
    here = acme_place()
    url = f"https://{HOST}/acme/new-account"

    signed_for = str(changed.pop("url", url))
    key = ec.generate_private_key(ec.SECP256R1())
    nonce = here.send("HEAD", f"https://{HOST}/acme/new-nonce", {}, b"").headers["replay-nonce"]
    parts = {"nonce": nonce, "url": signed_for, "jwk": jose.Jwk.of(key.public_key()), **changed}
    body = jose.sign_request(b"{}", protected=jose.Protected(**parts), key=key)
    reply = here.send("POST", url, {"content-type": jose.CONTENT_TYPE}, body)

    assert json.loads(reply.body)["type"] == f"urn:ietf:params:acme:error:{kind}"
    assert reply.headers["replay-nonce"]


def test_an_account_can_be_found_again_but_none_orders_without_one() -> None:
    here = acme_place()

    made = post(here, f"https://{HOST}/acme/new-account")
    ordered = post(here, f"https://{HOST}/acme/new-order", jwk=None, kid="https://x.example.org")

    assert made.status == 201
    assert json.loads(ordered.body)["type"].endswith("accountDoesNotExist")


def test_another_account_cannot_order_for_the_same_identifier() -> None:
    here = acme_place()
    payload = here.server.payload("token")
    stopped = []

    def stop(url: str, reply: Reply) -> Reply:
        if "/authorization/" in url and not stopped:
            stopped.append(url)
            raise ConnectionError
        return reply

    here.spoil = stop
    with pytest.raises(EnrollmentFailed, match="no answer"):
        here.obtain(payload)

    with pytest.raises(EnrollmentFailed, match="rejectedIdentifier"):
        here.obtain(payload)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"\x00" * 10])
@pytest.mark.parametrize("status", [200, 500])
def test_a_server_that_talks_nonsense_ends_the_enrollment(body: bytes, status: int) -> None:
    for step in (
        "directory",
        "new-account",
        "new-order",
        "authorization",
        "finalize",
        "certificate",
    ):
        here = acme_place()

        def spoil(url: str, reply: Reply, step: str = step) -> Reply:
            return Reply(status, reply.headers, body) if step in url else reply

        here.spoil = spoil
        if (step, status) in {("new-account", 200), ("finalize", 200)}:
            continue  # the phone looks at their headers and at the order, not at what they say

        with pytest.raises(EnrollmentFailed) as caught:
            here.obtain(here.server.payload("token"))

        assert caught.value.step is Step.IDENTITY


def test_a_certificate_for_another_key_is_refused() -> None:
    here = acme_place()
    other = EC_AUTHORITY.issue("x", ec.generate_private_key(ec.SECP256R1()).public_key())
    chain = acme.write_chain([other])

    here.spoil = lambda url, reply: (
        Reply(200, reply.headers, chain) if "/certificate/" in url else reply
    )

    with pytest.raises(EnrollmentFailed, match="another key"):
        here.obtain(here.server.payload("token"))


# ---------------------------------------------------------------- hostile input

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["identifiers", "type", "value", "attObj", "csr", "error"]), inner
        )
    ),
    max_leaves=6,
)


@define
class Customer:
    """Somebody with an account and an order, who then sends anything."""

    here: Place
    key: ec.EllipticCurvePrivateKey = field(factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    kid: str | None = None

    def post(self, url: str, payload: bytes) -> Reply:
        nonce = self.here.send("HEAD", f"https://{HOST}/acme/new-nonce", {}, b"")
        protected = jose.Protected(
            nonce=nonce.headers["replay-nonce"],
            url=url,
            jwk=None if self.kid else jose.Jwk.of(self.key.public_key()),
            kid=self.kid,
        )
        body = jose.sign_request(payload, protected=protected, key=self.key)
        return self.here.send("POST", url, {"content-type": jose.CONTENT_TYPE}, body)

    def order(self) -> acme.Order:
        self.kid = self.post(f"https://{HOST}/acme/new-account", b"{}").headers["location"]
        secret = self.here.server.issuing.promise("token")
        asked = acme.NewOrder(acme.Identifier(secret)).to_json()
        return acme.Order.from_json(self.post(f"https://{HOST}/acme/new-order", asked).body)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()), st.booleans())
def test_nothing_signed_gets_an_identity_by_chance(payload: bytes, attests: bool) -> None:
    here = acme_place(apple=APPLE if attests else None)
    customer = Customer(here)
    order = customer.order()
    task = order.authorizations[0].replace("authorization", "challenge")
    urls = [f"https://{HOST}/acme/{name}" for name in ("new-account", "new-order")]
    urls += [*order.authorizations, task, order.finalize, order.finalize[: -len("/finalize")]]

    replies = [customer.post(url, payload) for url in urls]

    assert all(200 <= reply.status < 500 for reply in replies)
    assert all(reply.headers["replay-nonce"] for reply in replies)
    assert here.server.issuing.certificate_of("token") is None


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200))
def test_whatever_is_sent_unsigned_is_refused(body: bytes) -> None:
    here = acme_place()

    reply = here.send(
        "POST", f"https://{HOST}/acme/new-order", {"content-type": jose.CONTENT_TYPE}, body
    )

    assert reply.status == 400
    assert reply.headers["content-type"].startswith("application/problem+json")


def test_an_order_is_nobody_elses() -> None:
    here = acme_place()
    order = Customer(here).order()
    other = Customer(here)
    other.order()

    reply = other.post(order.finalize, b"{}")

    assert reply.status == 404
