"""How long a rehearsed move of an ordinary company takes: seconds of the wall clock, once, in a process of its own."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from ueapi.migration.documents import Policy
from ueapi.migration.rehearse import Rehearsal
from ueapi.plugins import Registry
from ueapi.rehearsal.fleet import EVERYDAY


def main() -> None:
    """Print seconds, the part of the people who are through, the gap's p95 in minutes, and virtual days."""
    begun = time.perf_counter()
    users, seed = int(sys.argv[1]), int(sys.argv[2])
    rehearsal = Rehearsal.of(
        Registry.installed(), source="jamf", target="hexnode", users=users, seed=seed, mix=EVERYDAY
    )
    plan = rehearsal.plan(*rehearsal.snapshots(), Policy(remind_after=36, escalate_after=96))
    with tempfile.TemporaryDirectory() as folder:
        for _ in rehearsal.apply(plan, Path(folder)):
            pass
        report = rehearsal.report(Path(folder))
    moving = sum(1 for person in plan.people if person.exclusion is None)
    if report.as_of is None or report.started_at is None:
        raise SystemExit("The move was never begun.")
    days = (report.as_of - report.started_at).total_seconds() / 86_400
    seconds = time.perf_counter() - begun
    print(json.dumps([seconds, report.users.moved / moving, report.gap_minutes.p95, days]))


if __name__ == "__main__":
    main()
