"""Reading a file that a user named, as long as it is not too large."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ueapi.errors import UnreadableInput

LARGEST_FILE: Final = 512 * 1024 * 1024
"""Bytes."""


def read_bounded(path: Path) -> bytes:
    """Read a file the user named.

    Raises:
        UnreadableInput: it is missing, a folder, unreadable or too large.
    """
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise UnreadableInput(f"{path} is a folder.", remedy="Name the file inside it.")
        if size > LARGEST_FILE:
            raise UnreadableInput(
                f"{path} has {size:,} bytes; the limit is {LARGEST_FILE:,}.",
                remedy="Check that it is the right file.",
            )
        return path.read_bytes()
    except OSError as problem:
        raise UnreadableInput(
            f"{path} can't be read: {problem.strerror}.", remedy="Check the path and its rights."
        ) from None
