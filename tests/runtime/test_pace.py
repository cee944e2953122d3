from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ueapi.contract import Limits
from ueapi.flow import Reply
from ueapi.runtime.hints import Allowance, allowance, wait_asked
from ueapi.runtime.pace import DAY, MINUTE, SLACK, Pace

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
PATIENCE = 600.0


def test_no_known_limit_means_no_wait():
    pace = Pace(Limits())

    assert [pace.book(0.0, patience=PATIENCE) for _ in range(1000)] == [0.0] * 1000


@given(st.lists(st.floats(0, 30), max_size=80), st.integers(1, 9))
def test_no_minute_holds_more_departures_than_allowed(gaps, most):
    pace, now, departures = Pace(Limits(per_minute=most)), 0.0, []

    for gap in gaps:
        now += gap
        now += pace.book(now, patience=1e9)
        departures.append(now)

    for first, beyond in zip(departures, departures[most:], strict=False):
        assert beyond - first >= MINUTE


def test_a_used_up_day_is_told_and_not_booked():
    pace = Pace(Limits(per_day=1))
    pace.book(0.0, patience=PATIENCE)

    waits = [pace.book(10.0, patience=PATIENCE) for _ in range(3)]

    assert waits == [DAY + SLACK - 10.0] * 3
    assert pace.book(DAY + SLACK, patience=PATIENCE) == 0.0


def test_being_turned_away_holds_everyone():
    pace = Pace(Limits())

    pace.hold(5.0, 20.0)

    assert pace.book(10.0, patience=PATIENCE) == 15.0


def test_what_headers_leave_is_not_exceeded_until_the_reset():
    pace = Pace(Limits())

    pace.heed(0.0, Allowance(remaining=2, seconds=30.0))

    assert [pace.book(1.0, patience=PATIENCE) for _ in range(3)] == [0.0, 0.0, 29.0]
    assert pace.book(31.0, patience=PATIENCE) == 0.0


def test_a_late_answer_cannot_raise_what_is_left():
    pace = Pace(Limits())
    pace.heed(0.0, Allowance(remaining=0, seconds=30.0))

    pace.heed(1.0, Allowance(remaining=50, seconds=29.0))

    assert pace.book(2.0, patience=PATIENCE) == 28.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12", 12.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Mon, 02 Nov 2026 12:01:00 GMT", 60.0),
        ("Mon, 02 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("", None),
    ],
)
def test_the_wait_a_product_names_is_read_in_each_form(text, seconds):
    assert wait_asked(Reply(429, {"retry-after": text}), NOON) == seconds


def test_a_reset_may_be_seconds_or_a_time():
    left = {"x-ratelimit-remaining": "3", "x-ratelimit-reset": "9"}
    at = {"ratelimit-remaining": "3", "ratelimit-reset": str(int(NOON.timestamp()) + 9)}

    assert allowance(Reply(200, left), NOON) == allowance(Reply(200, at), NOON)
    assert allowance(Reply(200, {"x-ratelimit-remaining": "3"}), NOON) is None
