"""An ordinary company moves: some ignore mail, some wait for a security delay, some decline or own an app."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ueapi.migration.documents import Policy
from ueapi.migration.rehearse import Rehearsal
from ueapi.plugins import Registry
from ueapi.rehearsal.fleet import EVERYDAY, Habit

USERS = 150
MOST_DAYS = 21
LEAST_DONE = 0.97
LONGEST_GAP = 45
"""Minutes without work, of the worst twentieth."""


def test_nearly_everyone_is_through_in_three_weeks_and_all_others_have_a_reason(
    tmp_path: Path,
) -> None:
    rehearsal = Rehearsal.of(
        Registry.installed(),
        source="jamf",
        target="hexnode",
        users=USERS,
        seed=7,
        mix=EVERYDAY,
    )
    policy = Policy(remind_after=36, escalate_after=96)
    plan = rehearsal.plan(*rehearsal.snapshots(), policy)
    asked = Counter(e.text for e in rehearsal.apply(plan, tmp_path) if e.kind == "asked")

    report = rehearsal.report(tmp_path)

    moving = sum(1 for person in plan.people if person.exclusion is None)
    assert report.users.moved >= LEAST_DONE * moving
    assert sum(report.reasons.values()) == report.users.total - report.users.moved
    assert report.gap_minutes.p95 is not None
    assert report.gap_minutes.p95 <= LONGEST_GAP
    assert report.started_at is not None
    assert report.as_of is not None
    assert (report.as_of - report.started_at).days < MOST_DAYS
    habits = Counter(p.person.habit for p in rehearsal.world.people.values())
    assert habits[Habit.IGNORES_MAIL] >= 0.07 * USERS
    assert asked["escalate"] > 0
    assert not report.halts
