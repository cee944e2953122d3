"""Check the tree itself: file lengths, module names, and text that must never be committed.

Run as a script it prints one finding a line and ends with 1 when there is any. Tests call `findings`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 400
BANNED_NAMES = frozenset(
    {"common", "data", "helper", "helpers", "info", "manager", "misc", "util", "utils"}
)
# Spelled in pieces so that this file does not name what it looks for.
REGISTRY_HOST = re.compile(
    r"py[p]i[.](org|com)|pythonhoste[d][.]org|registry[.]np[m]js|deb[.]debia[n]"
)
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(work|farm|root|Users|home)/[\w.-]+")
VENDOR_WORD = re.compile(r"jamf|hexnode|maas360|intune|kandji|mosyle", re.IGNORECASE)
NEUTRAL = "src/ueapi/"
# A first-party plugin's name may stand where a user is told what to install, and in the demo's default.
VENDOR_WORD_ALLOWED = frozenset({"src/ueapi/plugins.py", "src/ueapi/cli/demo.py"})
GENERATED = ("src/ueapi/apple/rules/", "src/ueapi/apple/schema/")


def committed_or_new(top: Path) -> list[str]:
    """Name the files git knows or would add, so that build output is left alone."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=top, check=True, capture_output=True, text=True)
    return sorted(name for name in listing.stdout.splitlines() if (top / name).is_file())


def findings(top: Path) -> list[str]:
    """List what breaks a rule of the house, one sentence each."""
    return [finding for name in committed_or_new(top) for finding in check_file(top, name)]


def check_file(top: Path, name: str) -> Iterator[str]:
    """Check one file by its name, length and text."""
    if name.endswith(".py"):
        yield from check_name(name)
    try:
        text = (top / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    lines = text.splitlines()
    if name.endswith(".py") and len(lines) > LONGEST_FILE:
        yield f"{name}: {len(lines)} lines, more than {LONGEST_FILE}; split it by subject."
    for number, line in enumerate(lines, start=1):
        yield from (f"{name}:{number}: {problem}" for problem in check_line(line))
    if name.startswith(NEUTRAL) and name.endswith(".py"):
        yield from check_vendor_words(name, lines)


def check_name(name: str) -> Iterator[str]:
    """A module's name says its subject; `utils` does not."""
    for part in (*Path(name).parent.parts, Path(name).stem):
        if part.strip("_") in BANNED_NAMES:
            yield f"{name}: the name {part!r} says nothing; name the subject."


def check_line(line: str) -> Iterator[str]:
    """A committed line names no registry host and no path of one machine."""
    if REGISTRY_HOST.search(line):
        yield "names a package registry's host; leave the address to the user's settings."
    if MACHINE_PATH.search(line):
        yield "names a path of one machine; use a relative path or a setting."


def check_vendor_words(name: str, lines: list[str]) -> Iterator[str]:
    """Neutral code speaks of backends; a vendor's words live in its plugin."""
    if name in VENDOR_WORD_ALLOWED or name.startswith(GENERATED):
        return
    for number, line in enumerate(lines, start=1):
        if VENDOR_WORD.search(line) and "# vendor word:" not in line:
            yield (
                f"{name}:{number}: a vendor's word in neutral code; move it to the plugin, or end "
                "the line with `# vendor word: <why>`."
            )


def main() -> int:
    """Print the findings; 1 when there is any."""
    found = findings(Path(__file__).resolve().parent.parent)
    for finding in found:
        print(finding)
    print(f"check_tree: {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
