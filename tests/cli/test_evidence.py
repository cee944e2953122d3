"""Promises of `ueapi migrate evidence`: what can be relied on from a shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.apple import signers
from tests.migration.test_ledger import NOW, plan_for, url
from ueapi.cli.main import app
from ueapi.errors import UnreadableInput, UsageError
from ueapi.migration.ledger import Ledger

runner = CliRunner()


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    with Ledger(url(tmp_path)) as opened:
        opened.begin(plan_for(2), NOW)
        opened.note(NOW, "ueapi", "begun", "1 wave")
    return tmp_path / "move.db"


@pytest.fixture
def pem(tmp_path: Path) -> list[str]:
    """Options that sign, with a locked key."""
    leaf = signers.leaf()
    (tmp_path / "own.pem").write_bytes(leaf.pem + signers.intermediate().pem)
    (tmp_path / "own.key").write_bytes(leaf.key_pem(b"open sesame"))
    (tmp_path / "root.pem").write_bytes(signers.root().pem)
    files = ["--certificate", str(tmp_path / "own.pem"), "--key", str(tmp_path / "own.key")]
    return [*files, "--password-env", "KEY_PASSWORD"]


def run(*arguments: str | Path, code: int = 0, **env: str) -> str:
    result = runner.invoke(app, ["migrate", "evidence", *map(str, arguments)], env=env)
    assert result.exit_code == code, result.output
    return str(result.output)


def test_what_is_exported_and_signed_verifies(ledger: Path, pem: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"

    told = run("export", "--ledger", ledger, "--out", out, *pem, KEY_PASSWORD="open sesame")
    at = f"{signers.NOW:%Y-%m-%dT%H:%M:%S}"
    verified = run("verify", out, "--anchors", tmp_path / "root.pem", "--at", at)

    assert "2 entries" in told
    assert "signed by" in told
    assert "trusted" in verified


def test_a_changed_bundle_ends_with_1_and_names_the_entry(ledger: Path, tmp_path: Path) -> None:
    run("export", "--ledger", ledger, "--out", tmp_path / "out")
    file = tmp_path / "out" / "evidence.ndjson"
    file.write_bytes(file.read_bytes().replace(b"1 wave", b"2 wave"))

    told = run("verify", tmp_path / "out", code=1)
    found = json.loads(run("verify", tmp_path / "out", "--json", code=1))

    assert "entry 2 was altered" in told
    assert found["good"] is False
    assert found["first_bad_entry"] == 2
    assert found["problems"][0]["file"] == "evidence.ndjson"


def test_status_shows_the_head_that_verify_takes(ledger: Path, tmp_path: Path) -> None:
    shown = runner.invoke(app, ["migrate", "status", "--ledger", str(ledger)]).output
    head = shown.rpartition("head ")[2].strip()
    run("export", "--ledger", ledger, "--out", tmp_path / "out")

    found = json.loads(run("verify", tmp_path / "out", "--head", head, "--json"))

    assert found["head"] == head
    assert found["published_entry"] == 2
    run("verify", tmp_path / "out", "--head", head.replace(head[0], "x"), code=1)


def test_a_folder_without_evidence_is_unreadable(tmp_path: Path) -> None:
    result = runner.invoke(app, ["migrate", "evidence", "verify", str(tmp_path)])

    assert isinstance(result.exception, UnreadableInput)


def test_signing_needs_all_it_names(ledger: Path, pem: list[str], tmp_path: Path) -> None:
    command = [
        "migrate",
        "evidence",
        "export",
        "--ledger",
        str(ledger),
        "--out",
        str(tmp_path / "out"),
    ]

    for options in (pem[:2], pem[2:], pem):
        result = runner.invoke(app, [*command, *options])
        assert isinstance(result.exception, UsageError)
    assert not (tmp_path / "out").exists()
