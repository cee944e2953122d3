"""A crowd for measuring: pages are cut from a kept order, not sorted anew for each request."""

from __future__ import annotations

import time

import pytest
from plugins.jamf.tests.simulator.place import opened

LIST = "/api/v2/mobile-devices/detail"


@pytest.mark.slow
def test_a_page_of_a_thousand_out_of_many_is_rendered_quickly():
    client = opened(users=1)
    client.simulator.populate(50_000, 3)
    client.get(LIST, page_size=1000)

    started = time.perf_counter()
    for page in range(5):
        rows = client.rows(
            LIST, page=page, page_size=1000, section=["GENERAL", "HARDWARE", "USER_AND_LOCATION"]
        )
        assert len(rows) == 1000
    each = (time.perf_counter() - started) / 5

    # Generous, since machines differ; sorting 50,000 rows per request would take several times as long.
    assert each < 0.3


def test_the_same_seed_makes_the_same_crowd():
    one, two, other = (opened(users=1) for _ in range(3))
    one.simulator.populate(50, 3)
    two.simulator.populate(50, 3)
    other.simulator.populate(50, 4)

    assert one.devices() == two.devices()
    assert one.devices() != other.devices()
