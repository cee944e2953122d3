#!/usr/bin/env python3
"""Write down which keys Apple's messages have, for tests that hold our own messages to it.

    git clone https://github.com/apple/device-management
    mdm_shapes.py device-management

CHECKOUT holds Apple's published schema; for a plain copy without git, name `--commit` yourself.

Only identifiers, types, presence and modes of User Enrollment on iOS are carried over; what iOS doesn't have is left
out. A key is text or a list of text and its keys. The text is the type, `!` if the key is required, then `/` and the
mode under User Enrollment where it is another than that of what holds the key. A lone `*` among the keys stands for the
entries of a list, or for names that are free.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

OUTPUT = Path(__file__).resolve().parent.parent / "tests/apple/mdm_shapes.json"
SECTIONS = {
    "checkins": "mdm/checkin",
    "commands": "mdm/commands",
    "protocol": "declarative/protocol",
}
ALLOWED = "allowed"
Shape = str | list[Any]


def on_ios(row: dict[str, Any]) -> dict[str, Any] | None:
    """What the schema says of iOS; `None` when iOS doesn't have it."""
    found = (row.get("supportedOS") or {}).get("iOS") or {}
    return None if str(found.get("introduced")) == "n/a" else found


def mode_of(found: dict[str, Any], above: str) -> str:
    return (found.get("userenrollment") or {}).get("mode") or above


def shape(row: dict[str, Any], above: str) -> Shape | None:
    """One key, `None` when iOS doesn't have it."""
    found = on_ios(row)
    if found is None:
        return None
    mode = mode_of(found, above)
    text = row["type"].strip("<>") + ("!" if row.get("presence") == "required" else "")
    if mode != above:
        text += f"/{mode}"
    is_list = row["type"] == "<array>"
    children = shapes(row.get("subkeys") or [], mode, is_list=is_list)
    return [text, children] if children else text


def shapes(rows: list[dict[str, Any]], above: str, *, is_list: bool = False) -> dict[str, Shape]:
    """Keys by their name; the entries of a list have one in the schema that means nothing."""
    found = {row["key"]: shape(row, above) for row in rows}
    named = {key: one for key, one in found.items() if one is not None}
    if is_list and len(named) == 1:
        return {"*": next(iter(named.values()))}
    return {"*" if key.startswith("ANY") else key: one for key, one in sorted(named.items())}


def message(path: Path) -> tuple[str, dict[str, Any]] | None:
    root = yaml.safe_load(path.read_text(encoding="utf-8"))
    payload = root["payload"]
    found = on_ios(payload)
    if found is None or "iOS" not in payload["supportedOS"]:
        return None
    mode = mode_of(found, ALLOWED)
    made = {
        "mode": mode,
        "keys": shapes(root.get("payloadkeys") or [], mode),
        "answer": shapes(root.get("responsekeys") or [], mode),
    }
    return payload["requesttype"], {key: one for key, one in made.items() if one}


def collected(checkout: Path, commit: str) -> str:
    """The file: one line a message."""
    lines = [f'"commit": {json.dumps(commit)}']
    for section, folder in SECTIONS.items():
        found = filter(None, map(message, sorted((checkout / folder).glob("*.yaml"))))
        rows = [f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in sorted(found)]
        lines.append(f'"{section}": {{\n' + ",\n".join(rows) + "\n}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def commit_of(checkout: Path) -> str:
    command = ["git", "-C", str(checkout), "rev-parse", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path, metavar="CHECKOUT")
    parser.add_argument("--commit")
    parser.add_argument("--out", type=Path, default=OUTPUT)
    asked = parser.parse_args()
    commit = asked.commit or commit_of(asked.checkout)
    asked.out.write_text(collected(asked.checkout, commit), encoding="utf-8")


if __name__ == "__main__":
    main()
