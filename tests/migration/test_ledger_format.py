"""Promises of the ledger's formats: an older file is taken over whole or not at all, a newer one is not guessed at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.migration.test_ledger import NOW, plan_for, url
from ueapi.errors import UnreadableInput
from ueapi.migration import ledger_format, reporting
from ueapi.migration.chain import EMPTY, Head, fault_of
from ueapi.migration.ledger import Ledger, request_pause
from ueapi.migration.rows import DeviceState, TaskState, WaveState

FIRST = """
CREATE TABLE job (
    plan_hash VARCHAR NOT NULL, format INTEGER NOT NULL, started_at VARCHAR NOT NULL, "plan" TEXT NOT NULL,
    PRIMARY KEY (plan_hash));
CREATE TABLE devices (
    source_id VARCHAR NOT NULL, person VARCHAR NOT NULL, state VARCHAR NOT NULL, since VARCHAR NOT NULL,
    left_at VARCHAR, target_id VARCHAR, enrolled_at VARCHAR, verified_at VARCHAR, problem VARCHAR,
    asked_at VARCHAR, asked INTEGER NOT NULL, look_at VARCHAR, looks INTEGER NOT NULL, PRIMARY KEY (source_id));
CREATE INDEX ix_devices_person ON devices (person);
CREATE TABLE waves (
    number INTEGER NOT NULL, state VARCHAR NOT NULL, since VARCHAR NOT NULL, announced_at VARCHAR,
    PRIMARY KEY (number));
CREATE TABLE intents (
    "key" VARCHAR NOT NULL, operation VARCHAR NOT NULL, attempts INTEGER NOT NULL, opened_at VARCHAR NOT NULL,
    closed_at VARCHAR, outcome VARCHAR, PRIMARY KEY ("key"));
CREATE TABLE tasks (
    id VARCHAR NOT NULL, state VARCHAR NOT NULL, since VARCHAR NOT NULL, remark VARCHAR, PRIMARY KEY (id));
CREATE TABLE log (
    n INTEGER NOT NULL, at VARCHAR NOT NULL, actor VARCHAR NOT NULL, kind VARCHAR NOT NULL, person VARCHAR,
    text VARCHAR NOT NULL, PRIMARY KEY (n));
CREATE TABLE calls (
    tenant VARCHAR NOT NULL, operation VARCHAR NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (tenant, operation));
