"""Writing files whole or not at all, and never over what was just read without being told to."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ueapi.cli.input_files import STDIN, shown_name
from ueapi.errors import UsageError

if TYPE_CHECKING:
    from ueapi.apple.profiles import ConfigurationProfile

OWNER_ONLY: Final = 0o600
EVERYONE: Final = 0o666
"""Less what the user's own mask takes away."""


def refuse_overwriting(output: Path, inputs: Sequence[str], *, remedy: str) -> None:
    """Refuse to write over a file that was named as input.

    Raises:
        UsageError: the output is one of the inputs.
    """
    for name in inputs:
        if name != STDIN and output.exists() and output.samefile(name):
            raise UsageError(f"{shown_name(str(output))} is also read.", remedy=remedy)


def mode_for(profile: ConfigurationProfile) -> int:
    """Who may read a file with this profile: its owner only, if there are secrets in it."""
    from ueapi.apple.profiles.secrets import separated

    return OWNER_ONLY if separated(profile).secrets else EVERYONE


def write_output(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file; one that is there is replaced in one step, and a link to a file stays one.

    Raises:
        UsageError: something else than a file has that name.
        OSError: no such folder, no rights or no space; nothing was changed.
    """
    path = path.resolve()
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise UsageError(
            f"{shown_name(str(path))} is no regular file.",
            remedy="Name a file to write; nothing was written.",
        )
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        draft.replace(path)
    except BaseException as problem:
        draft.unlink(missing_ok=True)
        if isinstance(problem, OSError):
            # Whoever named a file knows nothing of a draft beside it.
            raise OSError(problem.errno, problem.strerror, str(path)) from problem
        raise
