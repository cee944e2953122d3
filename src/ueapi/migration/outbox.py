"""Messages as files: whom to ask what, and what an administrator makes by hand. ueapi itself sends nothing.

`asks.ndjson` gets a line for each person asked, which names the files with the message: its text, and the page with the
steps, in the folder `messages`. A task with content gets a configuration profile beside it, secrets as references.
Files are readable by their owner only, since they name people.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ueapi.migration.digests import digest_of
from ueapi.migration.documents import PlannedPerson, Task
from ueapi.migration.snapshots import write_private
from ueapi.migration.steering import Question

if TYPE_CHECKING:
    # Whoever writes lines only needs no texts.
    from ueapi.migration.letters import Letter, Letters

ASKS: Final = "asks.ndjson"
MESSAGES: Final = "messages"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _as_planned(task: Task) -> Task:
    return task


class Outbox:
    """A messenger that writes down what others deliver.

    `reported` are the tasks an operator confirmed. Without `letters` there are lines and no messages.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime],
        reported: frozenset[str] = frozenset(),
        *,
        letters: Letters | None = None,
        edited: Callable[[Task], Task] = _as_planned,
    ) -> None:
        """Nothing is written before there is a message; `edited` says how a task is put."""
        self._folder = folder
        self._now = now
        self._reported = reported
        self._letters = letters
        self._edited = edited

    def ask(self, people: Sequence[PlannedPerson], question: Question) -> None:
        """Write the messages, then add a line for each person: who reads a line finds its files."""
        lines = [
            {
                "at": self._now().isoformat(timespec="seconds"),
                "question": question.value,
                "person": person.key,
                "name": person.name,
                "managed_apple_id": str(person.managed_apple_id),
                "email": person.email,
                "wave": person.wave,
                "messages": list(self._written(person, question)),
            }
            for person in people
        ]
        self._append("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))

    def _written(self, person: PlannedPerson, question: Question) -> Iterator[Mapping[str, object]]:
        letters = self._letters.letters(person, question) if self._letters else ()
        for letter in letters:
            more = f".ios{letter.ios.parts[0]}" if len(letters) > 1 else ""
            yield self._put(letter, f"{MESSAGES}/{_name(person.key)}.{question.value}{more}")

    def _put(self, letter: Letter, stem: str) -> Mapping[str, object]:
        message = letter.message
        write_private(self._folder / f"{stem}.txt", message.text)
        if message.html is not None:
            write_private(self._folder / f"{stem}.html", message.html)
        return {
            "ios": str(letter.ios),
            "language": message.language,
            "subject": message.subject,
            "text": f"{stem}.txt",
            "page": f"{stem}.html" if message.html is not None else None,
        }

    def task(self, task: Task, remark: str) -> None:
        """Write the task's text, and what is to be made by hand."""
        task = self._edited(task)
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


def _name(key: str) -> str:
    """A person's key as the name of a file."""
    return key if _PLAIN.fullmatch(key) else digest_of(key)
