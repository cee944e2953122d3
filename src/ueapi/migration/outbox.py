"""Messages as files: whom to ask what, and what an administrator makes by hand. ueapi itself sends nothing.

`asks.ndjson` gets a line for each person asked; a task with content gets a configuration profile beside it, secrets as
references. Files are readable by their owner only, since they name people.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from ueapi.migration.documents import PlannedPerson, Task
from ueapi.migration.snapshots import write_private
from ueapi.migration.steering import Question

ASKS: Final = "asks.ndjson"


class Outbox:
    """A messenger that writes down what others deliver. `reported` are the tasks an operator confirmed."""

    def __init__(
        self, folder: Path, now: Callable[[], datetime], reported: frozenset[str] = frozenset()
    ) -> None:
        """Nothing is written before there is a message."""
        self._folder = folder
        self._now = now
        self._reported = reported

    def ask(self, people: Sequence[PlannedPerson], question: Question) -> None:
        """Add a line for each person."""
        lines = [
            {
                "at": self._now().isoformat(timespec="seconds"),
                "question": question.value,
                "person": person.key,
                "name": person.name,
                "managed_apple_id": str(person.managed_apple_id),
                "email": person.email,
                "wave": person.wave,
            }
            for person in people
        ]
        self._append("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))

    def task(self, task: Task, remark: str) -> None:
        """Write the task's text, and what is to be made by hand."""
        text = "\n".join(
            [task.title, *(f"{n}. {step}" for n, step in enumerate(task.steps, start=1))]
        )
        note = f"\n\nNot right yet: {remark}" if remark else ""
        write_private(self._folder / f"{task.id}.txt", f"{text}{note}\n")
        if task.content is not None:
            content = task.content.decode("utf-8")
            write_private(self._folder / f"{task.id}.mobileconfig", content)

    def reported(self) -> frozenset[str]:
        """The tasks an operator confirmed."""
        return self._reported

    def _append(self, text: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(self._folder / ASKS, flags, 0o600), "a", encoding="utf-8") as out:
            out.write(text)
