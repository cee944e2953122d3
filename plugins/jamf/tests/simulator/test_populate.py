"""A crowd for measuring: pages are cut from a kept order, not sorted anew for each request."""

from __future__ import annotations

import pytest
from plugins.jamf.tests.simulator.place import opened

LIST = "/api/v2/mobile-devices/detail"


@pytest.mark.slow
def test_pages_of_a_thousand_out_of_many_hold_each_device_once():
    client = opened(users=1)
    client.simulator.populate(5_000, 3)

    ids = [
        row["mobileDeviceId"]
        for page in range(5)
        for row in client.rows(
            LIST, page=page, page_size=1000, section=["GENERAL", "HARDWARE", "USER_AND_LOCATION"]
        )
    ]

    assert len(ids) == len(set(ids)) == 5000


def test_the_same_seed_makes_the_same_crowd():
    one, two, other = (opened(users=1) for _ in range(3))
    one.simulator.populate(50, 3)
    two.simulator.populate(50, 3)
    other.simulator.populate(50, 4)

    assert one.devices() == two.devices()
    assert one.devices() != other.devices()
