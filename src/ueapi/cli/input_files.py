"""Reading files that people name: never more than allowed, never a pipe that waits, and each problem in one line."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from attrs import field, frozen

from ueapi.cli.table import safe
from ueapi.errors import InvalidModel, UnreadableInput

if TYPE_CHECKING:
    from ueapi.apple.profiles.document import ConfigurationProfile

STDIN: Final = "-"
LARGEST_PEM: Final = 1024 * 1024
"""Bytes of a file with certificates or a key."""
LARGEST_TEXT: Final = 1024 * 1024
"""Bytes of a file that a person wrote."""

_KNOWN: Final = {
    b"%PDF": "is a PDF",
    b"PK\x03\x04": "is a ZIP archive or an office document",
    b"\x1f\x8b": "is compressed",
    b"\x89PNG": "is a picture",
    b"\xff\xd8\xff": "is a picture",
    b"{": "looks like JSON",
}
"""First bytes of files that are named by mistake."""
_NAME_A_PROFILE: Final = "Name a configuration profile (.mobileconfig); nothing was changed."


@frozen(kw_only=True)
class OpenedProfile:
    """A profile with the file it came from; `content` is the property list without a signature around it."""

    name: str
    profile: ConfigurationProfile
    original: bytes = field(repr=False)
    content: bytes = field(repr=False)
    is_signed: bool
    is_xml: bool


def shown_name(name: str) -> str:
    """What to call a file when talking to a person."""
    return "standard input" if name == STDIN else safe(name)


def read_profile(name: str) -> OpenedProfile:
    """Read a profile from a file, or from standard input for `-`; a signature is taken off and not verified.

    Raises:
        UnreadableInput: no such file, no regular file, too large, or no configuration profile.
    """
    from ueapi.apple.profiles.cms import LARGEST_SIGNED
    from ueapi.apple.profiles.envelope import Form, open_document

    content = read_input(name, limit=LARGEST_SIGNED)
    _refuse_known(name, content)
    try:
        document = open_document(content)
    except InvalidModel as problem:
        raise UnreadableInput(f"{shown_name(name)}: {problem}") from None
    return OpenedProfile(
        name=name,
        profile=document.profile,
        original=document.original,
        content=document.content,
        is_signed=document.is_signed,
        is_xml=document.form is Form.XML,
    )


def read_input(name: str, *, limit: int) -> bytes:
    """Read a whole file, or standard input for `-`.

    Args:
        name: the path as the person wrote it.
        limit: the most bytes to read; a larger file is refused before it is read.

    Raises:
        UnreadableInput: missing, without rights, no regular file, or larger than the limit.
    """
    if name == STDIN:
        return _bounded(name, sys.stdin.buffer.read(limit + 1), limit)
    try:
        return _bounded(name, _read_regular(Path(name), limit), limit)
    except OSError as problem:
        _refuse(name, f"can't be read: {problem.strerror}", "Check path and rights.")
    except ValueError:
        _refuse(name, "is no path", "Check the spelling.")


def _read_regular(path: Path, limit: int) -> bytes:
    _require_regular(path, path.stat(), limit)
    # Someone may have put a pipe in its place meanwhile; opening one must not wait for a writer.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        _require_regular(path, os.fstat(handle), limit)
        return file.read(limit + 1)


def _require_regular(path: Path, found: os.stat_result, limit: int) -> None:
    if stat.S_ISDIR(found.st_mode):
        _refuse(str(path), "is a folder", "Name the files in it.")
    if not stat.S_ISREG(found.st_mode):
        _refuse(
            str(path),
            "is no regular file",
            "Name a file, or send the content to standard input and name it `-`.",
        )
    if found.st_size > limit:
        _refuse_size(str(path), limit)


def _bounded(name: str, content: bytes, limit: int) -> bytes:
    if len(content) > limit:
        _refuse_size(name, limit)
    return content


def _refuse_known(name: str, content: bytes) -> None:
    if not content.strip():
        _refuse(name, "is empty", _NAME_A_PROFILE)
    for start, words in _KNOWN.items():
        if content.startswith(start):
            _refuse(name, f"{words}, no configuration profile", _NAME_A_PROFILE)


def _refuse_size(name: str, limit: int) -> NoReturn:
    _refuse(
        name,
        f"is larger than {limit // (1024 * 1024)} MiB, the most that is read",
        "Check that it is the right file; nothing was changed.",
    )


def _refuse(name: str, why: str, remedy: str) -> NoReturn:
    raise UnreadableInput(f"{shown_name(name)}: {why}.", remedy=remedy)
