"""Move a large fleet in each direction between the products, and see that every move balances.

    python -m tools.soak_directions --users 500 --seed 7
    python -m tools.soak_directions --users 500 --seed 7 --only jamf:maas360

Each direction runs in a process of its own, so that its peak of memory is its own. A line for each tells people, wall
time, requests, the time without work and memory. A broken promise is printed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.acceptance.directions import DIRECTIONS, Moved, broken, moved

Row = Mapping[str, str | float | None]

COMMAND = "tools.soak_directions"
KIBIBYTES = 1024
COLUMNS = (
    ("direction", "<22"),
    ("moved", ">6"),
    ("waiting", ">8"),
    ("excluded", ">9"),
    ("failed", ">7"),
    ("wall s", ">7"),
    ("source calls", ">13"),
    ("target calls", ">13"),
    ("gap p50", ">8"),
    ("gap p95", ">8"),
    ("MB", ">5"),
)


def soak(options: argparse.Namespace) -> int:
    """Move in each direction; 1 when a promise is broken."""
    wanted = [tuple(each.split(":")) for each in options.only] or DIRECTIONS
    print("".join(f"{name:{form}}" for name, form in COLUMNS))
    problems: list[str] = []
    for source, target in wanted:
        row, found = in_a_process(source, target, options)
        print("".join(f"{row.get(name) or 0:{form}}" for name, form in COLUMNS))
        problems += [f"{source} to {target}: {each}" for each in found]
    for sentence in problems:
        print(f"BROKEN: {sentence}")
    if problems:
        print(f"FAILED with --users {options.users} --seed {options.seed}")
    return 1 if problems else 0


def in_a_process(source: str, target: str, options: argparse.Namespace) -> tuple[Row, list[str]]:
    """One direction in a fresh interpreter; what its process says at its end is the row, and what is broken."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", COMMAND, "--one", f"{source}:{target}"),
            *("--users", str(options.users), "--seed", str(options.seed)),
            *("--out", str(options.out)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        return {"direction": f"{source} to {target}"}, [f"it ended early: {last}"]
    row, problems = json.loads(done.stdout.splitlines()[-1])
    return row, problems


def one(options: argparse.Namespace) -> int:
    """Move in one direction and print its row as JSON."""
    source, target = options.one.split(":")
    begin = time.monotonic()
    found = moved(
        source,
        target,
        options.out / f"{source}-{target}",
        users=options.users,
        seed=options.seed,
    )
    spent = time.monotonic() - begin
    print(json.dumps([{"wall s": round(spent), **row_of(found)}, broken(found)]))
    return 0


def row_of(found: Moved) -> Row:
    """What the table says about a move."""
    users, gap = found.report.users, found.report.gap_minutes
    calls = {side: sum(made.values()) for side, made in found.report.calls.items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIBIBYTES
    return {
        "direction": f"{found.plan.source.backend} to {found.plan.target.backend}",
        "moved": users.moved,
        "waiting": users.waiting,
        "excluded": users.excluded,
        "failed": users.failed,
        "source calls": calls.get("old", 0),
        "target calls": calls.get("new", 0),
        "gap p50": gap.p50,
        "gap p95": gap.p95,
        "MB": peak,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak in all directions, or in those named."""
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--only", action="append", default=[], metavar="SOURCE:TARGET", help="this direction"
    )
    parser.add_argument("--one", metavar="SOURCE:TARGET", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=Path("build/soak-directions"))
    options = parser.parse_args(arguments)
    return one(options) if options.one else soak(options)


if __name__ == "__main__":
    sys.exit(main())
