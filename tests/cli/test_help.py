"""What a newcomer reads first: every list of commands fits a terminal, and an error names what was named."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ueapi.cli.main import app
from ueapi.cli.output_files import write_output

GROUPS = ("", "rules", "profile", "tenant", "migrate", "migrate evidence", "discovery", "guide",
          "phone", "plugin")  # fmt: skip


@pytest.mark.parametrize("group", GROUPS)
def test_no_summary_of_a_command_is_cut_on_80_columns(group: str) -> None:
    shown = CliRunner().invoke(app, [*group.split(), "--help"], env={"COLUMNS": "80"})

    commands = shown.output.partition("Commands:")[2]
    assert shown.exit_code == 0
    assert commands.strip()
    assert "..." not in commands


def test_a_file_that_cant_be_written_is_named_as_it_was_given(tmp_path: Path) -> None:
    wanted = tmp_path / "missing" / "page.html"

    with pytest.raises(FileNotFoundError) as refused:
        write_output(wanted, b"text", mode=0o600)

    assert refused.value.filename == str(wanted)


def test_one_backends_claims_stand_with_their_sources() -> None:
    shown = CliRunner().invoke(app, ["capabilities", "hexnode"], env={"COLUMNS": "80"}).output

    table, _, sources = shown.partition("\nSources:\n")
    row = next(line for line in table.splitlines() if line.startswith("users.get"))
    number = row.split()[2]
    named = [line.split()[0] for line in sources.splitlines() if line[:3].strip()]
    assert number in named
    assert named == [str(n) for n in range(1, len(named) + 1)]
