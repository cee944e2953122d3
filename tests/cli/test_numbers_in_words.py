"""One of a thing is told in the singular, wherever the command line counts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from tests.migration.test_ledger import NOW, plan_for, url
from ueapi.cli.main import app
from ueapi.cli.table import safe
from ueapi.errors import UeapiError
from ueapi.migration.ledger import Ledger

WRONG: Final = re.compile(r"\b1 (people|\w+(?<!ss)s)\b")
"""One of several; "1 was" and the like have no place in these texts."""


def told(*words: str | Path) -> str:
    result = CliRunner().invoke(app, list(map(str, words)), env={"COLUMNS": "200"})
    problem = result.exception
    assert problem is None or isinstance(problem, UeapiError | SystemExit), result.output
    return " ".join(f"{result.output} {problem or ''}".split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plan for one person, their move that has just begun, its evidence, and files that are none."""
    plan_for(1).write(tmp_path / "plan.json")
    with Ledger(url(tmp_path)) as opened:
        opened.begin(plan_for(1), NOW)
    (tmp_path / "odd.json").write_text('{"format": 1}')
    told("migrate", "evidence", "export", "--ledger", tmp_path / "move.db", "--out", tmp_path / "e")
    return tmp_path


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("migrate evidence verify {}/e", "1 entry from"),
        ("migrate status --ledger {}/move.db", "of 1 person moved"),
        ("migrate status --ledger {}/move.db", "Evidence: 1 entry,"),
        ("rules check {}/odd.json", "1 file for"),
    ],
)
def test_one_is_told_in_the_singular(folder: Path, command: str, says: str) -> None:
    shown = told(*command.format(folder).split())

    assert says in shown
    assert not WRONG.search(safe(shown.replace(str(folder), ""))), shown
