"""Promises of `ueapi demo` and `ueapi migrate rehearse`: one document, true words about trouble, your own policy."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ueapi.cli.main import app
from ueapi.cli.printing import output
from ueapi.cli.trouble import in_words
from ueapi.errors import UsageError
from ueapi.rehearsal.faults import Fault, Oddity
from ueapi.rehearsal.scenarios import SCENARIOS

runner = CliRunner()


def run(*words: str | Path, code: int = 0) -> str:
    output.cache_clear()
    result = runner.invoke(app, [*map(str, words)], env={"COLUMNS": "100"})
    assert result.exit_code == code, result.output
    return str(result.stdout)


@pytest.mark.parametrize("words", [("demo",), ("migrate", "rehearse")])
def test_the_scenarios_are_listed_with_what_happens(words: tuple[str, ...]) -> None:
    listed = run(*words, "--scenario", "list")
    told = " ".join(listed.split())

    assert all(f"{name} " in told for name in SCENARIOS)
    assert max(map(len, listed.splitlines())) <= 100
    assert json.loads(run(*words, "--scenario", "list", "--json"))[0]["do"]


def test_an_unknown_scenario_is_refused_with_the_names(tmp_path: Path) -> None:
    result = runner.invoke(app, ["demo", "--scenario", "rain", "--out", str(tmp_path / "out")])

    assert isinstance(result.exception, UsageError)
    assert "storm" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_under_trouble_the_summary_says_what_really_happened(tmp_path: Path) -> None:
    told = " ".join(
        run(
            *("demo", "--users", "10", "--seed", "5"),
            *("--scenario", "storm", "--out", tmp_path),
        ).split()
    )

    assert "Scenario storm" in told
    assert "refused with status 429" in told
    assert "refused with status 503" in told
    assert "postponed" in told
    assert f"What to do then: {SCENARIOS['storm'].do}" in told
    assert (tmp_path / "report.html").exists()


def test_the_document_tells_of_the_scenario_and_is_alone_on_stdout(tmp_path: Path) -> None:
    document = json.loads(
        run(
            *("migrate", "rehearse", "--users", "10", "--seed", "5"),
            *("--scenario", "outage", "--json", "--out", tmp_path),
        )
    )

    assert document["scenario"]["name"] == "outage"
    assert document["scenario"]["trouble"]["unavailable"] > 0
    assert document["users"]["total"] == 10
    assert "scenario" not in json.loads((tmp_path / "report.json").read_text())


def test_trouble_in_the_products_themselves_is_told_by_its_traces(tmp_path: Path) -> None:
    told = run(
        *("demo", "--users", "6", "--seed", "3"),
        *("--scenario", "clock-skew", "--out", tmp_path),
    )

    assert "the clocks of the two products were 5 minutes apart" in " ".join(told.split())


def test_a_rehearsal_takes_the_policy_the_move_will_have(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("wave_sizes = [2, 3]\nwave_gap = 12.0\n")

    run(
        *("migrate", "rehearse", "--from", "jamf", "--to", "hexnode", "--users", "10"),
        *("--seed", "5", "--policy", policy, "--json", "--out", tmp_path / "out"),
    )

    plan = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert [len(wave["people"]) for wave in plan["waves"]][:2] == [2, 3]
    assert plan["policy"]["wave_gap"] == 12.0


def test_a_rehearsal_in_which_a_rule_stopped_the_move_says_so(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[stop]\ngap_p95_minutes = 0.5\nsamples = 1\n")

    told = " ".join(
        run(
            *("migrate", "rehearse", "--users", "10", "--seed", "5"),
            *("--policy", policy, "--out", tmp_path / "out"),
        ).split()
    )

    assert re.search(r"The move stood still .*: wave \d: one phone in twenty was without", told)
    assert "ueapi migrate resume" in told


def test_in_a_pipe_there_is_a_line_for_each_event_that_matters(tmp_path: Path) -> None:
    lines = run("demo", "--users", "6", "--seed", "3", "--out", tmp_path).splitlines()

    events = [line for line in lines if line.startswith("2026-")]
    assert any(" wave: wave 1 begins" in line for line in events)
    assert not any(" verified" in line or " asked" in line for line in events)
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize("kind", [*Fault, *Oddity, "stale"])
def test_every_trouble_has_words(kind: str) -> None:
    (told,) = in_words({kind: 2})

    assert told.startswith("2 calls ")
    assert f"with {kind}" not in told
