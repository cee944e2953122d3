"""Moves people in a served world, and dies at points it is given; one process after another.

    python -m tests.acceptance.kills.mover

The process that is started only imports. For each line of work on its standard input it forks a mover, so a new one
costs milliseconds and not a second; it has one thread and no handle of a ledger. It tells on stdout how each ended.
If the work says so, it kills the mover once the trace of the move has so many bytes.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn, Self

import httpx
from attrs import define, field

import ueapi
from tests.acceptance.kills.points import Place, Point, Sentinel, Watched, place_of, watch_ledgers
from ueapi import migration
from ueapi.apple.profiles.signing import Signer
from ueapi.client import Tenant
from ueapi.discovery.publishing import Addresses, Publisher
from ueapi.migration.documents import Plan, PlannedPerson, Task
from ueapi.migration.steering import Question
from ueapi.plugins import Registry

Json = Any

FINISHED, BROKEN = 0, 1
_LOOK = 0.002
"""Seconds between two looks at a mover."""


class Control:
    """The world's own port."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, trust_env=False, verify=False, timeout=120)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, name: str, content: Json = None) -> Json:
        reply = self._client.post(f"/{name}", json=content)
        reply.raise_for_status()
        return reply.json()


class RemoteClock:
    """The world's time, which moves only when a mover sleeps.

    The world is told of sleep when it is needed next: what happens meanwhile is the same, and hears of it no earlier.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._slept = 0.0
        self._heed(control.ask("sleep", {"seconds": 0}))

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return self._elapsed + self._slept

    def sleep(self, seconds: float) -> None:
        self._slept += max(seconds, 0.0)

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def settle(self) -> None:
        """Let the time pass in the world, too."""
        if self._slept:
            self._heed(self._control.ask("sleep", {"seconds": self._slept}))

    def _heed(self, told: Json) -> None:
        self._start = datetime.fromisoformat(told["start"])
        self._elapsed, self._slept = float(told["elapsed"]), 0.0


@define
class RemoteSteering:
    """The messenger to the people of the world."""

    control: Control
    clock: RemoteClock
    sentinel: Sentinel

    def ask(self, people: Sequence[PlannedPerson], question: Question) -> None:
        content = {"people": [person.key for person in people], "question": question.value}
        self._told(f"ask {question.value}", "ask", content)

    def task(self, task: Task, remark: str) -> None:
        content = {"task": task.model_dump_json(), "remark": remark}
        self._told(f"task {task.kind}", "task", content)

    def _told(self, what: str, name: str, content: Json) -> None:
        self.clock.settle()
        self.sentinel.around(what, lambda: self.control.ask(name, content))

    def reported(self) -> frozenset[str]:
        self.clock.settle()
        return frozenset(self.control.ask("reported"))


@define
class WatchedSignpost:
    """The list in a file, which the world's domain answers from."""

    publisher: Publisher
    clock: RemoteClock
    sentinel: Sentinel
    _last: tuple[frozenset[str], frozenset[str]] | None = None

    def publish(self, new: frozenset[str], old: frozenset[str], *, after: int = 0) -> int:
        if (new, old) == self._last:
            return self.publisher.publish(new, old, after=after)
        self.clock.settle()
        self._last, numbers = (new, old), list[int]()
        self.sentinel.around(
            "publish", lambda: numbers.append(self.publisher.publish(new, old, after=after))
        )
        return numbers[0]


def publisher(led: Json, clock: RemoteClock) -> Publisher:
    pem = Path(led["signer"]).read_bytes()
    return Publisher(
        path=Path(led["list"]),
        addresses=Addresses(new=led["new"], old=led["old"], refuses_others=True),
        signer=Signer.from_pem(pem, pem),
        now=clock.now,
    )


def move(work: Json, sentinel: Sentinel, registry: Registry) -> None:
    """Apply the plan to its end."""
    control = Control(work["control"])
    clock = RemoteClock(control)
    watch_ledgers(sentinel)
    plan = Plan.read(Path(work["plan"]))

    def tenant(side: str, name: str) -> Tenant:
        settings = work[side]["settings"]
        return ueapi.connect(
            work[side]["backend"],
            name=name,
            registry=registry,
            clock=clock,
            rng=random.Random(f"{work['seed']}:{name}"),
            transport=Watched(sentinel, clock.settle),
            **settings,
        )

    with tenant("source", "old") as source, tenant("target", "new") as target:
        for _ in migration.apply(
            plan,
            source=source,
            target=target,
            ledger=work["ledger"],
            clock=clock,
            steering=RemoteSteering(control, clock, sentinel),
            signpost=WatchedSignpost(publisher(work["led"], clock), clock, sentinel),
            follow=True,
        ):
            pass


# -- the process that forks -------------------------------------------------------------------------


@define
class Forker:
    """Starts movers one after another, and watches them."""

    registry: Registry
    _lines: list[bytes] = field(factory=list)
    _rest: bytes = b""
    _trace: Path | None = None
    _read: int = 0
    _counts: Counter[Place] = field(factory=Counter)

    def run(self) -> None:
        """Take work until nobody gives any."""
        while (line := self._line()) is not None:
            work = json.loads(line)
            self._count(Path(work["trace"]))
            pid = os.fork()
            if pid == 0:
                _live(work, self.registry, self._counts)
            print(self._watched(pid, Path(work["trace"]), work["kill_at"]), flush=True)

    def _watched(self, pid: int, trace: Path, kill_at: int | None) -> int:
        """Wait for the end, or bring it about; the exit code, or the negative number of the signal."""
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            # Nobody gives more work before this is done, so there is something to read only when nobody will.
            is_alone = bool(select.select([sys.stdin], [], [], _LOOK)[0])
            if is_alone or (kill_at is not None and trace.stat().st_size >= kill_at):
                os.kill(pid, signal.SIGKILL)
                kill_at = None

    def _line(self) -> bytes | None:
        """The next line of standard input; `None` at its end."""
        while not self._lines:
            read = os.read(sys.stdin.fileno(), 1 << 16)
            if not read:
                return None
            *self._lines, self._rest = (self._rest + read).split(b"\n")
        return self._lines.pop(0)

    def _count(self, trace: Path) -> None:
        """Count the points of all movers so far, for the next one to go on."""
        if trace != self._trace:
            self._trace, self._read, self._counts = trace, 0, Counter()
        with trace.open("rb") as file:
            file.seek(self._read)
            self._counts.update(place_of(line) for line in file.read().decode().splitlines())
            self._read = file.tell()


def _live(work: Json, registry: Registry, counts: Counter[Place]) -> NoReturn:
    """Be a mover; only its exit code returns to the process that forked."""
    code = BROKEN
    try:
        trace = os.open(work["trace"], os.O_WRONLY | os.O_APPEND)
        deadly = frozenset(Point(*point) for point in work["deadly"])
        move(work, Sentinel(trace, counts, deadly), registry)
        code = FINISHED
    except BaseException:  # noqa: BLE001 - nothing of a mover may go on in the process that forked it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    registry = Registry.installed()
    for name in registry.names:
        registry.build(name)
        registry.translator(name)
    print("ready", flush=True)
    Forker(registry).run()


if __name__ == "__main__":
    main()
