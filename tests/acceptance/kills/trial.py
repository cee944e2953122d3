"""A whole move whose movers die: who runs them, what is looked at after each death, and what it all came to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Any, Final

from attrs import define, field, frozen

from tests.acceptance.kills.mover import FINISHED, Control
from tests.acceptance.kills.points import DIED, Point, read_trace

TOP: Final = Path(__file__).resolve().parents[3]
LAST_KILL: Final = 0.8
"""Part of the unkilled move's trace after which nobody is killed any more, so that every kill finds its mover."""

Json = Any


class Broken(AssertionError):
    """A promise is not kept; the text says which, and after which death."""


@frozen
class Kill:
    """SIGKILL, as soon as the trace of the whole move is seen to have that many bytes; it may hit anything."""

    size: int

    def __str__(self) -> str:
        return f"SIGKILL at {self.size} bytes of trace"


@frozen
class Death:
    """One death of a mover; numbers begin at 1."""

    number: int
    by: Point | Kill

    def __str__(self) -> str:
        return f"death {self.number}, {self.by}"


@frozen
class Schedule:
    """When movers die."""

    points: tuple[Point, ...] = ()
    kills: tuple[Kill, ...] = ()

    @property
    def numbered(self) -> Sequence[Point | Kill]:
        """All of them: exits in the order of the unkilled move, then kills."""
        return (*self.points, *self.kills)

    def only(self, number: int) -> Schedule:
        """One of them, counted from 1."""
        wanted = self.numbered[number - 1]
        if isinstance(wanted, Kill):
            return Schedule(kills=(wanted,))
        return Schedule(points=(wanted,))


def drawn_kills(size: int, *, deaths: int, rng: Random) -> tuple[Kill, ...]:
    """Moments to kill at, spread over a move with a trace of that many bytes."""
    return tuple(Kill(at) for at in sorted(rng.sample(range(1, int(size * LAST_KILL)), deaths)))


# -- the two processes ------------------------------------------------------------------------------


@contextmanager
def _process(module: str, *words: str, errors: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours, ended with its standard input."""
    command = [sys.executable, "-m", f"tests.acceptance.kills.{module}", *words]
    with (
        errors.open("wb") as log,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=TOP
        ) as process,
    ):
        try:
            yield process
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@define
class World:
    """A served world, seen from outside."""

    control: Control
    work: Json
    """What a mover has to know."""
    trace: Path
    ledger: Path

    def state(self) -> Json:
        return self.control.ask("state")

    def inventory(self) -> Json:
        return self.control.ask("inventory")


@contextmanager
def world(folder: Path, *, users: int, seed: int) -> Iterator[World]:
    """Serve a world, with its plan, ledger and trace in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    plan, ledger, trace = folder / "plan.json", folder / "move.db", folder / "points"
    for old in (*folder.glob("move.db*"), *folder.glob("discovery.list")):
        old.unlink()
    trace.write_bytes(b"")
    words = ("--users", str(users), "--seed", str(seed), "--plan", str(plan))
    errors = folder / "world.log"
    with _process("world_server", *words, errors=errors) as process:
        assert process.stdout
        first = process.stdout.readline()
        if not first:
            raise Broken(f"the world did not start:\n{errors.read_text()[-2000:]}")
        told = json.loads(first)
        work = {**told, "seed": seed, "plan": str(plan), "trace": str(trace)}
        work["ledger"] = f"sqlite:///{ledger}"
        with Control(told["control"]) as control:
            yield World(control, work, trace, ledger)


@define
class Movers:
    """The process that forks movers."""

    process: subprocess.Popen[bytes]
    errors: Path

    def run(self, work: Json) -> int:
        """Let one mover live; the code it ended with, or the negative number of a signal."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(work).encode() + b"\n")
        self.process.stdin.flush()
        return int(self.line())

    def last_words(self) -> str:
        return self.errors.read_text(errors="replace")[-4000:]

    def line(self) -> bytes:
        assert self.process.stdout
        found = self.process.stdout.readline()
        if not found:
            raise Broken(f"the process that forks movers ended:\n{self.last_words()}")
        return found


@contextmanager
def movers(folder: Path) -> Iterator[Movers]:
    """Start the process that forks movers; it serves one world after another."""
    folder.mkdir(parents=True, exist_ok=True)
    errors = folder / "movers.log"
    with _process("mover", errors=errors) as process:
        found = Movers(process, errors)
        found.line()
        yield found


# -- one move ---------------------------------------------------------------------------------------


@frozen
class Course:
    """How a move went, as far as processes go."""

    deaths: tuple[Death, ...]
    size: int
    """Bytes of the trace."""
    trace: tuple[Point, ...] = field(repr=False)

    @property
    def met(self) -> frozenset[Point]:
        return frozenset(d.by for d in self.deaths if isinstance(d.by, Point))

    @property
    def killed(self) -> int:
        return sum(1 for d in self.deaths if isinstance(d.by, Kill))


def carry_out(
    place: World,
    by: Movers,
    schedule: Schedule = Schedule(),
    *,
    look: Callable[[Death], None] = lambda _: None,
) -> Course:
    """Move everyone, with a new mover after each death; `look` may raise `Broken`.

    Raises:
        Broken: a mover ended by itself before everyone was through.
    """
    deadly, kills = set(schedule.points), deque(schedule.kills)
    deaths: list[Death] = []
    while True:
        points = [[p.moment, p.what, p.n] for p in sorted(deadly)]
        kill_at = kills[0].size if kills else None
        code = by.run({**place.work, "deadly": points, "kill_at": kill_at})
        if code == FINISHED:
            size = place.trace.stat().st_size
            return Course(tuple(deaths), size, tuple(read_trace(place.trace)))
        if code == DIED:
            cause: Point | Kill = read_trace(place.trace)[-1]
            deadly.remove(cause)
        elif code == -SIGKILL and kills:
            cause = kills.popleft()
        else:
            last = deaths[-1] if deaths else "no death"
            raise Broken(f"after {last}, a mover ended with {code}:\n{by.last_words()}")
        deaths.append(Death(len(deaths) + 1, cause))
        look(deaths[-1])


def counted(made: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """How often something new was made, by product and route; what acts on things that exist is none of these."""
    return {
        f"{side} {route}": count
        for side, routes in made.items()
        for route, count in routes.items()
        if route.startswith("POST ") and "{" not in route and "/actions/" not in route
    }
