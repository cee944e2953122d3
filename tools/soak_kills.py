"""Kill the process of a move again and again, and compare what the move comes to with one that nobody killed.

    python -m tools.soak_kills --kills 1000 --users 200 --seed 7
    python -m tools.soak_kills --kills 1000 --users 200 --seed 7 --only 412

Nine of ten deaths are exits at points of the code that the seed chooses: around requests, messages to people and
transactions of the ledger. They are numbered in the order of the unkilled move and can be replayed one at a time with
`--only`. The rest are SIGKILLs from outside; their moment depends on the machine, too. The first promise that is broken
ends it: the seed and the death are printed, the ledger is kept in the folder, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from math import ceil
from pathlib import Path
from random import Random

from attrs import define, field
from tests.acceptance.kills.points import Point, chosen
from tests.acceptance.kills.promises import Outcome, broken_promises, dropped, look_after
from tests.acceptance.kills.trial import (
    Broken,
    Course,
    Death,
    Movers,
    Schedule,
    carry_out,
    drawn_kills,
    movers,
    world,
)

SIGKILLS = 0.1
"""Part of the deaths that come from outside."""
SCHEDULE = "deaths.txt"
"""File with the deaths by number."""
SPARE = 1.08
"""Exits that are planned for each that is wanted: with other timing, some things happen less often."""
COMMAND = "python -m tools.soak_kills"
EVERY = 5.0
"""Seconds between two lines of progress."""


@define
class Progress:
    """A line now and then."""

    planned: int
    look: Callable[[Death], None]
    last: Death | None = None
    _begun: float = field(factory=time.monotonic)
    _told: float = 0.0

    def __call__(self, death: Death) -> None:
        self.last = death
        now = time.monotonic()
        if now - self._told >= EVERY:
            self._told = now
            spent = now - self._begun
            print(
                f"{death.number} of {self.planned} deaths, {spent:.0f} s; the last was {death.by}"
            )
        self.look(death)


def soak(options: argparse.Namespace) -> int:
    """Move everyone twice; 1 when a promise is broken."""
    begin = time.monotonic()
    with movers(options.out) as forking:
        calm, schedule = unkilled(options, forking)
        print(f"the unkilled move: {calm.report.users.moved} people moved, {spent(begin)}")
        lines = (f"{n} {death}\n" for n, death in enumerate(schedule.numbered, start=1))
        (options.out / SCHEDULE).write_text("".join(lines))
        if options.only:
            schedule = schedule.only(options.only)
        with world(options.out / "killed", users=options.users, seed=options.seed) as place:
            watch = Progress(len(schedule.numbered), lambda death: look_after(death, place, calm))
            try:
                course = carry_out(place, forking, schedule, look=watch)
                killed = Outcome.of(place)
                broken = broken_promises(calm, killed, course, place)
            except Broken as problem:
                return failed(options, schedule, watch.last, [str(problem)])
    print(summary(calm, killed, course, schedule))
    print(f"took {spent(begin)}")
    return failed(options, schedule, None, broken) if broken else 0


def unkilled(options: argparse.Namespace, forking: Movers) -> tuple[Outcome, Schedule]:
    """The move as it should be, and the moments to die at in the next one."""
    rng = Random(options.seed)
    with world(options.out / "calm", users=options.users, seed=options.seed) as place:
        course = carry_out(place, forking)
        kills = round(options.kills * SIGKILLS)
        exits = ceil((options.kills - kills) * SPARE)
        points = chosen(course.trace, deaths=exits, rng=rng)
        moments = drawn_kills(course.size, deaths=kills, rng=rng)
        return Outcome.of(place), Schedule(tuple(points), moments)


def summary(calm: Outcome, killed: Outcome, course: Course, schedule: Schedule) -> str:
    """What was survived, and what it cost."""
    exits, kills = len(course.met), course.killed
    kinds = Counter(death.by.what for death in course.deaths if isinstance(death.by, Point))
    asked, again = sum(calm.state["asked"].values()), sum(killed.state["asked"].values())
    sent, resent = (sum(sum(s.values()) for s in o.state["made"].values()) for o in (calm, killed))
    return "\n".join(
        (
            f"deaths: {exits + kills} of {len(schedule.numbered)}",
            f"of these {exits} exits at {len(kinds)} kinds of points, and {kills} SIGKILLs",
            f"people: {killed.report.users}; evidence: {killed.report.evidence.entries} entries",
            f"changing requests: {resent}, without deaths {sent}; replies dropped: at most {dropped(course)}",
            f"blind requests: {killed.blind or 'none'}",
            f"messages to people: {again}, without deaths {asked}",
        )
    )


def failed(
    options: argparse.Namespace, schedule: Schedule, last: Death | None, broken: list[str]
) -> int:
    """Say what is broken and how to see it again."""
    for sentence in broken:
        print(f"BROKEN: {sentence}")
    same = f"--kills {options.kills} --users {options.users} --seed {options.seed}"
    print(f"FAILED with {same}; the ledger and logs are in {options.out / 'killed'}")
    number = options.only or "K"
    if last is not None:
        number = options.only or 1 + schedule.numbered.index(last.by)
        print(f"the last was {last}")
    print(f"one alone, by its number in {options.out / SCHEDULE}: {COMMAND} {same} --only {number}")
    return 1


def spent(begin: float) -> str:
    return f"{time.monotonic() - begin:.0f} s"


def main() -> int:
    """Soak, or replay one death."""
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", type=int, metavar="K", help="the K-th death alone, from 1")
    parser.add_argument("--out", type=Path, default=Path("build/soak-kills"))
    return soak(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
