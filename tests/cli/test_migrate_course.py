"""Promises of `ueapi migrate status|pause|resume|exempt|rollback`: true words, and nothing done unasked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from tests.cli.moves import begin
from tests.migration.test_ledger import NOW
from ueapi import migration
from ueapi.cli import course, opening
from ueapi.cli.main import app
from ueapi.cli.printing import output
from ueapi.errors import UeapiError
from ueapi.migration import Gone, Rollback
from ueapi.migration.ledger import Ledger
from ueapi.migration.rows import DeviceState, Request

runner = CliRunner()


def run(*words: str | Path, code: int = 0) -> str:
    output.cache_clear()
    result = runner.invoke(app, ["migrate", *map(str, words)], env={"COLUMNS": "100"})
    assert result.exit_code == code, result.output
    return " ".join(str(result.output).split())


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return begin(tmp_path)


def requested(ledger: Path) -> Request | None:
    with Ledger(f"sqlite:///{ledger}", may_write=False) as opened:
        return opened.requested()


def test_status_is_the_picture_and_the_head_of_the_evidence(ledger: Path) -> None:
    with Ledger(f"sqlite:///{ledger}", may_write=False) as opened:
        head = opened.head()

    told = run("status", "--ledger", ledger)

    assert told.startswith("1 of 4 people moved from")
    assert told.endswith(f"Evidence: {head.entries} entries, head {head.digest}")


def test_status_as_json_is_the_report(ledger: Path) -> None:
    document = json.loads(run("status", "--ledger", ledger, "--json"))

    assert document["users"]["moved"] == 1
    assert document["waves"][0]["arrived"] == 1
    assert document["finish"]["per_day"] == 0.5


# -- pause and resume ------------------------------------------------------------------------------


def test_a_pause_is_asked_for_and_said_to_wait_when_nobody_applies(ledger: Path) -> None:
    told = run("pause", "--ledger", ledger, "--reason", "the help desk is ill")

    assert requested(ledger) == Request(wanted="pause", reason="the help desk is ill")
    assert "Nobody applies the plan now" in told
    assert f"ueapi migrate resume --ledger {ledger}" in told
    assert "A pause is asked for, and not in effect yet: the help desk is ill." in run(
        "status", "--ledger", ledger
    )


def test_a_pause_works_while_another_process_holds_the_ledger(ledger: Path) -> None:
    with Ledger(f"sqlite:///{ledger}") as working:
        told = run("pause", "--ledger", ledger, "--reason", "fire drill")

        assert "hears it within a minute" in told
        assert working.requested() == Request(wanted="pause", reason="fire drill")


def test_pausing_twice_says_that_it_stands_still_already(ledger: Path) -> None:
    with Ledger(f"sqlite:///{ledger}") as opened:
        opened.pause("too many errors", NOW, by="rule")

    assert "stands still already" in run("pause", "--ledger", ledger, "--reason", "so do I")


def test_resuming_says_what_it_was_paused_for(ledger: Path) -> None:
    with Ledger(f"sqlite:///{ledger}") as opened:
        opened.pause("wave 1: 3 of 20 went wrong", NOW, by="rule")

    told = run("resume", "--ledger", ledger)

    assert "by a rule of the policy: wave 1: 3 of 20 went wrong." in told
    assert "doesn't stop the move again" in told
    assert "run `ueapi migrate apply`" in told
    assert requested(ledger) == Request(wanted="resume", reason="")


def test_what_is_not_paused_is_left_alone(ledger: Path) -> None:
    assert "not paused" in run("resume", "--ledger", ledger)
    assert requested(ledger) is None


@pytest.mark.parametrize("words", [("pause", "--reason", "x"), ("resume",)])
def test_a_missing_ledger_is_said_and_not_made(words: tuple[str, ...], tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.db"

    result = runner.invoke(app, ["migrate", words[0], str(missing), *words[1:]])

    assert isinstance(result.exception, UeapiError)
    assert not missing.exists()


def test_a_person_who_has_not_left_can_be_exempted(ledger: Path) -> None:
    with Ledger(f"sqlite:///{ledger}") as opened:
        row = next(r for r in opened.devices() if r.state is DeviceState.ANNOUNCED)

    told = run("exempt", row.person, "--ledger", ledger, "--reason", "on leave")

    assert told == "1 phone stays where it is."
    assert "exempt" in run("who", row.person, "--ledger", ledger)


# -- rollback --------------------------------------------------------------------------------------


class Stub:
    """Stands in for the tenants and for calling the move off; remembers what was asked of it."""

    def __init__(self, found: Rollback) -> None:
        self.found = found
        self.previews: list[bool] = []

    @contextmanager
    def open_tenant(self, _: str, **__: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(now=lambda: NOW)

    def rollback(self, *_: object, preview: bool = False, **__: object) -> Rollback:
        self.previews.append(preview)
        return self.found


FOUND = Rollback(
    restored=("p-1", "p-2"),
    gone=tuple(
        Gone(person=f"p-{n}", why="The old enrollment ended.", do="Let them work where they are.")
        for n in range(3, 15)
    ),
    removed={"profile assignments": 2},
    kept=("3 users on the target: people work with them",),
    line_of_no_return="12 phones of 12 people have left.",
)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    made = Stub(FOUND)
    monkeypatch.setattr(course, "open_tenant", made.open_tenant)
    monkeypatch.setattr(opening, "open_tenant", made.open_tenant)
    monkeypatch.setattr(migration, "rollback", made.rollback)
    return made


def off(ledger: Path, *more: str, code: int) -> str:
    plan = ledger.with_name("plan.json")
    tenants = ("--source", "old", "--target", "new")
    return run("rollback", plan, "--ledger", ledger, *tenants, *more, code=code)


def test_without_yes_nothing_is_changed_and_the_exit_code_says_so(stub: Stub, ledger: Path) -> None:
    told = off(ledger, code=1)

    assert stub.previews == [True]
    assert "12 phones of 12 people have left." in told
    assert "2 people stay on the old product, as before." in told
    assert "No way back for 12: Let them work where they are." in told
    assert "p-3: The old enrollment ended." in told
    assert "and 4 more; --json names all of them." in told
    assert "Nothing was changed. To call the move off, add --yes." in told


def test_with_yes_it_is_previewed_and_then_done(stub: Stub, ledger: Path) -> None:
    told = off(ledger, "--yes", code=0)

    assert stub.previews == [True, False]
    assert told.index("would mean") < told.index("The move is called off.")
    assert "Taken back on the target: 2 profile assignments." in told
    assert "move.outbox says who" in told


@pytest.mark.parametrize(("more", "code", "done"), [((), 1, False), (("--yes",), 0, True)])
@pytest.mark.usefixtures("stub")
def test_the_document_names_everyone(
    ledger: Path, more: tuple[str, ...], code: int, done: bool
) -> None:
    told = off(ledger, "--json", *more, code=code)

    document = json.loads(told[told.index("{") :])
    assert document["done"] is done
    assert document["restored"] == ["p-1", "p-2"]
    assert [g["person"] for g in document["gone"]] == [f"p-{n}" for n in range(3, 15)]
    assert document["removed"] == {"profile assignments": 2}
