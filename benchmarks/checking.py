"""How fast profiles are judged by Apple's rules, on one core.

Run as a script it goes over the same profiles in four ways and prints, for each, how many it did in a second; `first`
is the very first pass, for which no verdict is remembered yet.
"""

from __future__ import annotations

import json
import plistlib
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Final

from ueapi.apple import rules
from ueapi.apple.profiles import read
from ueapi.apple.profiles.envelope import open_document

CORPUS: Final = Path(__file__).resolve().parent.parent / "tests/apple/corpus"
IOS: Final = "18.0-27.0"
SECONDS: Final = 0.5
"""How long each way is measured."""


def ordinary() -> list[bytes]:
    """The profiles of the tests' corpus: what administrators put on personal phones."""
    files = [path.read_bytes() for path in sorted(CORPUS.glob("*.mobileconfig"))]
    return [content for content in files if not open_document(content).is_signed]


def loading() -> float:
    """Seconds of `Rules.load()` in a fresh process, its modules imported already."""
    return _timed("from ueapi.apple.rules import Rules", "Rules.load()")


def importing() -> float:
    """Seconds of importing the rules and loading them, in a fresh process."""
    return _timed("", "from ueapi.apple.rules import Rules; Rules.load()")


def _timed(before: str, what: str) -> float:
    script = f"import time; {before or 'pass'}; t = time.perf_counter(); {what}; print(time.perf_counter() - t)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def table_size() -> int:
    """Bytes of the shipped table."""
    return len(resources.files("ueapi.apple.rules").joinpath("rules.json").read_bytes())


def _per_second(work: Callable[[], int]) -> float:
    """How many profiles a second; a first pass fills the memory of verdicts and isn't counted."""
    work()
    started = time.perf_counter()
    done = 0
    while (passed := time.perf_counter() - started) < SECONDS:
        done += work()
    return done / passed


def main() -> None:
    """Measure each way and print."""
    files = ordinary()
    read_before = [read(content) for content in files]
    ways: Mapping[str, Callable[[], int]] = {
        "bare": lambda: len([plistlib.loads(content) for content in files]),
        "read": lambda: len([read(content) for content in files]),
        "check": lambda: len([rules.check(profile, ios=IOS) for profile in read_before]),
        "both": lambda: len([rules.check(read(content), ios=IOS) for content in files]),
    }
    rules.Rules.load()
    started = time.perf_counter()
    ways["both"]()
    first = len(files) / (time.perf_counter() - started)
    figures = {name: _per_second(work) for name, work in ways.items()}
    apart = {"loading": loading(), "importing": importing(), "table": table_size()}
    size = sum(map(len, files)) / len(files)
    print(json.dumps({"profiles": len(files), "bytes": size, "first": first, **figures, **apart}))


if __name__ == "__main__":
    main()
