"""Signing in: once for all who wait, renewed in time, and never hammering a refusing product."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.client.fake import Product, TestClock

from ueapi.errors import CredentialsRejected
from ueapi.runtime.events import Event, SignedIn


def test_a_token_that_expires_in_mid_listing_is_renewed_once():
    product = Product(expire_before_page="1")

    with product.connect() as tenant:
        listed = [user.id for user in tenant.users.list()]

    assert len(listed) == 7
    assert product.sign_ins == 2


def test_a_token_is_renewed_before_its_end():
    clock = TestClock()
    product = Product()
    with product.connect(clock=clock) as tenant:
        tenant.users.get("u1")

        clock.elapsed += 9 * 60 - 1
        tenant.users.get("u1")
        before = product.sign_ins
        clock.elapsed += 2
        tenant.users.get("u1")

    assert (before, product.sign_ins) == (1, 2)


def test_threads_share_one_renewal():
    product = Product()
    together = threading.Barrier(6)

    with product.connect(size=6) as tenant, ThreadPoolExecutor(6) as pool:

        def get(number):
            together.wait()
            return tenant.users.get(f"u{number}").id

        tenant.users.get("u0")
        product.good = "revoked by the product"
        got = sorted(pool.map(get, range(6)))

    assert got == [f"u{n}" for n in range(6)]
    assert product.sign_ins == 2


def test_tasks_share_one_renewal():
    product = Product()

    async def all_at_once():
        async with product.connect_async(size=6) as tenant:
            await tenant.users.get("u0")
            product.good = "revoked by the product"
            return await asyncio.gather(*(tenant.users.get(f"u{n}") for n in range(6)))

    users = asyncio.run(all_at_once())

    assert [user.id for user in users] == [f"u{n}" for n in range(6)]
    assert product.sign_ins == 2


def test_a_wrong_secret_is_rejected_after_one_attempt():
    product = Product()

    with product.connect(secret="wrong-secret") as tenant, pytest.raises(CredentialsRejected):
        tenant.users.get("u1")

    assert len(product.seen) == 1


def test_a_rejection_is_remembered_for_a_while_so_that_no_account_is_locked():
    clock = TestClock()
    product = Product()

    with product.connect(secret="wrong-secret", clock=clock) as tenant:
        for _ in range(3):
            with pytest.raises(CredentialsRejected):
                tenant.users.get("u1")
        at_first = len(product.seen)
        clock.elapsed += 31
        with pytest.raises(CredentialsRejected):
            tenant.users.get("u1")

    assert (at_first, len(product.seen)) == (1, 2)


def test_tasks_that_wait_share_a_rejection():
    product = Product()

    async def all_at_once():
        async with product.connect_async(secret="wrong-secret") as tenant:
            asked = (tenant.users.get(f"u{n}") for n in range(6))
            return await asyncio.gather(*asked, return_exceptions=True)

    outcomes = asyncio.run(all_at_once())

    assert all(isinstance(outcome, CredentialsRejected) for outcome in outcomes)
    assert len(product.seen) == 1


def test_a_second_refusal_after_renewal_is_final():
    product = Product(script=[httpx.Response(401), httpx.Response(401)])

    with product.connect() as tenant, pytest.raises(CredentialsRejected):
        tenant.users.get("u1")

    assert product.sign_ins == 2
    assert len(product.calls) == 2


def test_a_check_signs_in_and_lists_once():
    product = Product()
    events: list[Event] = []

    with product.connect(observers=[events.append]) as tenant:
        found = tenant.check()

    assert (found.operation, found.total) == ("users.list", 7)
    assert product.seen == ["POST /token", "GET /users"]
    assert [e.lifetime for e in events if isinstance(e, SignedIn)] == [600.0]
