"""Under every named trouble a move ends as it would have ended: nobody is lost, nothing is done twice."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ueapi.errors import UsageError
from ueapi.migration.rehearse import Rehearsal
from ueapi.migration.reporting import Report
from ueapi.plugins import Registry
from ueapi.rehearsal.faults import Fault, Faulty
from ueapi.rehearsal.scenarios import SCENARIOS
from ueapi_hexnode.simulator.server import HexnodeSimulator
from ueapi_jamf.simulator.simulator import JamfSimulator

USERS = 10
SEED = 5


@cache
def played(name: str | None) -> tuple[Rehearsal, Report, Counter[str]]:
    rehearsal = Rehearsal.of(
        Registry.installed(),
        source="jamf",
        target="hexnode",
        users=USERS,
        seed=SEED,
        scenario=name,
    )
    plan = rehearsal.plan(*rehearsal.snapshots())
    with TemporaryDirectory() as folder:
        kinds = Counter(event.kind for event in rehearsal.apply(plan, Path(folder)))
        return rehearsal, rehearsal.report(Path(folder)), kinds


def seats(rehearsal: Rehearsal) -> Counter[str]:
    """Licenses held, by product, whoever holds them."""
    apple = rehearsal.world.apple
    held: Counter[str] = Counter()
    for place in (rehearsal.source, rehearsal.target):
        location = place.server.location
        for app in apple.store_ids(location):
            for person in rehearsal.world.people.values():
                held[place.server.name] += apple.holds(location, app, person.account)
    return held


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_move_ends_as_without_the_trouble(name: str) -> None:
    before, calm, _ = played(None)
    rehearsal, report, _ = played(name)

    assert report.users == calm.users
    assert report.devices == calm.devices
    assert told(report) == told(calm)
    assert seats(rehearsal) == seats(before)
    assert_nothing_twice(rehearsal)


def told(report: Report) -> Counter[str]:
    """Reasons; a sign-in that ended between two looks is no sign-in to whoever looks."""
    found = Counter(report.reasons)
    found["not-signed-in"] += found.pop("signed-out-again", 0)
    return found


def assert_nothing_twice(rehearsal: Rehearsal) -> None:
    hosts = rehearsal.world.network.hosts
    hosts[rehearsal.target.server.host] = rehearsal.target.simulator.app
    target = rehearsal.new
    names: list[list[str | None]] = [
        [u.managed_apple_id.key for u in target.users.list() if u.managed_apple_id],
        [g.name for g in target.groups.list()],
        [p.name for p in target.profiles.list()],
        [a.bundle_id for a in target.apps.list()],
    ]
    for found in names:
        assert max(Counter(found).values()) == 1


def test_the_storm_brings_every_kind_of_trouble_it_promises() -> None:
    rehearsal, _, _ = played("storm")

    seen = Counter[Fault]()
    for line in rehearsal.stage.lines:
        if isinstance(line, Faulty):
            seen += line.seen
    assert set(seen) == {Fault.TOO_MANY, Fault.UNAVAILABLE, Fault.DROPPED_REPLY}


def test_an_edit_by_hand_pauses_the_move_until_the_operator_has_seen_it() -> None:
    _, _, kinds = played("hand-edits")

    assert (kinds["paused"], kinds["resumed"]) == (1, 1)


def test_an_outage_postpones_and_pauses_nothing() -> None:
    _, _, kinds = played("outage")

    assert kinds["postponed"] > 0
    assert kinds["paused"] == 0


@pytest.mark.parametrize("name", [None, "outage", "short-tokens"])
def test_both_products_are_never_asked_faster_than_their_limits(name: str | None) -> None:
    rehearsal, _, _ = played(name)
    source, target = rehearsal.source.simulator, rehearsal.target.simulator
    assert isinstance(source, JamfSimulator)
    assert isinstance(target, HexnodeSimulator)

    limits = (rehearsal.old.limits, rehearsal.new.limits)

    assert source.gauge.peak <= limits[0].concurrency
    assert limits[1].per_minute is not None
    assert target.throttle.peak <= limits[1].per_minute
    assert target.throttle.refused == 0


def test_an_unknown_scenario_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match="cluster-lag"):
        played("earthquake")
