#!/usr/bin/env python3
"""Condense the catalog of Apple's schema, with what is kept by hand, into the table shipped in the wheel.

Usage:
    build_rules.py CATALOG_JSON OVERRIDES_JSON [--output FILE]

Only identifiers, OS versions and modes are carried over. A row is text, `MODE[s]|introduced|deprecated|removed`, with
trailing empty parts left out: MODE is the first letter of the mode (`v` stands for requires-supervision), `s` says that
the item works on supervised devices only. Rows of keys are grouped by what holds the key.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

FORMAT = 1
LETTERS = {
    "allowed": "a",
    "forbidden": "f",
    "ignored": "i",
    "required": "r",
    "requires-supervision": "v",
    "not-available": "n",
}
LEFT_OUT = frozenset({"error-code"})
"""Kinds nobody asks a verdict for."""
CONDITIONS = {
    "required under user enrollment": "required",
    "required in account-driven user enrollment": "required-account-driven",
    "required, BYOD, in account-driven user enrollment": "required-account-driven",
    "must be absent in account-driven user enrollment": "absent-account-driven",
}
OUTPUT = Path(__file__).resolve().parent.parent / "src/ueapi/apple/rules/rules.json"


def row(effective: str, facts: dict) -> str:
    """One item as text."""
    mode = LETTERS[effective] + ("s" if facts.get("supervised") else "")
    versions = [facts.get(name) or "" for name in ("introduced", "deprecated", "removed")]
    return "|".join([mode, *versions]).rstrip("|")


def place(kinds: dict, kind: str, identifier: str, text: str) -> None:
    """Put a row where the table keeps it: keys under their owner, everything else by its id."""
    owner, colon, key = identifier.partition(":")
    if colon:
        kinds.setdefault(kind, {}).setdefault(owner, {})[key] = text
        return
    kinds.setdefault(kind, {})[identifier] = text


def rows_of(entries: Iterable[dict]) -> dict:
    """Rows of the schema by kind."""
    kinds: dict = {}
    for entry in entries:
        if entry["kind"] not in LEFT_OUT:
            place(kinds, entry["kind"], entry["id"], row(entry["effective"], entry["ios"]))
    return kinds


def later_rows(overrides: dict) -> dict:
    """Rows of items newer than the schema."""
    kinds: dict = {}
    for entry in overrides["after_snapshot"]:
        place(kinds, entry["kind"], entry["id"], row(entry["effective"], entry))
    return kinds


def table(catalog: dict, overrides: dict) -> dict:
    """The whole table."""
    source = catalog["source"]
    return {
        "format": FORMAT,
        "source": {
            "repository": source["repository"],
            "commit": source["commit"],
            "date": source["date"],
            "license": source["licence"],
            "ios": source["os_versions"]["iOS"],
        },
        "kinds": rows_of(catalog["entries"]),
        "earlier": {
            e["payload"]: [e["until"], LETTERS[e["effective"]]] for e in overrides["earlier"]
        },
        "conditions": [
            [c["payload"], c["key"], c["since"], CONDITIONS[c["rule"]]]
            for c in overrides["conditions"]
        ],
        "forced": {
            f["id"]: {"values": f["values"], "present_only": f["present_only"]}
            for f in overrides["forced"]
        },
        "later": later_rows(overrides),
        "changed": {
            c["id"]: [c.get("deprecated", ""), c.get("removed", "")]
            for c in overrides["changed_after_snapshot"]
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("catalog", type=Path, metavar="CATALOG_JSON")
    parser.add_argument("overrides", type=Path, metavar="OVERRIDES_JSON")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    built = table(
        json.loads(options.catalog.read_text(encoding="utf-8")),
        json.loads(options.overrides.read_text(encoding="utf-8")),
    )
    text = json.dumps(built, ensure_ascii=False, sort_keys=True, indent=0, separators=(",", ":"))
    options.output.write_text(text + "\n", encoding="utf-8")
    print(f"{options.output}: {options.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
