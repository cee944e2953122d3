"""Whenever the process of a move dies, and however often, the next one brings the move to the same end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.acceptance.kills.points import Point, chosen
from tests.acceptance.kills.promises import Outcome, broken_promises, look_after
from tests.acceptance.kills.trial import Schedule, carry_out, drawn_kills, movers, world

USERS = 12
SEED = 5
EXITS = 45
SPARE = 3
"""Exits more than must be met: with other timing, something may happen less often."""
KILLS = 5


@pytest.mark.slow
@pytest.mark.loopback
def test_a_move_whose_process_dies_fifty_times_ends_as_if_it_never_had(tmp_path: Path) -> None:
    rng = Random(SEED)
    with movers(tmp_path) as forking:
        with world(tmp_path / "calm", users=USERS, seed=SEED) as place:
            calm_course = carry_out(place, forking)
            calm = Outcome.of(place)
        schedule = Schedule(
            tuple(chosen(calm_course.trace, deaths=EXITS + SPARE, rng=rng)),
            drawn_kills(calm_course.size, deaths=KILLS, rng=rng),
        )

        with world(tmp_path / "killed", users=USERS, seed=SEED) as place:
            course = carry_out(
                place, forking, schedule, look=lambda death: look_after(death, place, calm)
            )
            killed = Outcome.of(place)

            assert broken_promises(calm, killed, course, place) == []

    assert calm.report.users.moved > USERS / 3
    assert len(course.met) >= EXITS
    assert course.killed == KILLS
    assert killed.blind


def test_points_are_chosen_from_every_kind_before_any_kind_comes_twice() -> None:
    trace = [Point("after", f"POST /{kind}", n) for kind in "abcd" for n in range(1, 9)]

    found = chosen(trace, deaths=10, rng=Random(1))

    counts = Counter(point.what for point in found)
    assert sorted(counts.values()) == [2, 2, 3, 3]
    assert found == sorted(found, key=trace.index)


def test_points_around_changes_are_chosen_first() -> None:
    trace = [Point("after", f"GET /{n}", m) for n in range(9) for m in range(1, 9)]
    change = Point("after", "PUT /JSSResource/vppassignments/id/N", 1)

    assert change in chosen([*trace, change], deaths=1, rng=Random(1))


def test_what_may_not_happen_again_is_no_point_to_die_at() -> None:
    rare = [Point("before", "GET /rare", 1)]
    late = [Point("before", "GET /often", n) for n in range(1, 11)]

    found = chosen([*rare, *late], deaths=99, rng=Random(1))

    assert found == late[:6]
