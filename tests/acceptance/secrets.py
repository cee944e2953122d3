"""Searching files for secrets: literally, base64- and URL-encoded."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

SHORTEST = 6


def spellings(secret: str) -> Iterator[bytes]:
    """The secret as it could stand in a file; base64 at each of the three alignments."""
    raw = secret.encode()
    yield raw
    yield quote(secret, safe="").encode()
    yield quote_plus(secret).encode()
    for offset in range(3):
        padded = base64.b64encode(b"\0" * offset + raw)
        yield padded[(0, 2, 3)[offset] : len(padded) - 4]
    yield raw.hex().encode()


def leaks(folder: Path, secrets: Iterable[str]) -> list[str]:
    """Names of files that hold a secret; the secret itself is not repeated."""
    needles = {s for secret in secrets if len(secret) >= SHORTEST for s in spellings(secret)}
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if any(len(needle) >= SHORTEST and needle in content for needle in needles):
            found.append(path.name)
    return found
