"""Listings: every row once, in order, and never a wrong one in silence."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from tests.client.fake import Product, page

from ueapi.errors import NotFound, Unintelligible
from ueapi.runtime.events import Event, RowsDropped


def ids(rows):
    return [row.id for row in rows]


async def aids(tenant):
    async with tenant:
        return [row.id async for row in tenant.users.list()]


def test_lists_all_pages_in_order():
    product = Product(people=7)

    with product.connect() as tenant:
        listed = ids(tenant.users.list())

    assert listed == [f"u{n}" for n in range(7)]


def test_blocking_and_asynchronous_programs_see_the_same_and_cost_the_same():
    one, other = Product(), Product()

    with one.connect() as tenant:
        blocking = ids(tenant.users.list())
    asynchronous = asyncio.run(aids(other.connect_async()))

    assert blocking == asynchronous
    assert one.seen == other.seen


def test_asks_for_a_page_only_when_its_rows_are_wanted():
    product = Product()

    with product.connect() as tenant:
        rows = tenant.users.list()
        before = len(product.calls)
        next(rows)

        assert (before, len(product.calls)) == (0, 1)


def test_a_cursor_named_twice_is_an_error_and_not_an_endless_listing():
    product = Product(script=[page(["a"], next="1"), page(["b"], next="1")])

    with product.connect() as tenant, pytest.raises(Unintelligible, match="same next page twice"):
        list(tenant.users.list())


def test_fewer_rows_than_announced_is_an_error_that_says_what_to_do():
    product = Product(script=[page(["a"], total=2)])

    with product.connect() as tenant, pytest.raises(Unintelligible, match="list again"):
        list(tenant.users.list())


def test_a_row_twice_on_one_page_is_listed_once():
    product = Product(script=[page(["a", "b", "a"], next="1", total=3), page(["c"], total=3)])

    with product.connect() as tenant:
        listed = ids(tenant.users.list())

    assert listed == ["a", "b", "c"]


def test_a_row_that_moved_to_the_next_page_is_listed_once_and_reported():
    product = Product(script=[page(["a", "b"], next="1", total=3), page(["b", "c"], total=3)])
    events: list[Event] = []

    with product.connect(observers=[events.append]) as tenant:
        listed = ids(tenant.users.list())

    assert listed == ["a", "b", "c"]
    assert [e.count for e in events if isinstance(e, RowsDropped)] == [1]


def test_html_instead_of_json_is_named_without_its_content():
    html = httpx.Response(200, html="<title>Sign in, noor@example.org</title>")
    product = Product(script=[html])

    with product.connect() as tenant, pytest.raises(Unintelligible) as caught:
        list(tenant.users.list())

    assert "text/html" in str(caught.value)
    assert "noor" not in str(caught.value)


def test_an_answer_larger_than_the_bound_is_not_taken_in():
    product = Product(script=[httpx.Response(200, content=iter([b"x" * 9_000] * 9))])

    with product.connect() as tenant, pytest.raises(Unintelligible, match="larger than 20000"):
        list(tenant.users.list())


def test_an_announced_size_beyond_the_bound_is_refused_early():
    product = Product(script=[httpx.Response(200, content=b"x" * 30_000)])

    with product.connect() as tenant, pytest.raises(Unintelligible, match="larger than 20000"):
        list(tenant.users.list())


def test_json_nested_without_end_is_refused():
    nested = httpx.Response(200, content=b"[" * 5_000, headers={"content-type": "application/json"})
    product = Product(script=[nested])

    with product.connect() as tenant, pytest.raises(Unintelligible, match="nests deeper"):
        list(tenant.users.list())


def test_many_calls_asked_together_come_back_in_order_either_way():
    async def together():
        async with Product().connect_async() as tenant:
            return await tenant.commands.of_device("9")

    with Product().connect() as tenant:
        blocking = tenant.commands.of_device("9")

    assert blocking == asyncio.run(together()) == tuple(str(n) for n in range(9))


def test_the_first_failure_of_calls_asked_together_wins_either_way():
    def script():
        return [None, httpx.Response(404), httpx.Response(403), None]

    async def together():
        async with Product(script=script()).connect_async() as tenant:
            await tenant.commands.of_device("4")

    with Product(script=script()).connect() as tenant, pytest.raises(NotFound):
        tenant.commands.of_device("4")
    with pytest.raises(NotFound):
        asyncio.run(together())
