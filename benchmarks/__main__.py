"""Measures everything in one run and prints a table; aims stand beside figures, and nothing fails for being slow."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from attrs import frozen

from benchmarks import starting
from benchmarks.contenders import CONTENDERS, page_size
from benchmarks.server import Served, apart

SEED = 7


@frozen
class Sample:
    """One listing in a fresh process; kilobytes are what the peak grew by."""

    rows: int
    seconds: float
    kilobytes: int


@frozen
class Line:
    """One row of the table. `worst` is the figure at which the aim is just met; `better` says on which side."""

    name: str
    figure: float
    unit: str
    worst: float | None = None
    better: str = "less"

    def __str__(self) -> str:
        figure = f"{self.figure:,.2f}" if self.unit == "x" else f"{self.figure:,.0f}"
        return f"{self.name:<58}{figure:>9} {self.unit:<4}{self._verdict()}".rstrip()

    def _verdict(self) -> str:
        if self.worst is None:
            return ""
        is_less = self.better == "less"
        is_met = self.figure <= self.worst if is_less else self.figure >= self.worst
        sign = "<=" if is_less else ">="
        return f"aim {sign} {self.worst:g} {self.unit}: {'met' if is_met else 'MISSED'}"


def main() -> None:
    """Measure and print."""
    asked = _asked()
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"median of {asked.times}; {page_size()} rows a page; seed {SEED}\n")
    for line in _lines(asked):
        print(line, flush=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--devices", type=int, default=20_000)
    parser.add_argument("--many", type=int, default=200_000, help="devices for the memory test")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rehearsed", type=int, default=1_000, help="people of the rehearsal")
    parser.add_argument("--phones", type=int, default=5_000, help="phones that live for 21 days")
    parser.add_argument("--times", type=int, default=5)
    return parser.parse_args()


def _lines(asked: argparse.Namespace) -> Iterator[Line]:
    with apart(asked.devices, SEED) as served:
        taken = _listings(served, asked.times, asked.devices)
    yield from _listing_lines(taken, asked.devices)
    yield from _memory_lines(taken, asked)
    yield from _start_lines(asked.times)
    planning = [_printed("benchmarks.planning", str(asked.people)) for _ in range(asked.times)]
    yield Line(f"planning the move of {asked.people:,} people", _middle(planning) * 1000, "ms")
    yield from _check_lines(asked.times)
    yield from _rehearsal_lines(asked.rehearsed)
    yield from _answering_lines()
    yield from _phone_lines(asked.phones)


def _listings(served: Served, times: int, devices: int) -> dict[str, list[Sample]]:
    """Contenders take turns, so that a noisy minute hits all; the first round fills the server's memory."""
    taken: dict[str, list[Sample]] = {name: [] for name in CONTENDERS}
    for turn in range(times + 1):
        for name in CONTENDERS:
            sample = _listed(name, served, devices)
            if turn:
                taken[name].append(sample)
    return taken


def _listed(name: str, served: Served, devices: int) -> Sample:
    sample = Sample(
        **_printed("benchmarks.contenders", name, served.url, json.dumps(served.settings))
    )
    if sample.rows != devices:
        raise SystemExit(f"{name} listed {sample.rows} rows of {devices}; nothing was compared.")
    return sample


def _printed(module: str, *args: str):
    command = [sys.executable, "-m", module, *args]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


_NAMES: Mapping[str, str] = {
    "bare": "httpx and json.loads, rows let go",
    "ueapi": "ueapi, rows let go",
    "ueapi-async": "ueapi, asynchronous, rows let go",
    "ueapi-kept": "ueapi, all rows kept in a list",
    "vendor": "jamf-pro-sdk, which keeps all rows in a list",
}


def _listing_lines(taken: Mapping[str, Sequence[Sample]], devices: int) -> Iterator[Line]:
    seconds = {name: _middle(s.seconds for s in samples) for name, samples in taken.items()}
    for name, words in _NAMES.items():
        yield Line(f"{devices:,} devices: {words}", seconds[name] * 1000, "ms")
    ours, kept = seconds["ueapi"], seconds["ueapi-kept"]
    yield Line("ueapi / bare", ours / seconds["bare"], "x", 1.5)
    yield Line("ueapi asynchronous / bare", seconds["ueapi-async"] / seconds["bare"], "x", 1.5)
    yield Line("jamf-pro-sdk / ueapi", seconds["vendor"] / ours, "x", 3.5, "more")
    yield Line("jamf-pro-sdk / ueapi, both keeping all rows", seconds["vendor"] / kept, "x")


