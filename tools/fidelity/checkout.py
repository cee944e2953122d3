"""Apple's schema as files: a plain copy, or a clone with the releases of older times."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

from tools.fidelity.chains import Version, number


def git(checkout: Path, *words: str) -> bytes:
    """Ask git about the checkout."""
    return subprocess.run(
        ["git", "-C", str(checkout), *words], check=True, capture_output=True
    ).stdout


def is_clone(checkout: Path) -> bool:
    """Whether this very folder is a clone, bare or not; a copy inside some other repository is none."""
    return (checkout / ".git").exists() or (checkout / "objects").is_dir()


def files_at(checkout: Path, commit: str) -> Iterator[tuple[str, str]]:
    """The schema as of one commit."""
    with tarfile.open(fileobj=io.BytesIO(git(checkout, "archive", commit))) as packed:
        for member in packed:
            content = packed.extractfile(member)
            if content is not None and member.name.endswith(".yaml"):
                yield member.name, content.read().decode()


def files_in(checkout: Path) -> Iterator[tuple[str, str]]:
    """The schema of a plain copy."""
    for path in sorted(checkout.rglob("*.yaml")):
        yield path.relative_to(checkout).as_posix(), path.read_text(encoding="utf-8")


def releases(checkout: Path, commit: str) -> dict[Version, str]:
    """The releases up to a commit, by the iOS their subject names."""
    lines = git(checkout, "log", "--format=%h %s", commit).decode().splitlines()
    named = re.compile(r"(\w+) Release_iOS-(\d+(?:-\d+)*)")
    matches = [match for line in lines if (match := named.match(line))]
    return {number(match[2].replace("-", ".")): match[1] for match in matches}
