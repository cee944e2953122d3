from __future__ import annotations

import random

import httpx
import pytest

from tests.rehearsal.scene import ANNE, BYOD, scene
from ueapi.rehearsal.faults import Fault, FaultRates, Faulty

URL = "https://tiny.example.org/things"


def faulty(**rates):
    here = scene()
    line = Faulty(here.product.app, random.Random(5), FaultRates(**rates))
    here.phone.network.hosts["tiny.example.org"] = line
    return here, line


def test_nothing_happens_unless_asked_for():
    here, line = faulty()

    replies = [here.phone.network.send("POST", URL, {}, b"") for _ in range(20)]

    assert {r.status for r in replies} == {200}
    assert not line.seen


@pytest.mark.parametrize(
    ("rate", "status"), [("too_many", 429), ("unavailable", 503), ("page", 502)]
)
def test_a_refusal_changes_nothing(rate, status):
    here, _ = faulty(**{rate: 1.0})

    reply = here.phone.network.send("POST", URL, {}, b"")

    assert reply.status == status
    assert here.product.writes == 0


def test_a_429_says_how_long_to_wait():
    here, _ = faulty(too_many=1.0)

    assert here.phone.network.send("GET", URL, {}, b"").headers["retry-after"] == "2"


def test_after_a_dropped_reply_the_write_has_happened():
    here, line = faulty(dropped_reply=1.0)

    with pytest.raises(httpx.ReadError):
        here.phone.network.send("POST", URL, {}, b"")

    assert here.product.writes == 1
    assert line.seen[Fault.DROPPED_REPLY] == 1


def test_repeating_once_gets_through():
    here, _ = faulty(unavailable=1.0)

    statuses = [here.phone.network.send("GET", URL, {}, b"").status for _ in range(4)]

    assert statuses == [503, 200, 503, 200]


def test_phones_are_spared():
    here, _ = faulty(unavailable=1.0)

    here.enroll(ANNE, BYOD)

    assert here.phone.is_enrolled


def test_rates_that_are_no_parts_are_refused():
    with pytest.raises(ValueError, match="parts"):
        FaultRates(page=0.7, too_many=0.7)
