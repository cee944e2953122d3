"""What a newcomer reads first: every list of commands fits a terminal, and an error names what was named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command
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


def every_command(group: TyperGroup, *words: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from every_command(command, *words, name)
        else:
            yield (*words, name)


def test_the_help_of_every_command_fits_80_columns_and_speaks_of_no_type_of_python() -> None:
    root = get_command(app)
    assert isinstance(root, TyperGroup)

    for words in every_command(root):
        shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "80"}).output
        options = shown.partition("Options:")[2]
        assert options.strip(), words
        assert max(map(len, shown.splitlines())) <= 80, words
        assert "list[" not in options, words
        assert "datetime" not in options, words


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
