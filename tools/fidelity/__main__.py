"""Check the table of Apple's rules against Apple's schema by a second route.

    git clone https://github.com/apple/device-management
    python tools/fidelity device-management

Nothing of the table's own maker is used here. Each line of the schema is followed from its file down to the key, the
chain of everything that contains it is kept, and each question is asked of that chain for one version of iOS: is it
there, and what is the hardest thing said on the way? In a clone, the schema is the commit the table names, and what
Apple published in the time of each version is asked as well: where it said otherwise, `rules/overrides.toml` must tell.

Ends with 0 when nothing differs, with 1 after printing what does, and with 2 when CHECKOUT can't be read as the schema.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.fidelity.chains import Version, number, read
from tools.fidelity.checkout import files_at, files_in, is_clone, releases
from tools.fidelity.comparing import Check
from tools.fidelity.handmade import Handmade

from ueapi.apple.rules import Rules

OVERRIDES: Final = Path(__file__).resolve().parents[1] / "rules/overrides.toml"
EARLIER: Final = ("13.0", "13.1", "14.0", "14.5")
"""Here the schema only tells what exists, and the table calls its answers unproven."""
PROVEN: Final = ("15.0", "16.0", "17.0", "17.4", "18.0", "18.1")
"""Here every verdict must be the schema's."""
NEWER: Final = ("26.0", "26.4", "27.0")
"""Here only what is kept by hand may differ from the schema's own version."""
SHOWN: Final = 40


def main(arguments: list[str]) -> int:
    """Compare, print, and return the exit code."""
    parser = argparse.ArgumentParser(description="Check Apple's rules against Apple's schema.")
    parser.add_argument("checkout", type=Path)
    parser.add_argument(
        "--commit", help="in a clone, the commit to read; the table's own if left out"
    )
    asked = parser.parse_args(arguments)
    rules = Rules.load()
    commit = asked.commit or rules.release.commit
    try:
        return compared(asked.checkout, commit, rules)
    except subprocess.CalledProcessError:
        print(
            f"{asked.checkout} is no clone of Apple's schema with commit {commit}: "
            "fetch it, or name another by --commit."
        )
    except yaml.YAMLError as problem:
        print(f"{asked.checkout} can't be read as YAML: {str(problem).splitlines()[-1].strip()}.")
    except NoSchema as problem:
        print(problem)
    return 2


class NoSchema(Exception):
    """A folder is not what it should be."""


def compared(checkout: Path, commit: str, rules: Rules) -> int:
    """Ask everything, one line for each version."""
    clone = is_clone(checkout)
    if not clone and not (checkout / "mdm/profiles").is_dir():
        raise NoSchema(
            f"{checkout} holds no schema of Apple's: clone https://github.com/apple/device-management "
            "and name that folder."
        )
    schema = read(files_at(checkout, commit) if clone else files_in(checkout))
    history = releases(checkout, commit) if clone else {}
    check = Check(schema, Handmade.load(OVERRIDES), rules)
    total = told("ids, dates", f"{len(schema)} items", [*check.ids(), *check.facts()])
    for ios in EARLIER:
        total += told(ios, f"presence of {len(check.answered)} items", check.availability(ios))
    for ios in PROVEN:
        total += proven(check, ios, checkout=checkout, release=release_of(history, ios))
    for ios in NEWER:
        total += told(ios, "changes since the schema", check.newer(ios))
    print(f"{len(check.answered)} items on {len(PROVEN)} proven versions: {total} differences.")
    return 1 if total else 0


def proven(check: Check, ios: str, *, checkout: Path, release: str) -> int:
    """Compare on a proven version with the schema, and with the release of that time if there is one."""
    what = f"{len(check.answered)} items"
    found = list(check.modes(ios))
    if release:
        then = read(files_at(checkout, release))
        same, otherwise, gone = check.counted(then, ios)
        found += check.published(then, ios)
        what += (
            f", release {release}: {same} the same, {otherwise} otherwise, {gone} no longer listed"
        )
    return told(ios, what, found)


def release_of(history: dict[Version, str], ios: str) -> str:
    """The newest release up to a version, or none."""
    return next((history[v] for v in sorted(history, reverse=True) if v <= number(ios)), "")


def told(ios: str, what: str, differences: Iterable[str]) -> int:
    """Print the line of a version and its differences, and count them."""
    found = list(differences)
    print(f"{ios}: {what}: {len(found)} differences")
    for line in found[:SHOWN]:
        print(f"  {line}")
    if len(found) > SHOWN:
        print(f"  and {len(found) - SHOWN} more")
    return len(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
