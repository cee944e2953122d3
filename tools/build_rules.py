#!/usr/bin/env python3
"""Make the table of Apple's rules that ships in the wheel.

    git clone https://github.com/apple/device-management
    build_rules.py device-management

CHECKOUT holds Apple's published schema. What the schema doesn't say is in `rules/overrides.toml`. For a plain
copy without git, name `--commit`, `--date` and `--ios` yourself.

Only identifiers, OS versions and modes are carried over. A row is text, `MODE[s]|introduced|deprecated|removed`, with
trailing empty parts left out: MODE is the first letter of the mode (`v` stands for requires-supervision), `s` says that
the item works on supervised devices only. Rows of keys are grouped by what holds the key.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.rules.schema import Facts, Item, read_schema

FORMAT = 2
REPOSITORY = "https://github.com/apple/device-management"
LETTERS = {
    "allowed": "a",
    "forbidden": "f",
    "ignored": "i",
    "required": "r",
    "requires-supervision": "v",
    "not-available": "n",
}
HERE = Path(__file__).resolve().parent
OVERRIDES = HERE / "rules/overrides.toml"
OUTPUT = HERE.parent / "src/ueapi/apple/rules/rules.json"


def row(facts: Facts) -> str:
    """One item as text."""
    if not facts.is_there:
        return LETTERS["not-available"]
    mode = LETTERS[facts.effective] + ("s" if facts.supervised else "")
    return "|".join([mode, facts.introduced, facts.deprecated, facts.removed]).rstrip("|")


def later_row(entry: dict[str, Any]) -> str:
    """The same for an item that only the overrides know."""
    mode = LETTERS[entry["mode"]] + ("s" if entry.get("supervised") else "")
    versions = [entry.get(name, "") for name in ("introduced", "deprecated", "removed")]
    return "|".join([mode, *versions]).rstrip("|")


def place(kinds: dict, section: str, identifier: str, text: str) -> None:
    """Put a row where the table keeps it: keys under their owner, everything else by its id."""
    owner, colon, key = identifier.partition(":")
    if colon:
        kinds.setdefault(section, {}).setdefault(owner, {})[key] = text
        return
    kinds.setdefault(section, {})[identifier] = text


def rows_of(items: list[Item]) -> dict:
    """Rows of the schema by section."""
    kinds: dict = {}
    for item in items:
        place(kinds, item.section, item.id, row(item.facts))
    return kinds


def later_rows(overrides: dict) -> dict:
    """Rows of items newer than the schema."""
    kinds: dict = {}
    for entry in overrides["later"]:
        place(kinds, entry["section"], entry["id"], later_row(entry))
    return kinds


def neutral_of(items: list[Item]) -> dict[str, dict[str, bool | int | str]]:
    """For payload keys that don't work under User Enrollment: the value that changes nothing anyway."""
    found: dict[str, dict[str, bool | int | str]] = {}
    for item in items:
        works = item.facts.effective in ("allowed", "required", "not-available")
        if item.section == "payload-key" and not works and item.facts.default is not None:
            owner, _, key = item.id.partition(":")
            found.setdefault(owner, {})[key] = item.facts.default
    return found


def files_of(items: list[Item]) -> dict[str, str]:
    """Which file of the schema tells about an item, without those one can guess."""
    found: dict[str, str] = {}
    for item in items:
        found.setdefault(f"{item.section}/{item.id.partition(':')[0]}", item.file)
    return found


def table(items: list[Item], overrides: dict, source: dict[str, str]) -> dict:
    """The whole table."""
    return {
        "format": FORMAT,
        "source": {"repository": REPOSITORY, "license": "MIT", **source},
        "kinds": rows_of(items),
        "files": files_of(items),
        "neutral": neutral_of(items),
        "built_on": {b["payload"]: b["base"] for b in overrides["built_on"]},
        "earlier": {
            e["payload"]: [e["until"], LETTERS[e["mode"]], e["source"]]
            for e in overrides["earlier"]
        },
        "conditions": [
            [c["payload"], c["key"], c["since"], c["demand"], c["source"]]
            for c in overrides["condition"]
        ],
        "forced": {f["id"]: without(f, "id") for f in overrides["forced"]},
        "later": later_rows(overrides),
        "later_sources": {f"{e['section']}/{e['id']}": e["source"] for e in overrides["later"]},
        "changed": {
            c["id"]: [c.get("deprecated", ""), c.get("removed", ""), c["source"]]
            for c in overrides["changed"]
        },
        "published": {
            f"{p['section']}/{p['id']}": [p["until"], LETTERS[p["mode"]], p["source"]]
            for p in overrides["published"]
        },
        "instead": {
            f"{i['kind']}/{i['id']}": without(i, "kind", "id") for i in overrides["instead"]
        },
        "disagreements": overrides["disagreement"],
    }


def without(entry: dict, *names: str) -> dict:
    """A copy without some names."""
    return {name: value for name, value in entry.items() if name not in names}


def source_of(options: argparse.Namespace) -> dict[str, str]:
    """Which state of the schema this is: told on the command line, or by git."""
    return {
        "commit": options.commit or git(options.checkout, "rev-parse", "HEAD"),
        "date": options.date or git(options.checkout, "show", "-s", "--format=%cs", "HEAD"),
        "ios": options.ios or released(options.checkout),
    }


def released(checkout: Path) -> str:
    """The version of iOS that the newest commit belongs to, by Apple's way of naming releases."""
    found = re.match(
        r"Release_iOS-(\d+)(?:-(\d+))?", git(checkout, "show", "-s", "--format=%s", "HEAD")
    )
    if found is None:
        raise SystemExit("The newest commit is no release of Apple's; say --ios yourself.")
    return f"{found[1]}.{found[2] or 0}"


def git(checkout: Path, *words: str) -> str:
    """What git says of the checkout."""
    command = ["git", "-C", str(checkout), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def dump(built: dict) -> str:
    """One owner a line, so that a newer schema gives a readable difference."""
    text = json.dumps(built, ensure_ascii=False, sort_keys=True, indent=0, separators=(",", ":"))
    return text + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=Path, metavar="CHECKOUT")
    parser.add_argument("--overrides", type=Path, default=OVERRIDES)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    for name in ("--commit", "--date", "--ios"):
        parser.add_argument(name, help="for a copy without git")
    options = parser.parse_args()
    overrides = tomllib.loads(options.overrides.read_text(encoding="utf-8"))
    built = table(list(read_schema(options.checkout)), overrides, source_of(options))
    options.output.write_text(dump(built), encoding="utf-8")
    print(f"{options.output}: {options.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