def _memory_lines(
    taken: Mapping[str, Sequence[Sample]], asked: argparse.Namespace
) -> Iterator[Line]:
    memory = {name: _middle(s.kilobytes for s in samples) for name, samples in taken.items()}
    for name, words in _NAMES.items():
        yield Line(f"peak memory: {words}", memory[name] / 1024, "MB")
    with apart(asked.many, SEED, remembers=False) as served:
        many = _listed("ueapi", served, asked.many).kilobytes
    yield Line(f"peak memory: ueapi, {asked.many:,} rows let go", many / 1024, "MB")
    more = (many - memory["ueapi"]) * 1024 / (asked.many - asked.devices)
    yield Line("peak memory: growth for each further row", more, "B")


def _rehearsal_lines(people: int) -> Iterator[Line]:
    """Once only: it takes a minute."""
    seconds, through, gap, days = _printed("benchmarks.rehearsing", str(people), str(SEED))
    yield Line(f"rehearsing the move of {people:,} people", seconds, "s", 60)
    yield Line("of those who can move, through in the end", through * 100, "%", 97, "more")
    yield Line("without work, 95 % at most", gap, "min", 45)
    yield Line("virtual days", days, "d", 21)


def _start_lines(times: int) -> Iterator[Line]:
    bare = _middle(starting.importing() for _ in range(times))
    using = _middle(starting.importing("ueapi.connect") for _ in range(times))
    helping = _middle(starting.helping() for _ in range(times))
    yield Line("import ueapi", bare * 1000, "ms", 100)
    yield Line("import ueapi and load what connects", using * 1000, "ms")
    yield Line("ueapi --help, the whole process", helping * 1000, "ms", 300)


def _check_lines(times: int) -> Iterator[Line]:
    """The module is not imported here: a child's peak of memory begins with what its parent holds."""
    taken = [_printed("benchmarks.checking") for _ in range(times)]
    middle = {name: _middle(one[name] for one in taken) for name in taken[0]}
    what = f"{middle['profiles']:.0f} profiles of {middle['bytes'] / 1024:.1f} kB"
    yield Line(f"{what}: plistlib.loads alone, one core", middle["bare"], "/s")
    yield Line(f"{what}: read, one core", middle["read"], "/s")
    yield Line(f"{what}: checked, already read", middle["check"], "/s")
    yield Line(f"{what}: read and checked", middle["both"], "/s", 1000, "more")
    yield Line(f"{what}: read and checked, the first pass", middle["first"], "/s")
    ratio = _middle(one["bare"] / one["both"] for one in taken)
    yield Line("read and checked / plistlib.loads alone, in time", ratio, "x")
    yield Line("Rules.load() in a fresh process", middle["loading"] * 1000, "ms", 30)
    yield Line("import the rules and load them, fresh", middle["importing"] * 1000, "ms")
    yield Line("size of the table of rules", middle["table"] / 1000, "kB", 400)


def _answering_lines() -> Iterator[Line]:
    found = _printed("benchmarks.answering", "200", "10")
    yield Line("discovery responder at 200 a second, p50", found["p50_ms"], "ms")
    yield Line("discovery responder at 200 a second, p99", found["p99_ms"], "ms", 20)
    yield Line("discovery responder: wrong answers", found["wrong"], "", 0)


def _phone_lines(phones: int) -> Iterator[Line]:
    found = _printed("benchmarks.phones", str(phones), str(SEED))
    again = _printed("benchmarks.phones", str(phones), str(SEED))
    yield Line(f"{phones:,} people's phones live for 21 days", found["seconds"], "s", 120)
    yield Line("messages they exchanged", found["messages"], "")
    yield Line("peak memory of that", found["peak_mb"], "MB", 1536)
    yield Line("another end the second time", float(found["digest"] != again["digest"]), "", 0)


def _middle(figures) -> float:
    return median(list(figures))


if __name__ == "__main__":
    main()
