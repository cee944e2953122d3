"""Promises of the outbox: everyone who is asked is written down, for the owner's eyes only."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.migration.test_ledger import plan_for
from ueapi.migration.documents import Task
from ueapi.migration.outbox import Outbox
from ueapi.migration.steering import Question

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def test_asks_are_appended_line_by_line_and_private(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "move.outbox", lambda: NOW)
    people = plan_for(2).people

    outbox.ask(people, Question.MOVE)
    outbox.ask(people[:1], Question.REMIND)

    path = tmp_path / "move.outbox" / "asks.ndjson"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["question"] for line in lines] == ["move", "move", "remind"]
    assert lines[0]["managed_apple_id"] == "person1@example.org"
    assert path.stat().st_mode & 0o077 == 0


def test_a_task_is_written_with_its_steps_and_what_to_make(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, lambda: NOW)
    task = Task(
        id="T-1", kind="make-profile", title="Make it", steps=("Open", "Save"), content=b"<plist/>"
    )

    outbox.task(task, "")
    outbox.task(task, "a setting differs")

    assert (tmp_path / "T-1.mobileconfig").read_bytes() == b"<plist/>"
    text = (tmp_path / "T-1.txt").read_text()
    assert text == "Make it\n1. Open\n2. Save\n\nNot right yet: a setting differs\n"


def test_nothing_is_written_before_there_is_a_message(tmp_path: Path) -> None:
    Outbox(tmp_path / "move.outbox", lambda: NOW)

    assert list(tmp_path.iterdir()) == []
