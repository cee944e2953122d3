"""Two phones of one model: the operator says which is which, and what doesn't fit is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.migration.test_engine import applying, balances
from tests.migration.test_ledger import NOW, plan_for, url
from ueapi import migration
from ueapi.cli.main import app
from ueapi.errors import UnreadableInput, UsageError
from ueapi.migration.choosing import choose, chosen
from ueapi.migration.documents import Plan
from ueapi.migration.ledger import Ledger
from ueapi.migration.policy import Policy
from ueapi.migration.rehearse import Rehearsal, people_by_key
from ueapi.migration.rows import DeviceState
from ueapi.plugins import Registry
from ueapi.rehearsal.fleet import Habit, Mix

TWINS = Mix(habits={Habit.TWO_PHONES: 1.0}, odd=0.0)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    opened = Ledger(url(tmp_path))
    opened.begin(plan_for(3), NOW)
    return opened


def first(ledger: Ledger) -> tuple[str, str]:
    row = ledger.devices()[0]
    return row.person, row.source_id


def test_an_answer_is_noted_in_ledger_log_and_evidence(ledger: Ledger) -> None:
    person, old = first(ledger)
    ledger.set_device(old, state=DeviceState.LEFT, since=NOW)

    choose(ledger, person, old=old, new="n-1", now=NOW)

    assert chosen(ledger) == {"n-1": old}
    assert [line.kind for line in ledger.lines(person=person)] == ["matched"]
    assert "match" in [e.action for e in ledger.entries()]


def test_it_is_refused_for_strangers_and_for_phones_of_others(ledger: Ledger) -> None:
    person, _ = first(ledger)
    other = ledger.devices()[1]

    with pytest.raises(UnreadableInput, match="nobody"):
        choose(ledger, "stranger", old=other.source_id, new="n-1", now=NOW)
    with pytest.raises(UnreadableInput, match="no phone of that id"):
        choose(ledger, person, old=other.source_id, new="n-1", now=NOW)


@pytest.mark.parametrize("state", [DeviceState.PLANNED, DeviceState.ENROLLED])
def test_it_is_refused_unless_the_phone_is_between_the_two(
    ledger: Ledger, state: DeviceState
) -> None:
    person, old = first(ledger)
    ledger.set_device(old, state=state, since=NOW)

    with pytest.raises(UsageError, match=r"has not left|already"):
        choose(ledger, person, old=old, new="n-1", now=NOW)

    assert chosen(ledger) == {}


def test_an_enrollment_belongs_to_one_phone(ledger: Ledger) -> None:
    rows = ledger.devices()
    ledger.set_device(rows[0].source_id, state=DeviceState.ENROLLED, since=NOW, target_id="n-1")
    for row in rows[1:]:
        ledger.set_device(row.source_id, state=DeviceState.LEFT, since=NOW)
    choose(ledger, rows[1].person, old=rows[1].source_id, new="n-2", now=NOW)

    for new in ("n-1", "n-2"):
        with pytest.raises(UsageError, match="another phone"):
            choose(ledger, rows[2].person, old=rows[2].source_id, new=new, now=NOW)


def ambiguous(tmp_path: Path) -> tuple[Rehearsal, Plan, str, str]:
    """A move in which somebody's two phones can't be told apart, and that person's key."""
    rehearsal = Rehearsal.of(
        Registry.installed(), source="jamf", target="hexnode", users=6, seed=3, mix=TWINS
    )
    policy = Policy(wave_sizes=(6,), leave_by_server=frozenset({1}))
    plan = rehearsal.plan(*rehearsal.snapshots(), policy)
    people = tuple(
        p.model_copy(
            update={"devices": tuple(d.model_copy(update={"name_digest": ""}) for d in p.devices)}
        )
        for p in plan.people
    )
    plan = plan.model_copy(update={"people": people}).sealed()
    rehearsal._people = people_by_key(plan, rehearsal.world)
    ledger = f"sqlite:///{tmp_path / 'move.db'}"
    for event in (events := applying(rehearsal, plan, ledger)):
        if event.kind == "two-phones-fit":
            events.close()
            return rehearsal, plan, ledger, event.person or ""
    raise AssertionError("every phone could be told from the others")


def test_the_answer_is_taken_up_and_the_move_goes_on(tmp_path: Path) -> None:
    rehearsal, plan, ledger, person = ambiguous(tmp_path)
    asked = next(line for line in migration.who(ledger, person).history if "may be phone" in line)
    new, _, olds = asked.partition("new enrollment ")[2].partition(" may be phone ")
    old = olds.split(" or ")[0]

    told = CliRunner().invoke(
        app, ["migrate", "match", person, old, new, "--ledger", str(tmp_path / "move.db")]
    )
    for _ in applying(rehearsal, plan, ledger):
        pass

    assert told.exit_code == 0, told.output
    found = migration.who(ledger, person)
    assert [d["target"] for d in found.devices if d["source"] == old] == [new]
    assert found.state == "moved"
    assert balances(migration.status(ledger))
