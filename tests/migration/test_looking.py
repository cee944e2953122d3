"""Promises of watching people move: what is known of the time a phone left, and what looking costs."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from ueapi.migration import looking
from ueapi.migration.documents import Policy
from ueapi.migration.ledger import Ledger
from ueapi.migration.looking import QUIET_PAUSE
from ueapi.migration.rehearse import Rehearsal
from ueapi.migration.rows import DeviceState
from ueapi.plugins import Registry
from ueapi.rehearsal.fleet import Habit, Mix

LISTING = "/api/v2/mobile-devices/detail"
MANY_IGNORE_MAIL = Mix(habits={Habit.IGNORES_MAIL: 0.4}, odd=0.0)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rehearsal, Path]:
    """A move from a product that doesn't say when an enrollment ended."""
    folder = tmp_path_factory.mktemp("moved")
    rehearsal = Rehearsal.of(
        Registry.installed(),
        source="jamf",
        target="hexnode",
        users=10,
        seed=5,
        mix=MANY_IGNORE_MAIL,
    )
    for _ in rehearsal.apply(rehearsal.plan(*rehearsal.snapshots()), folder):
        pass
    return rehearsal, folder / "move.db"


def test_a_phone_is_taken_to_be_at_work_as_long_as_its_old_product_heard_of_it(
    moved: tuple[Rehearsal, Path],
) -> None:
    rehearsal, path = moved
    with Ledger(f"sqlite:///{path}", may_write=False) as ledger:
        rows = [row for row in ledger.devices() if row.left_at]

    there = {device.id: device for device in rehearsal.old.devices.list()}

    assert rows
    for row in rows:
        device = there[row.source_id]
        assert device.enrollment.ended is None
        assert device.last_seen is not None
        assert row.left_at is not None
        assert row.left_at >= device.last_seen - timedelta(seconds=1)


def test_the_source_is_listed_seldom_while_nobody_is_expected(
    moved: tuple[Rehearsal, Path],
) -> None:
    rehearsal, _ = moved
    listed = [e.at for e in rehearsal.source.simulator.log.entries if e.route == LISTING]

    pairs = pairwise(listed)
    nightly = [later - earlier for earlier, later in pairs if earlier.hour >= 20 or later.hour < 4]

    assert len(nightly) > 30
    assert min(nightly) >= QUIET_PAUSE


@pytest.mark.parametrize("users", [2, 3])
@pytest.mark.parametrize("is_listed", ["at the usual pace", "only before a wave closes"])
def test_a_move_does_not_end_before_the_last_old_licenses_are_released(
    is_listed: str, users: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_listed == "only before a wave closes":
        for name in ("SOURCE_PAUSE", "HIDDEN_PAUSE", "QUIET_PAUSE"):
            monkeypatch.setattr(looking, name, timedelta(days=99))
    rehearsal = Rehearsal.of(
        Registry.installed(), source="jamf", target="hexnode", users=users, seed=7
    )

    for _ in rehearsal.apply(rehearsal.plan(*rehearsal.snapshots()), tmp_path):
        pass

    with Ledger(f"sqlite:///{tmp_path / 'move.db'}", may_write=False) as ledger:
        arrived = {r.person for r in ledger.devices() if r.state is DeviceState.VERIFIED}
        assert arrived
        assert all(ledger.outcome(f"release:{person}") == "released" for person in arrived)


def test_who_was_just_asked_is_still_taken_care_of_when_every_wave_is_closed(
    tmp_path: Path,
) -> None:
    rehearsal = Rehearsal.of(
        Registry.installed(),
        source="jamf",
        target="hexnode",
        users=4,
        seed=7,
        mix=Mix(habits={}, odd=0.0),
    )
    plan = rehearsal.plan(*rehearsal.snapshots(), Policy(close_after=0.25))

    events = list(rehearsal.apply(plan, tmp_path))

    kinds = [event.kind for event in events]
    assert kinds.index("closed") < kinds.index("verified")
    assert rehearsal.report(tmp_path).users.moved == kinds.count("verified") > 0
