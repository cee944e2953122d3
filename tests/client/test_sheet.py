"""The sheet is asked before any request."""

from __future__ import annotations

import asyncio

import pytest
from tests.client.fake import Product

from ueapi.errors import CapabilityUnsupported, ManualStepRequired
from ueapi.model import ProfileDraft


def test_what_the_product_lacks_costs_no_request():
    product = Product()

    with product.connect() as tenant, pytest.raises(CapabilityUnsupported):
        tenant.groups.list()

    assert product.seen == []


def test_what_a_person_must_do_is_listed_in_order():
    product = Product()

    with product.connect() as tenant, pytest.raises(ManualStepRequired) as caught:
        tenant.profiles.ensure(ProfileDraft(name="Wi-Fi", content=b"<plist/>"))

    assert caught.value.steps == ("Open the console", "Press New")
    assert product.seen == []


def test_an_asynchronous_program_is_refused_as_early():
    product = Product()

    async def run():
        async with product.connect_async() as tenant:
            with pytest.raises(CapabilityUnsupported):
                tenant.groups.list()
            with pytest.raises(CapabilityUnsupported):
                await tenant.devices.get("d1")

    asyncio.run(run())

    assert product.seen == []


def test_translating_needs_no_leave_since_it_sends_nothing():
    with Product().connect() as tenant:
        assert tenant.profiles.translate(b"<plist/>").mappable == b"<plist/>"


def test_a_tenant_tells_what_it_is():
    with Product().connect(name="old") as tenant:
        assert (tenant.name, tenant.backend, tenant.native) == ("old", "fake", "the product's own")
        assert tenant.limits.concurrency == 3
        assert tenant.meter.calls == 0
        assert {user.ref.tenant for user in tenant.users.list()} == {"old"}
        assert (tenant.meter.calls, tenant.meter.changes) == (4, 0)


def test_a_sheet_that_claims_too_much_is_noticed_with_the_backends_name():
    with Product().connect() as tenant, pytest.raises(CapabilityUnsupported) as caught:
        tenant.devices.report("d1")

    assert (caught.value.backend, caught.value.operation) == ("fake", "devices.report")
