"""An address where nobody ever answered is given up soon; one that did answer is worth waiting for."""

from __future__ import annotations

import httpx
import pytest
from tests.client.fake import Product, TestClock

from ueapi.errors import Unreachable
from ueapi.runtime.exchange import FIRST_CONTACT
from ueapi.runtime.transport import CONNECT_TIMEOUT


class Silent(httpx.BaseTransport):
    """Answers a number of calls through another transport, and then no longer."""

    def __init__(self, clock: TestClock, answers: int) -> None:
        self.clock = clock
        self.answers = answers

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.answers:
            self.answers -= 1
            return httpx.Response(200, json={"token": "t", "id": "u1"})
        self.clock.sleep(CONNECT_TIMEOUT)
        raise httpx.ConnectTimeout("timed out", request=request)


def waited(answers: int) -> float:
    clock = TestClock()
    tenant = Product().connect(transport=Silent(clock, answers), clock=clock)
    with tenant, pytest.raises(Unreachable, match="no connection in time"):
        tenant.users.get("u1")
    return clock.elapsed


def test_an_address_that_never_answers_is_given_up_soon() -> None:
    assert waited(answers=0) <= FIRST_CONTACT + CONNECT_TIMEOUT


def test_a_product_that_answered_before_is_tried_for_longer() -> None:
    assert waited(answers=1) > FIRST_CONTACT + CONNECT_TIMEOUT
