"""Promises of the ledger: private, locked, and true after an interruption."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.migration import fleets
from tests.migration.test_planning import WHOLE
from ueapi.errors import LedgerLocked, LedgerMismatch, UnreadableInput
from ueapi.migration import reporting
from ueapi.migration.documents import Plan, Policy
from ueapi.migration.ledger import Ledger
from ueapi.migration.planning import make_plan
from ueapi.migration.rows import DeviceState

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def plan_for(people: int) -> Plan:
    return make_plan(
        fleets.source(
            users=tuple(fleets.user(n) for n in range(1, people + 1)),
            devices=tuple(fleets.device(n, n) for n in range(1, people + 1)),
        ),
        fleets.target(),
        policy=Policy(),
        product=WHOLE,
    )


def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'move.db'}"


def test_an_intent_without_outcome_survives_and_counts_its_attempts(tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger:
        ledger.begin(plan_for(1), NOW)
        ledger.open_intent("user:p-1", "users.ensure", NOW)

    with Ledger(url(tmp_path)) as ledger:
        assert ledger.open_intents() == ["user:p-1"]
        assert ledger.outcome("user:p-1") is None
        assert ledger.open_intent("user:p-1", "users.ensure", NOW) == 2
        ledger.close_intent("user:p-1", "17", NOW)
        assert ledger.outcome("user:p-1") == "17"


def test_the_file_is_its_owners_only(tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger:
        ledger.begin(plan_for(1), NOW)

        files = {f.name: f.stat().st_mode & 0o077 for f in tmp_path.iterdir()}

    assert files == {"move.db": 0, "move.db-wal": 0, "move.db-shm": 0, "move.db.lock": 0}


def test_a_second_writer_is_refused_and_a_reader_is_not(tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger:
        ledger.begin(plan_for(2), NOW)

        with pytest.raises(LedgerLocked, match=r"move\.db"):
            Ledger(url(tmp_path))
        with Ledger(url(tmp_path), may_write=False) as reader:
            assert len(reader.devices()) == 2


def test_a_ledger_belongs_to_one_plan(tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger:
        plan = plan_for(1)
        assert not ledger.require(plan)
        ledger.begin(plan, NOW)

        assert ledger.require(plan)
        with pytest.raises(LedgerMismatch):
            ledger.require(plan_for(2))


def test_a_file_that_is_no_ledger_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("these are my notes")

    with pytest.raises(UnreadableInput, match="no ledger"):
        Ledger(f"sqlite:///{path}")

    assert path.read_text() == "these are my notes"


def test_a_refused_file_is_not_kept_locked(tmp_path: Path) -> None:
    path = tmp_path / "move.db"
    path.write_text("these are my notes")
    with pytest.raises(UnreadableInput):
        Ledger(url(tmp_path))
    path.unlink()

    with Ledger(url(tmp_path)) as ledger:
        assert ledger.plan() is None


def test_the_last_look_is_known_after_a_stop(tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger:
        assert ledger.looked_at() is None
        ledger.note_look(NOW - timedelta(minutes=5))
        ledger.note_look(NOW)

    with Ledger(url(tmp_path)) as ledger:
        assert ledger.looked_at() == NOW
        assert ledger.open_intents() == []


def test_a_reader_of_a_missing_ledger_makes_none(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="there is no ledger"):
        Ledger(url(tmp_path), may_write=False)

    assert list(tmp_path.iterdir()) == []


def test_the_report_balances_at_any_time(tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger:
        ledger.begin(plan_for(4), NOW)
        ledger.set_device(
            "1",
            state=DeviceState.VERIFIED,
            left_at=NOW,
            enrolled_at=NOW + timedelta(minutes=12),
        )
        ledger.set_device("2", state=DeviceState.FAILED, problem="refused")

        report = reporting.report(ledger, seed=3)

    assert report.users.model_dump() == {
        "total": 4,
        "moved": 1,
        "waiting": 2,
        "excluded": 0,
        "failed": 1,
    }
    assert report.devices == report.users
    assert report.gap_minutes.p50 == 12.0
    assert report.reasons == {"refused": 1, "wave-not-begun": 2}


def test_who_finds_a_person_by_address_and_refuses_to_guess(tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger:
        ledger.begin(plan_for(2), NOW)

        found = reporting.who(ledger, "PERSON2@example.org")

        assert found.state == "waiting"
        assert [d["source"] for d in found.devices] == ["2"]
        with pytest.raises(UnreadableInput, match="nobody"):
            reporting.who(ledger, "someone@example.org")


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    with closing(sqlite3.connect(path)) as notes:
        notes.execute("CREATE TABLE notes (text TEXT)")
        notes.commit()
    before, mode = path.read_bytes(), path.stat().st_mode

    with pytest.raises(UnreadableInput, match="no ledger"):
        Ledger(f"sqlite:///{path}")

    assert path.read_bytes() == before
    assert path.stat().st_mode == mode


@pytest.mark.parametrize("change", ["UPDATE job SET format = 99", "UPDATE job SET plan = '{}'"])
def test_a_ledger_of_another_version_is_named(tmp_path: Path, change: str) -> None:
    with Ledger(url(tmp_path)) as ledger:
        ledger.begin(plan_for(1), NOW)
    with closing(sqlite3.connect(tmp_path / "move.db")) as found:
        found.execute(change)
        found.commit()

    with pytest.raises(UnreadableInput, match="another version"), Ledger(url(tmp_path)) as ledger:
        ledger.plan()
