"""`ueapi plugin check` says how far a backend is, and what comes next; its exit code tells a pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ueapi.testing.running
from tests.testing_kit import slips
from ueapi.cli.main import app
from ueapi.testing.catalog import KitTest, all_tests

IN_A_MOMENT = ("apps", "connection")


@pytest.fixture(autouse=True)
def few_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    def few() -> tuple[KitTest, ...]:
        return tuple(t for t in all_tests() if getattr(t.suite, "facet", "") in IN_A_MOMENT)

    monkeypatch.setattr(ueapi.testing.running, "all_tests", few)


def test_a_good_backend_is_graded_and_its_results_are_kept(tmp_path: Path) -> None:
    kept = tmp_path / "conformance.json"

    done = CliRunner().invoke(app, ["plugin", "check", "hexnode", "--out", str(kept)])

    assert done.exit_code == 0, done.output
    assert "None of 15 tests fails." in done.output
    assert "Grade of Hexnode UEM: " in done.output
    assert json.loads(kept.read_text(encoding="utf-8"))["backend"] == "hexnode"


def test_a_failing_test_is_named_with_its_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    slips.always_says_created(monkeypatch)

    done = CliRunner().invoke(app, ["plugin", "check", "hexnode"])

    assert done.exit_code == 1
    assert "2 of 15 tests fail" in done.output
    assert "apps.ensure.already-there" in done.output


def test_a_document_has_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    slips.always_says_created(monkeypatch)

    done = CliRunner().invoke(app, ["plugin", "check", "hexnode", "--json"])
    document = json.loads(done.stdout)

    assert document["grade"] is None
    assert {"id", "tier", "reason", "fix", "found"} == set(document["next"])
    assert {r["id"] for r in document["results"] if r["outcome"] == "failed"} == {
        "apps.ensure.already-there",
        "apps.ensure.is-listed",
    }


def test_an_unknown_backend_is_told() -> None:
    done = CliRunner().invoke(app, ["plugin", "check", "nobody"])

    assert done.exit_code != 0
