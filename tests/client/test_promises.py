"""What the runtime promises for every backend: repeating, lost answers, pace, deadlines."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from tests.client.fake import Product, TestClock

from ueapi.errors import (
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    Unintelligible,
    Unreachable,
    UsageError,
)
from ueapi.model import ManagedAppleID
from ueapi.runtime.events import CallDone, Event, Retrying


def refused():
    return httpx.ConnectError("[Errno 111] Connection refused")


def lost():
    return httpx.ReadTimeout("")


def test_a_passing_fault_is_repeated_and_not_noticed():
    clock = TestClock()
    product = Product(script=[httpx.Response(503)])

    with product.connect(clock=clock) as tenant:
        user = tenant.users.get("u1")

    assert user.id == "u1"
    assert len(clock.sleeps) == 1
    assert tenant.meter.by_operation == {"sign-in": 1, "users.get": 2}


def test_the_product_s_own_wait_is_kept_whatever_its_form():
    for answer in (
        httpx.Response(429, headers={"retry-after": "17"}),
        httpx.Response(429, headers={"retry-after": "Mon, 02 Nov 2026 12:00:17 GMT"}),
        httpx.Response(429, json={"seconds": 17}),
    ):
        clock = TestClock()
        product = Product(script=[answer])

        with product.connect(clock=clock) as tenant:
            tenant.users.get("u1")

        assert clock.elapsed == pytest.approx(17)


def test_an_expired_token_told_with_status_200_is_renewed_unseen():
    product = Product(script=[httpx.Response(200, json={"failure": "token"})])

    with product.connect() as tenant:
        user = tenant.users.get("u1")

    assert user.id == "u1"
    assert product.sign_ins == 2


def test_a_limit_told_with_status_200_is_waited_for():
    clock = TestClock()
    product = Product(script=[httpx.Response(200, json={"failure": "busy"})])

    with product.connect(clock=clock) as tenant:
        tenant.users.get("u1")

    assert clock.elapsed == pytest.approx(17)


def test_an_answer_nobody_can_read_is_no_disguised_failure():
    product = Product(script=[httpx.Response(200, text="<html>")])

    with product.connect() as tenant, pytest.raises(Unintelligible):
        tenant.users.get("u1")


def test_a_wait_beyond_the_deadline_is_told_at_once():
    clock = TestClock()
    product = Product(script=[httpx.Response(429, headers={"retry-after": "900"})])

    with product.connect(clock=clock) as tenant, pytest.raises(RateLimited) as caught:
        tenant.users.get("u1")

    assert caught.value.retry_after == 900
    assert clock.sleeps == []


def test_a_lasting_fault_ends_as_unavailable_within_the_deadline():
    clock = TestClock()
    product = Product(script=[httpx.Response(503) for _ in range(50)])

    with product.connect(clock=clock, deadline=3.0) as tenant, pytest.raises(Unavailable):
        tenant.users.get("u1")

    assert clock.elapsed < 3.0


def test_an_unreachable_product_is_named_so_and_nothing_was_changed():
    product = Product(script=[refused() for _ in range(9)])

    with product.connect() as tenant, pytest.raises(Unreachable) as caught:
        tenant.devices.unenroll("d1")

    assert "nothing was changed" in str(caught.value)
    assert len(product.calls) == 5


def test_a_lost_answer_to_a_change_is_not_repeated():
    product = Product(script=[lost()])

    with product.connect() as tenant, pytest.raises(OutcomeUnknown) as caught:
        tenant.devices.unenroll("d1")

    assert caught.value.can_read_back
    assert len(product.calls) == 1


def test_a_lost_answer_to_a_blind_change_says_that_reading_back_is_no_use():
    product = Product(script=[lost()])

    with product.connect() as tenant, pytest.raises(OutcomeUnknown) as caught:
        tenant.enrollments.invite("u1")

    assert not caught.value.can_read_back


def test_a_lost_answer_to_a_read_is_asked_for_again():
    product = Product(script=[lost(), lost()])

    with product.connect() as tenant:
        assert tenant.users.get("u1").id == "u1"


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_fault_on_the_way_of_a_change_leaves_its_outcome_unknown(status):
    product = Product(script=[httpx.Response(status)])

    with product.connect() as tenant, pytest.raises(OutcomeUnknown):
        tenant.devices.unenroll("d1")

    assert len(product.calls) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_change_that_was_turned_away_for_a_time_is_sent_again(status):
    product = Product(script=[httpx.Response(status, headers={"retry-after": "2"})])

    with product.connect() as tenant:
        tenant.devices.unenroll("d1")

    assert len(product.calls) == 2


def test_an_answer_too_large_to_a_change_leaves_its_outcome_unknown():
    product = Product(script=[httpx.Response(200, content=b"x" * 30_000)])

    with product.connect() as tenant, pytest.raises(OutcomeUnknown):
        tenant.devices.unenroll("d1")


def test_an_adapter_can_catch_an_error_inside_its_flow():
    product = Product(script=[httpx.Response(404)])

    with product.connect() as tenant:
        assert tenant.users.find(ManagedAppleID("noor@example.org")) is None


def test_an_error_says_where_it_happened():
    product = Product(script=[httpx.Response(404)])

    with product.connect() as tenant, pytest.raises(NotFound) as caught:
        tenant.users.get("u1")

    assert (caught.value.backend, caught.value.operation) == ("fake", "users.get")


def test_a_redirect_to_another_host_is_not_followed():
    elsewhere = httpx.Response(302, headers={"location": "https://evil.example.org/users"})
    product = Product(script=[elsewhere])

    with product.connect() as tenant, pytest.raises(Unintelligible, match=r"evil\.example\.org"):
        tenant.users.get("u1")

    assert len(product.calls) == 1


def test_a_reply_that_does_not_fit_is_named_without_its_content():
    product = Product(script=[httpx.Response(200, json={"id": {"secret-content": 1}})])

    with product.connect() as tenant, pytest.raises(Unintelligible) as caught:
        tenant.users.get("u1")

    assert "secret-content" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("user_id", ["", ".", "..", " "])
def test_an_empty_id_or_a_path_step_is_never_sent(user_id):
    product = Product()

    with product.connect() as tenant, pytest.raises(UsageError):
        tenant.users.get(user_id)

    assert product.calls == []


def test_an_id_cannot_leave_its_place_in_the_path():
    product = Product()

    with product.connect() as tenant:
        tenant.users.get("../token?x=1")

    assert product.calls == ["GET /users/..%2Ftoken%3Fx%3D1"]


def test_a_closed_tenant_says_so():
    tenant = Product().connect()
    tenant.close()

    with pytest.raises(UsageError, match="closed"):
        tenant.users.get("u1")


def test_watchers_see_each_call_and_each_repetition():
    events: list[Event] = []
    product = Product(script=[httpx.Response(503, headers={"x-request-id": "r-1"})])

    with product.connect(observers=[events.append]) as tenant:
        tenant.users.get("u1")

    done = [(e.path, e.status, e.attempt) for e in events if isinstance(e, CallDone)]
    assert done == [("/token", 200, 1), ("/users/{id}", 503, 1), ("/users/{id}", 200, 2)]
    assert [e.reason for e in events if isinstance(e, Retrying)] == ["Unavailable"]


def test_a_watcher_that_raises_is_dropped_and_harms_nobody(caplog):
    seen = []

    def broken(event):
        seen.append(event)
        raise RuntimeError("of noor@example.org")

    with Product().connect(observers=[broken]) as tenant:
        tenant.users.get("u1")

    assert len(seen) == 1
    assert "RuntimeError" in caplog.text
    assert "noor" not in caplog.text


def test_a_refused_content_is_not_repeated():
    product = Product(script=[httpx.Response(400, content=b"name is missing")])

    with product.connect() as tenant, pytest.raises(Rejected) as caught:
        tenant.users.get("u1")

    assert caught.value.problems == ("name is missing",)
    assert len(product.calls) == 1


def test_cancelling_gives_back_what_is_held():
    class Stuck(httpx.AsyncBaseTransport):
        def __init__(self, product):
            self.product, self.stuck = product, True

        async def handle_async_request(self, request):
            if request.url.path != "/token" and self.stuck:
                await asyncio.Event().wait()
            await request.aread()
            return self.product(request)

    async def cancel_and_go_on():
        transport = Stuck(Product())
        async with Product().connect_async(transport=transport, size=1) as tenant:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(tenant.users.get("u1"), 0.01)
            transport.stuck = False
            return await tenant.users.get("u2")

    assert asyncio.run(cancel_and_go_on()).id == "u2"
