"""A tenant keeps to the product's limits by itself, and says so when that takes too long."""

from __future__ import annotations

import uuid

import pytest
from tests.client.fake import Product, TestClock

from ueapi.errors import RateLimited
from ueapi.runtime.events import Event, Slowed


def test_calls_beyond_the_minute_wait_for_their_turn_and_that_is_no_ones_fault():
    clock = TestClock()
    events: list[Event] = []
    product = Product()

    with product.connect(
        clock=clock, per_minute=4, deadline=5, observers=[events.append]
    ) as tenant:
        for number in range(10):
            tenant.users.get(f"u{number}")

    assert len(product.calls) == 10
    assert 120 <= clock.elapsed < 125
    assert len([event for event in events if isinstance(event, Slowed)]) == 2


def test_a_used_up_day_is_an_error_with_the_time_to_go_on():
    product = Product()

    with product.connect(per_day=2) as tenant:
        tenant.users.get("u1")
        with pytest.raises(RateLimited, match="allowance is used up") as caught:
            tenant.users.get("u2")

    assert caught.value.retry_after == pytest.approx(86_400, abs=5)
    assert len(product.calls) == 1


def test_two_connections_to_one_tenant_share_its_limits():
    url = f"https://{uuid.uuid4()}.example.org"
    one, other = (Product().connect(clock=None, url=url, per_day=2) for _ in range(2))

    with one, other:
        one.users.get("u1")
        with pytest.raises(RateLimited):
            other.users.get("u2")
