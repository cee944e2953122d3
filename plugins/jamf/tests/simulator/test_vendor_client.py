"""The vendor's own client, unmodified, lists the simulated fleet over a real socket."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager

import pytest
import uvicorn
from jamf_pro_sdk import ApiClientCredentialsProvider, JamfProClient, SessionConfig
from jamf_pro_sdk.clients.pro_api.pagination import FilterField, SortField
from plugins.jamf.tests.simulator.place import opened, settled

from ueapi.rehearsal.serving import listening

pytestmark = pytest.mark.loopback


@contextmanager
def served(client):
    with listening(0) as listener:
        listener.listen(64)
        config = uvicorn.Config(
            client.simulator.app, log_level="error", lifespan="off", access_log=False, ws="none"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        settings = client.place.settings
        session = SessionConfig(scheme="http", timeout=30, return_exceptions=False)
        sdk = JamfProClient(
            server="127.0.0.1",
            port=listener.getsockname()[1],
            credentials=ApiClientCredentialsProvider(
                settings["client_id"], settings["client_secret"]
            ),
            session_config=session,
        )
        sdk.session.trust_env = False
        try:
            yield sdk
        finally:
            sdk.session.close()
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def fleet():
    client = settled()
    with served(client) as sdk:
        yield client, sdk


@pytest.fixture(scope="module")
def crowd():
    client = opened(users=1)
    client.simulator.populate(1050, 3)
    with served(client) as sdk:
        yield sdk


def test_the_whole_fleet_is_listed_with_its_ownership_types(fleet):
    client, sdk = fleet

    found = sdk.pro_api.get_mobile_device_inventory_v2(sections=["GENERAL", "USER_AND_LOCATION"])

    ours = client.devices(section=["GENERAL", "USER_AND_LOCATION"])
    assert [d.mobileDeviceId for d in found] == [row["mobileDeviceId"] for row in ours]
    kinds = Counter(d.general.deviceOwnershipType.value for d in found)
    assert kinds == Counter(row["general"]["deviceOwnershipType"] for row in ours)
    assert kinds["AccountDrivenUserEnrollment"] > 0
    assert all(d.userAndLocation.username for d in found)


def test_all_sections_are_understood(fleet):
    _, sdk = fleet

    found = sdk.pro_api.get_mobile_device_inventory_v2(sections=["ALL"])

    assert found
    assert all(d.hardware is not None and d.security is not None for d in found)


def test_pages_fetched_at_the_same_time_join_without_loss(crowd):
    found = crowd.pro_api.get_mobile_device_inventory_v2(page_size=100)

    assert len(found) == len({d.mobileDeviceId for d in found}) == 1050


def test_the_total_comes_with_each_page(crowd):
    pages = list(crowd.pro_api.get_mobile_device_inventory_v2(page_size=500, return_generator=True))

    assert [(p.page, p.page_count, p.total_count) for p in pages] == [
        (0, 500, 1050),
        (1, 500, 1050),
        (2, 50, 1050),
    ]


def test_its_order_and_its_filters_are_obeyed(crowd):
    order = SortField("osVersion").desc() & SortField("mobileDeviceId").asc()
    wanted = FilterField("osVersion").is_in(["26.1", "27.0"]) & FilterField("managed").eq("true")

    found = crowd.pro_api.get_mobile_device_inventory_v2(
        page_size=200, sort_expression=order, filter_expression=wanted
    )

    seen = [(d.general.osVersion, int(d.mobileDeviceId)) for d in found]
    assert {version for version, _ in seen} == {"26.1", "27.0"}
    assert seen == sorted(seen, key=lambda pair: (-float(pair[0]), pair[1]))


def test_its_classic_half_reads_the_simulated_classic_lists(fleet):
    _client, sdk = fleet

    found = sdk.classic_api_request("get", "usergroups").json()

    assert found["user_groups"]
    assert {"id", "name", "is_smart"} <= found["user_groups"][0].keys()
    assert isinstance(found["user_groups"][0]["id"], int)
