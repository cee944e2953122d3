"""`ueapi guide` as its user types it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ueapi.cli.main import app
from ueapi.errors import UsageError


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["guide", *words])


def test_instructions_go_to_stdout_and_remarks_to_stderr() -> None:
    done = run("instructions", "--backend", "hexnode", "--from", "jamf", "--language", "de")

    assert done.exit_code == 0
    assert done.stdout.startswith("So zieht Ihr iPhone zu Hexnode UEM um\n")
    assert "no source confirms it" in done.stderr
    assert "no source confirms" not in done.stdout


@pytest.mark.parametrize("form", ["html", "print"])
def test_a_page_goes_to_a_file(tmp_path: Path, form: str) -> None:
    out = tmp_path / "page.html"

    done = run("instructions", "--backend", "jamf", "--format", form, "--out", str(out))

    assert (done.exit_code, done.stdout) == (0, "")
    assert out.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_a_page_that_names_a_person_is_for_its_owner_only(tmp_path: Path) -> None:
    out = tmp_path / "ada.html"

    run("instructions", "--backend", "jamf", "--name", "Ada", "--format", "html", "--out", str(out))

    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_trust_page_is_html_unless_said_otherwise(tmp_path: Path) -> None:
    out = tmp_path / "trust.html"

    done = run("trust", "--backend", "jamf", "--audience", "council", "--out", str(out))

    assert done.exit_code == 0
    assert "<code>DeviceInformation:SerialNumber</code>" in out.read_text("utf-8")


def test_a_trust_page_can_be_markdown() -> None:
    done = run(
        "trust", "--backend", "jamf", "--format", "markdown", "--organization", "Example Ltd"
    )

    assert done.stdout.startswith(
        "# What Example Ltd can and can\N{RIGHT SINGLE QUOTATION MARK}t see or do on your iPhone\n"
    )


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("instructions", "--backend", "jamf", "--ios", "14.0"), "can't be enrolled"),
        (("instructions", "--backend", "jamf", "--way", "profile"), "no enrollment by profile"),
        (("trust", "--backend", "jamf", "--language", "xx"), "no texts in the language"),
        (("trust", "--backend", "nothing"), "nothing"),
    ],
)
def test_what_cannot_be_made_is_refused(words: tuple[str, ...], problem: str) -> None:
    done = run(*words)

    assert isinstance(done.exception, UsageError)
    assert problem in str(done.exception)


@pytest.mark.parametrize("account", ["sam", "@example.org", "sam@example", "sam@not a domain"])
def test_nobody_is_told_to_type_an_account_no_phone_takes(account: str) -> None:
    done = run("instructions", "--backend", "jamf", "--account", account)

    assert isinstance(done.exception, UsageError)
    assert "sam@example.org" in done.exception.remedy
    assert not done.stdout
