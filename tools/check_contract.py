"""Check that 1.x of the contract only grows: what plugins build on, against a committed record of it.

Without arguments it prints one finding a line and ends with 1 when there is any. `--record` writes what was added
since into the record, under the contract version of this tree; it refuses to write what breaks a plugin. `--released`
closes that version: from then on an addition needs the next minor.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import evolve, frozen

if __package__ in (None, ""):  # run as a script: its neighbour is found by the package's name
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.contract_surface import DEPRECATED, PROTOCOL, REQUIRED, Surface, surface

RECORD = Path(__file__).resolve().parent.parent / "tests/contract/surface-1.x.json"
RECORD_IT = "python tools/check_contract.py --record"

Version = tuple[int, int]


@frozen
class Entry:
    """One path of the record: the contract version it came with, and what it is."""

    since: str
    what: str


@frozen(kw_only=True)
class Record:
    """The public surface as it was last agreed on; `released` is the newest version plugins may rely on."""

    contract: str
    released: str
    entries: Mapping[str, Entry]


def read_record(path: Path) -> Record:
    """Read the committed record."""
    found = json.loads(path.read_text("utf-8"))
    entries = {name: Entry(since, what) for name, (since, what) in found["surface"].items()}
    return Record(contract=found["contract"], released=found["released"], entries=entries)


def write_record(path: Path, record: Record) -> None:
    """Write a record, one path a line, so that a review sees each addition."""
    lines = (
        f"    {json.dumps(name)}: {json.dumps([entry.since, entry.what])}"
        for name, entry in sorted(record.entries.items())
    )
    head = f'  "contract": "{record.contract}",\n  "released": "{record.released}",'
    path.write_text(
        f'{{\n{head}\n  "surface": {{\n{",".join(chr(10) + x for x in lines)[1:]}\n  }}\n}}\n'
    )


def version(text: str) -> Version:
    """`1.10` as numbers that compare."""
    major, minor = text.split(".")
    return int(major), int(minor)


def breaking(record: Record, now: Surface) -> Iterator[str]:
    """What a plugin made for the recorded contract would trip over."""
    for name, entry in record.entries.items():
        if name not in now:
            yield f"{name}: gone, and 1.x never takes away; bring it back, deprecated if need be."
        elif now[name] != entry.what and not _is_harmless(entry.what, now[name]):
            yield f"{name}: was `{entry.what}` and is `{now[name]}`; offer the new form under a new name."
    for name in now.keys() - record.entries.keys():
        owner = _owner(name)
        if owner not in record.entries:
            continue
        if now[name].endswith(REQUIRED):
            yield f"{name}: new and required, so plugins made before lack it; give it a default."
        elif record.entries[owner].what == PROTOCOL:
            yield f"{name}: new in a protocol, so plugins made before don't have it; make a protocol of its own."


def _owner(name: str) -> str:
    """The class or function a path belongs to."""
    return name.partition("(")[0] if "(" in name else name.rpartition(".")[0]


def _is_harmless(before: str, now: str) -> bool:
    """Whether all that changed is that something required got a default, or is deprecated now."""
    if before.endswith(REQUIRED) and now.startswith(before.removesuffix(REQUIRED) + "= "):
        return True
    return now.partition(DEPRECATED)[0] == before


def additions(record: Record, now: Surface) -> dict[str, str]:
    """What is new or otherwise, harmlessly, than in the record."""
    known = record.entries
    return {
        name: what for name, what in now.items() if name not in known or known[name].what != what
    }


def findings(
    record: Record, now: Surface, contract: str, came_with: Mapping[str, str] | None = None
) -> list[str]:
    """List what breaks the promise of 1.x, and what the record lacks, one sentence each.

    `came_with` says which version the code itself gives for capabilities that weren't there from the beginning.
    """
    found = sorted(breaking(record, now))
    if version(contract)[0] != version(record.contract)[0]:
        return [
            f"contract {contract} is another major than the record's {record.contract}; begin a new record."
        ]
    if not found and (new := additions(record, now)):
        shown = ", ".join(sorted(new)[:5]) + (", ..." if len(new) > 5 else "")
        if version(contract) <= version(record.released):
            found.append(
                f"{shown}: added to {contract}, which is released; raise CONTRACT to the next minor."
            )
        else:
            found.append(
                f"{shown}: added and not recorded; run `{RECORD_IT}` and commit the record."
            )
    return [*found, *sorted(_undated(record, came_with or {})), *sorted(_hasty(now, contract))]


def _undated(record: Record, came_with: Mapping[str, str]) -> Iterator[str]:
    for name, entry in record.entries.items():
        if _owner(name) != "ueapi.contract.Capability" or not entry.what.startswith("member"):
            continue
        member = name.rpartition(".")[2]
        if came_with.get(member, _first(record)) != entry.since:
            yield f"{name}: recorded for {entry.since}; `ADDED` in the contract must say the same."


def _hasty(now: Surface, contract: str) -> Iterator[str]:
    for name, what in now.items():
        until = what.partition(DEPRECATED)[2]
        if until and version(until)[0] <= version(contract)[0]:
            yield f"{name}: deprecated until {until}; nothing goes before the next major."


def _first(record: Record) -> str:
    return f"{version(record.contract)[0]}.0"


def recorded(record: Record, now: Surface, contract: str) -> Record:
    """The record with what was added since, dated with this contract version."""
    new = {
        name: Entry(record.entries[name].since if name in record.entries else contract, what)
        for name, what in additions(record, now).items()
    }
    return evolve(record, contract=contract, entries={**record.entries, **new})


def main(arguments: list[str]) -> int:
    """Check, record or close; 1 when there is a finding."""
    from ueapi.contract import CONTRACT
    from ueapi.contract.capability import ADDED

    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--record", action="store_true", help="add what is new to the record")
    asked.add_argument("--released", action="store_true", help="close this contract version")
    wanted = asked.parse_args(arguments)
    contract = "{}.{}".format(*CONTRACT)
    dates = {capability.name: "{}.{}".format(*when) for capability, when in ADDED.items()}
    record, now = read_record(RECORD), surface()
    if (
        wanted.record
        and not list(breaking(record, now))
        and version(contract) > version(record.released)
    ):
        record = recorded(record, now, contract)
        write_record(RECORD, record)
    found = findings(record, now, contract, dates)
    if wanted.released and not found:
        write_record(RECORD, evolve(record, released=contract))
    for finding in found:
        print(finding)
    print(f"check_contract: {len(found)} findings in {len(now)} names of contract {contract}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
