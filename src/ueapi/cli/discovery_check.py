"""What `ueapi discovery check` prints, once or again and again."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import typer

from ueapi.cli.printing import print_document
from ueapi.cli.table import safe
from ueapi.cli.telling import tell
from ueapi.discovery.checking import Grade, Result, check
from ueapi.errors import UnreadableInput
from ueapi.runtime.clock import SystemClock
from ueapi.runtime.probing import Look, Looker
from ueapi.wording import counted

_MARKS: Final = {
    Grade.GOOD: "ok  ",
    Grade.FINDING: "FAIL",
    Grade.NOTE: "note",
    Grade.SKIPPED: "-   ",
}


def looker(ca: Path | None) -> Look:
    """Who asks; with a further authority to trust, for a set-up that isn't public yet.

    Raises:
        UnreadableInput: the file holds no certificates.
    """
    if ca is None:
        return Looker()
    try:
        return Looker(ssl.create_default_context(cafile=str(ca)))
    except (ssl.SSLError, OSError):
        raise UnreadableInput(
            f"{ca} can't be read, or holds no certificates in PEM.",
            remedy="Name a file with the authority to trust; nothing was sent.",
        ) from None


Check = Callable[[], tuple[Result, ...]]
"""Checks once."""


def checking(address: str, look: Look, *, expected: str | None, place: str | None) -> Check:
    """What checks an address, as often as it is called."""
    clock = SystemClock()
    return lambda: check(address, look=look, at=clock.now(), expected=expected, place=place)


def print_results(address: str, results: Sequence[Result], *, as_json: bool) -> None:
    """A line for each probe, and one for each fix."""
    if as_json:
        print_document(_document(address, results))
        return
    for result in results:
        head = f"{_MARKS[result.grade]}  {result.probe:16} "
        tell(f"{head}{result.text}", hanging=len(head))
        if result.fix:
            tell(f"-> {result.fix}", indent=len(head), hanging=len(head) + 3)
    found = sum(r.grade is Grade.FINDING for r in results)
    typer.echo(f"{counted(len(results), 'probe')}, {counted(found, 'finding')}.")


def watched(check_now: Check, *, every: float) -> None:
    """Check again and again; say what changed."""
    clock = SystemClock()
    before: dict[str, str] = {}
    while True:
        results = check_now()
        now = {r.probe: f"{_MARKS[r.grade].strip()} {r.text}" for r in results}
        for probe, text in now.items():
            if before.get(probe) != text:
                typer.echo(f"{clock.now():%Y-%m-%d %H:%M:%S} {probe}: {safe(text)}")
        before = now
        clock.sleep(every)


def _document(address: str, results: Sequence[Result]) -> dict[str, object]:
    return {
        "address": address,
        "findings": sum(r.grade is Grade.FINDING for r in results),
        "probes": [
            {"probe": r.probe, "grade": r.grade.value, "text": r.text, "fix": r.fix}
            for r in results
        ],
    }
