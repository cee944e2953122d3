"""The backend and its simulator, driven as a customer drives them."""

from __future__ import annotations

import pytest
from attrs import define

from ueapi.rehearsal.wire import Application, Message, Receive, Send
from ueapi.testing import Harness
from ueapi.testing.harness import plain


@pytest.fixture
def harness() -> Harness:
    return Harness.build("maas360", users=30)


@define
class InJson:
    """Has the product answer in JSON, whatever is asked for."""

    product: Application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = [(k, b"application/json" if k == b"accept" else v) for k, v in scope["headers"]]
        await self.product({**scope, "headers": headers}, receive, send)


def signings(harness: Harness) -> list[str]:
    return [
        e.path.split("/")[4]
        for e in harness.simulator.log.entries
        if e.path.startswith("/auth-apis")
    ]


def test_both_formats_of_a_whole_account_are_the_same_objects(harness):
    def everything():
        tenant = harness.connect()
        groups = [tenant.groups.get(group) for group in tenant.groups.list()]
        devices = list(tenant.devices.list())
        alone = [tenant.devices.get(device.id) for device in devices[:5]]
        reports = [tenant.devices.report(device.id).model_dump() for device in devices[:5]]
        for report in reports:
            del report["device"]["origin"]["read_at"]
        return plain([*tenant.users.list(), *groups, *devices, *alone]), reports

    in_xml = everything()
    hosts, host = harness.world.network.hosts, harness.place.server.host
    hosts[host] = InJson(hosts[host])
    in_json = everything()

    assert in_json == in_xml
    assert in_xml[0]


def test_a_days_work_signs_in_once_and_then_refreshes(harness):
    for _ in range(12):
        list(harness.tenant.devices.list())
        harness.pass_time(hours=2)

    assert signings(harness) == ["authenticate"] + ["refreshToken"] * 11
    assert not [e for e in harness.simulator.log.entries if e.status >= 400]


def test_revoked_tokens_are_replaced_unnoticed(harness):
    before = plain(harness.tenant.devices.list())
    harness.simulator.revoke_credentials()

    assert plain(harness.tenant.devices.list()) == before
    assert signings(harness) == ["authenticate", "refreshToken", "authenticate"]


def test_the_limit_is_waited_for_and_never_hit(harness):
    throttle = harness.simulator.throttle
    throttle.limit, throttle.window = 5, 600.0
    started = harness.world.clock.now()

    for _ in range(12):
        list(harness.tenant.devices.list())

    assert throttle.refused == 0
    assert (harness.world.clock.now() - started).total_seconds() >= 600


@pytest.mark.parametrize("status", [400, 409, 429, 503])
def test_a_limit_used_up_by_somebody_else_is_waited_for(harness, status):
    list(harness.tenant.devices.list())
    throttle = harness.simulator.throttle
    throttle.refused_status, throttle.window = status, 60.0
    throttle.limit = 0
    harness.world.clock.after(30.0, lambda: setattr(throttle, "limit", 1000))

    assert list(harness.tenant.devices.list())
    assert throttle.refused


def test_no_listing_costs_more_calls_than_it_has_pages(harness):
    list(harness.tenant.users.list())
    list(harness.tenant.devices.list())
    list(harness.tenant.groups.list())

    assert len(harness.simulator.log.entries) == 1 + 3
