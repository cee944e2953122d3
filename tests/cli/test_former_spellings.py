"""Scripts that use a former spelling go on working, and no help shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.migration.test_ledger import NOW, plan_for, url
from ueapi.cli.main import app
from ueapi.errors import UeapiError, UsageError
from ueapi.migration.ledger import Ledger

SPEC = """
identifier = "org.example.work"
name = "Work"

[[payload]]
kind = "com.apple.domains"
WebDomains = ["example.org"]
"""


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, words)), env={"COLUMNS": "80"})


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    with Ledger(url(tmp_path)) as opened:
        opened.begin(plan_for(2), NOW)
        opened.note(NOW, "ueapi", "begun", "1 wave")
    return tmp_path / "move.db"


@pytest.mark.parametrize("spelling", ["--out {}", "--output {}", "--output={}", "--out={}"])
def test_a_profile_is_written_by_either_name_of_the_option(spelling: str, tmp_path: Path) -> None:
    (tmp_path / "work.toml").write_text(SPEC)
    built, bare = tmp_path / "built.mobileconfig", tmp_path / "bare.mobileconfig"

    first = run("profile", "build", tmp_path / "work.toml", *spelling.format(built).split())
    second = run("profile", "strip", built, *spelling.format(bare).split())

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert built.exists()
    assert bare.exists()


@pytest.mark.parametrize("option", [("--ledger",), ()])
def test_a_ledger_is_named_with_its_option_and_without_as_before(
    option: tuple[str, ...], ledger: Path, tmp_path: Path
) -> None:
    named = (*option, ledger)

    results = [
        run("migrate", "evidence", "export", *named, "--out", tmp_path / "out"),
        run("migrate", "pause", *named, "--reason", "fire drill"),
        run("migrate", "resume", *named),
    ]

    assert [r.exit_code for r in results] == [0, 0, 0], [r.output for r in results]
    assert (tmp_path / "out").is_dir()


def test_a_ledger_that_is_named_twice_is_refused(ledger: Path) -> None:
    twice = run("migrate", "resume", "old.db", "--ledger", ledger)
    two = run("migrate", "resume", "old.db", ledger)

    for result in (twice, two):
        assert isinstance(result.exception, UsageError)
        assert "--ledger" in result.exception.remedy


def test_the_ledger_of_a_move_is_looked_for_where_apply_leaves_it(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ledger.parent)

    assert run("migrate", "resume").exit_code == 0
    assert not isinstance(
        run("migrate", "evidence", "export", "--out", "out").exception, UeapiError
    )


@pytest.mark.parametrize(
    "command",
    ["profile build", "profile sign", "profile strip", "migrate pause", "migrate resume",
     "migrate evidence export"],
)  # fmt: skip
def test_help_shows_todays_spelling_only(command: str) -> None:
    shown = run(*command.split(), "--help").output

    assert "--output" not in shown
    assert "LEDGER" not in shown
    assert "--out " in shown or "--ledger " in shown
