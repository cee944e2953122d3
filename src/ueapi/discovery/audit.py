"""The responder's audit log: a line of JSON for each answer and each change, without anything about a person."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from attrs import asdict, define, field

from ueapi.discovery.responder import Answered

_OWNER_ONLY = 0o600


@define
class AuditLog:
    """Appends lines to a file, or drops them where there is none."""

    now: Callable[[], datetime]
    _out: IO[str] | None = field(default=None, repr=False)

    @classmethod
    @contextmanager
    def opened(cls, path: Path | None, *, now: Callable[[], datetime]) -> Iterator[AuditLog]:
        """Open the file for appending, readable by its owner only."""
        if path is None:
            yield cls(now)
            return
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
        with os.fdopen(handle, "a", encoding="utf-8", buffering=1) as out:
            yield cls(now, out)

    def answered(self, line: Answered) -> None:
        """Note an answer."""
        self._write(asdict(line))

    def told(self, outcome: str, detail: str) -> None:
        """Note that the list or the switch changed."""
        self._write({"outcome": outcome, "detail": detail})

    def _write(self, row: dict[str, object]) -> None:
        if self._out is not None:
            self._out.write(json.dumps({"at": self.now().isoformat(), **row}) + "\n")
