"""Golden cases: one exchange each, as a file a person can review, and a folder that is written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

from attrs import asdict, field, frozen

from ueapi.errors import UnreadableInput, UsageError
from ueapi.flow import Call, Effect, Reply

T = TypeVar("T")

FORMAT: Final = 1
HEAD: Final = "backend.json"
"""The file that says whose cases these are."""
LARGEST: Final = 8 * 1024 * 1024
"""Bytes of one case; whole pages are far smaller."""
MOST: Final = 2000
_OWNER_ONLY: Final = 0o700
_OWNER_FILE: Final = 0o600


@frozen(kw_only=True)
class Case:
    """What was asked and what came, after everything that could mean someone was replaced.

    `path` is the template, `at` the values in it. `content` is a JSON value, or text for XML; `sent` is the request's
    body in the same way.
    """

    operation: str
    method: str
    path: str
    at: Mapping[str, str] = field(factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    sent: object = None
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)
    content: object = None

    @property
    def call(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """What a call must be like to get this answer."""
        return self.method, target_of(self.path, self.at), self.query

    def reply(self) -> Reply:
        """The answer as it would arrive."""
        body = self.content
        if isinstance(body, str):
            return Reply(self.status, self.headers, body.encode())
        return Reply(self.status, self.headers, b"" if body is None else json.dumps(body).encode())

    def text(self) -> str:
        """The file's text."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def of(cls, text: str) -> Case:
        """Read a file's text.

        Raises:
            ValueError: it is no case of this format.
        """
        found = json.loads(text)
        if not isinstance(found, dict) or found.pop("format", None) != FORMAT:
            raise ValueError("no golden case of this format")
        query = tuple((str(name), str(value)) for name, value in found.pop("query"))
        try:
            return cls(query=query, **found)
        except TypeError:
            raise ValueError("no golden case of this format") from None


def target_of(path: str, at: Mapping[str, str]) -> str:
    """The path with its values encoded in, as a call has it."""
    return Call(operation="", method="", path=path, effect=Effect.READS, at=at).target


@frozen(kw_only=True)
class Tape:
    """A folder's content: the cases, the backend they are for, and settings that make it ask what they answer."""

    backend: str
    settings: Mapping[str, object]
    cases: tuple[Case, ...]

    def texts(self) -> dict[str, str]:
        """File names, in order, and texts."""
        head = {"format": FORMAT, "backend": self.backend, "settings": dict(self.settings)}
        named = {
            f"{n:03d}-{case.operation.replace(' ', '-')}.json": case.text()
            for n, case in enumerate(self.cases, 1)
        }
        return {HEAD: json.dumps(head, ensure_ascii=False, indent=1) + "\n", **named}


def require_place(folder: Path, *, may_replace: bool) -> None:
    """Check before a long reading that the folder can be written.

    Raises:
        UsageError: something is there that must stay; it was left as it is.
    """
    if may_replace and folder.exists():
        _require_cases(folder)
    elif folder.exists() or folder.is_symlink():
        raise UsageError(
            f"{folder.name} exists.",
            remedy="Name another folder, or pass --force; nothing was changed.",
        )


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Put a new folder in place, readable by its owner only.

    Raises:
        UsageError: there is something of that name; it was left as it is.
        OSError: no rights or no space; nothing was changed.
    """
    require_place(folder, may_replace=False)
    _drafted(folder, texts).rename(folder)


def replace(folder: Path, texts: Mapping[str, str]) -> None:
    """Put a folder of cases in the place of one that is there; the old one goes only once the new one stands.

    Raises:
        UsageError: what is there is no folder of cases; it was left as it is.
        OSError: no rights or no space; nothing was changed.
    """
    if not folder.exists():
        write(folder, texts)
        return
    _require_cases(folder)
    draft = _drafted(folder, texts)
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    folder.rename(old)
    try:
        draft.rename(folder)
    except OSError:
        old.rename(folder)
        shutil.rmtree(draft, ignore_errors=True)
        raise
    shutil.rmtree(old)


def read(folder: Path) -> Tape:
    """Read a folder of cases, in order.

    Raises:
        UnreadableInput: there is no such folder, or a file in it is none of ours; the message names it.
    """
    paths = sorted(folder.glob("[0-9]*.json")) if folder.is_dir() else []
    if not paths or len(paths) > MOST:
        raise UnreadableInput(
            f"{folder.name} is no folder of golden cases.",
            remedy="Record one with `ueapi plugin record`.",
        )
    backend, settings = _read(folder / HEAD, _head)
    return Tape(
        backend=backend, settings=settings, cases=tuple(_read(path, Case.of) for path in paths)
    )


def _head(text: str) -> tuple[str, Mapping[str, object]]:
    found = json.loads(text)
    if found["format"] != FORMAT or not isinstance(found["settings"], dict):
        raise ValueError("no head of this format")
    return str(found["backend"]), found["settings"]


def _read(path: Path, parse: Callable[[str], T]) -> T:
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("too large")
        return parse(path.read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableInput(
            f"{path.name} is no golden case.",
            remedy="Record the folder again; it is not edited by hand.",
        ) from None


def _require_cases(folder: Path) -> None:
    """Only what looks like a recording may be replaced, so that a slip of the hand costs no other folder."""
    is_ours = folder.is_dir() and not folder.is_symlink()
    if is_ours and any(p.is_dir() or p.suffix != ".json" for p in folder.iterdir()):
        is_ours = False
    if not is_ours:
        raise UsageError(
            f"{folder.name} is no folder of golden cases.",
            remedy="Name another folder; nothing was changed.",
        )


def _drafted(folder: Path, texts: Mapping[str, str]) -> Path:
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    draft.mkdir(mode=_OWNER_ONLY)
    try:
        for name, text in texts.items():
            handle = os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_FILE)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return draft