"""
"""The tables as the first release made them."""


def first_format(path: Path, *, people: int = 3) -> None:
    """A ledger of the first release in the middle of a move."""
    plan = plan_for(people)
    at = NOW.isoformat()
    with closing(sqlite3.connect(path / "move.db")) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(FIRST)
        db.execute("INSERT INTO job VALUES (?, 1, ?, ?)", (plan.hash, at, plan.model_dump_json()))
        for person in plan.people:
            db.execute(
                "INSERT INTO devices (source_id, person, state, since, asked, looks) VALUES (?, ?, ?, ?, 1, 0)",
                (person.devices[0].id, person.key, "announced", at),
            )
        db.execute("UPDATE devices SET state = 'left', left_at = ? WHERE source_id = '1'", (at,))
        db.execute("INSERT INTO waves VALUES (1, 'moving', ?, ?)", (at, at))
        db.execute(
            "INSERT INTO intents VALUES ('user:p-1', 'users.ensure', 2, ?, NULL, NULL)", (at,)
        )
        db.execute("INSERT INTO log VALUES (1, ?, 'ueapi', 'begun', NULL, '1 waves')", (at,))
        db.execute(
            "INSERT INTO log VALUES (2, ?, 'person', 'left', ?, 'gone')", (at, plan.people[0].key)
        )
        db.execute("INSERT INTO calls VALUES ('old', 'devices.list', 4)")
        db.commit()


def test_a_file_of_format_1_goes_on_in_format_2(tmp_path: Path) -> None:
    first_format(tmp_path)

    with Ledger(url(tmp_path)) as ledger:
        assert ledger.require(plan_for(3))
        assert [d.state for d in ledger.devices()] == [
            DeviceState.LEFT,
            DeviceState.ANNOUNCED,
            DeviceState.ANNOUNCED,
        ]
        assert {d.wave for d in ledger.devices()} == {1}
        assert [(i.key, i.attempts, i.blind) for i in ledger.unresolved()] == [
            ("user:p-1", 2, False)
        ]
        assert [line.kind for line in ledger.lines()] == ["begun", "left"]
        assert ledger.wave_states() == {1: WaveState.MOVING}
        assert ledger.calls() == {"old": {"devices.list": 4}}
        ledger.set_device("2", state=DeviceState.LEFT, left_at=NOW, since=NOW)
        ledger.note(NOW, "ueapi", "note", "goes on")

    with Ledger(url(tmp_path)) as ledger:
        head, actions = EMPTY, []
        for entry in ledger.entries():
            assert fault_of(entry, after=head) == ""
            head = Head(entries=entry.n, digest=entry.digest)
            actions.append(entry.action)
        assert actions == ["begin", "begun", "left", "take-over", "device.left", "note"]
        assert ledger.counts() == {1: {DeviceState.LEFT: 2, DeviceState.ANNOUNCED: 1}}


def test_a_copy_of_the_old_file_is_kept_for_the_owner_only(tmp_path: Path) -> None:
    first_format(tmp_path)

    with Ledger(url(tmp_path)):
        pass

    copy = tmp_path / "move.db.v1"
    assert copy.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT count(*) FROM log").fetchone() == (2,)
        assert old.execute("SELECT format FROM job").fetchone() == (1,)


def test_a_reader_understands_format_1_and_changes_nothing(tmp_path: Path) -> None:
    first_format(tmp_path)
    before = {f.name: f.read_bytes() for f in tmp_path.iterdir() if f.suffix == ".db"}

    with Ledger(url(tmp_path), may_write=False) as ledger:
        report, head = reporting.report(ledger), ledger.head()
        person = reporting.who(ledger, "person1@example.org")

    assert report.users.waiting == 3
    assert report.waves[0].left == 1
    assert person.reason == "not-signed-in"
    assert {n: (tmp_path / n).read_bytes() for n in before} == before
    assert not (tmp_path / "move.db.v1").exists()
    with Ledger(url(tmp_path)) as ledger:
        assert ledger.head() == head


def test_a_take_over_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_format(tmp_path)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(ledger_format, "_continue_log", fail)
        with pytest.raises(RuntimeError, match="stopped"):
            Ledger(url(tmp_path))

    with closing(sqlite3.connect(tmp_path / "move.db")) as found:
        names = {row[0] for row in found.execute("SELECT name FROM sqlite_master")}
        assert "log" in names
        assert "evidence" not in names
        assert "wave" not in {row[1] for row in found.execute("PRAGMA table_info(devices)")}
    with Ledger(url(tmp_path)) as ledger:
        assert len(ledger.lines()) == 2


def test_an_empty_file_of_format_1_is_taken_over(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "move.db")) as db:
        db.executescript(FIRST)

    with Ledger(url(tmp_path)) as ledger:
        ledger.begin(plan_for(2), NOW)

        assert reporting.report(ledger).users.waiting == 2


def test_a_later_minor_version_is_read_and_gone_on_with(tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger:
        ledger.begin(plan_for(2), NOW)
    with closing(sqlite3.connect(tmp_path / "move.db")) as found:
        found.executescript(
            "UPDATE job SET minor = 7; ALTER TABLE devices ADD COLUMN later TEXT;"
            "ALTER TABLE intents ADD COLUMN sooner INTEGER NOT NULL DEFAULT 3;"
            "ALTER TABLE people ADD COLUMN other TEXT; CREATE TABLE letters (id INTEGER PRIMARY KEY);"
        )

    with Ledger(url(tmp_path), may_write=False) as ledger:
        assert reporting.report(ledger).users.total == 2
    with Ledger(url(tmp_path)) as ledger:
        ledger.set_device("1", state=DeviceState.ANNOUNCED, since=NOW)
        ledger.open_intent("user:p-1", "users.ensure", NOW)
        assert len(ledger.devices()) == 2


@pytest.mark.parametrize("may_write", [True, False])
def test_a_later_major_version_is_refused_by_name(may_write: bool, tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger:
        ledger.begin(plan_for(1), NOW)
    with closing(sqlite3.connect(tmp_path / "move.db")) as found:
        found.execute("UPDATE job SET format = 3")
        found.commit()

    with pytest.raises(UnreadableInput, match=r"format 3; this one reads 1 and 2"):
        Ledger(url(tmp_path), may_write=may_write)


def test_a_pause_can_not_be_asked_of_format_1(tmp_path: Path) -> None:
    first_format(tmp_path)

    with pytest.raises(UnreadableInput, match="older version"):
        request_pause(url(tmp_path), "lunch")


def test_states_of_the_first_release_all_have_a_meaning(tmp_path: Path) -> None:
    first_format(tmp_path)
    with closing(sqlite3.connect(tmp_path / "move.db")) as found:
        found.execute("INSERT INTO tasks VALUES ('T1', 'confirmed', ?, '')", (NOW.isoformat(),))
        found.execute(
            "UPDATE devices SET state = 'enrolled', target_id = '9', enrolled_at = ?, looks = 2 "
            "WHERE source_id = '1'",
            ((NOW + timedelta(minutes=5)).isoformat(),),
        )
        found.commit()

    with Ledger(url(tmp_path)) as ledger:
        assert ledger.task_states() == {"T1": TaskState.CONFIRMED}
        assert reporting.report(ledger).gap_minutes.p50 == 5.0
        first = ledger.device("1")

    assert first is not None
    assert (first.looks, first.blind, first.left_by, first.escalated_at) == (2, 0, None, None)
