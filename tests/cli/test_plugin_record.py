"""`ueapi plugin record`: writes clean cases, or nothing, and leaves alone what is there."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from tests.testing_kit.recorded import overheard
from ueapi.cli import plugin_record
from ueapi.cli.main import app
from ueapi.errors import UsageError
from ueapi.testing.recording import Replay


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder to work in, and a tenant `old` that is a simulator of this process."""
    harness, _ = overheard("hexnode")

    def opened(name, *, registry):
        assert name == "old"
        return harness.world.tenant(registry, harness.place, "hexnode")

    monkeypatch.setattr(plugin_record, "open_tenant", opened)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, ["plugin", "record", "old", *arguments])


def test_it_writes_cases_that_a_test_can_replay(place):
    done = run("--out", "golden", "--samples", "1")

    assert done.exit_code == 0, done.output
    assert "in golden; read what they hold before you commit it" in done.output
    first = next(iter(Replay.of(place / "golden").users.list()))
    assert first.email == "person-1@example.org"


def test_the_document_says_what_was_recorded(place):
    done = run("--json")

    told = json.loads(done.stdout)
    assert told["folder"] == "golden"
    assert told["cases"] == len(list((place / "golden").glob("[0-9]*.json")))
    assert {"users.list", "devices.get"} <= set(told["operations"])


def test_a_leak_ends_with_1_names_the_place_and_writes_nothing(place):
    (place / "recording.toml").write_text('keep = ["name"]\n')

    done = run()

    assert done.exit_code == 1
    assert (
        "001-users.list.json, content.results.name: a value that was replaced elsewhere"
        in done.stderr
    )
    assert [path.name for path in place.iterdir()] == ["recording.toml"]


def test_a_folder_that_is_there_stays_as_it_is(place):
    (place / "golden").mkdir()
    (place / "golden" / "001-users.list.json").write_text("mine")

    done = run()

    assert isinstance(done.exception, UsageError)
    assert "--force" in str(done.exception)
    assert (place / "golden" / "001-users.list.json").read_text() == "mine"


def test_force_replaces_a_recording_and_nothing_else(place):
    run()
    (place / "golden" / "999-old.json").write_text("{}")

    done = run("--force")

    assert done.exit_code == 0, done.output
    assert not (place / "golden" / "999-old.json").exists()

    (place / "golden" / "notes.txt").write_text("mine")
    refused = run("--force")
    assert isinstance(refused.exception, UsageError)
    assert (place / "golden" / "notes.txt").exists()


def test_a_leak_leaves_the_old_recording_even_with_force(place):
    run()
    before = {path.name: path.read_text() for path in (place / "golden").iterdir()}
    (place / "recording.toml").write_text('keep = ["name"]\n')

    done = run("--force")

    assert done.exit_code == 1
    assert {path.name: path.read_text() for path in (place / "golden").iterdir()} == before


@pytest.mark.parametrize("text", ["keep = 3", "unknown = []", "keep = [", "\x00"])
def test_rules_that_are_none_are_named_before_anything_is_read(place, text):
    (place / "mine.toml").write_text(text)

    done = run("--rules", "mine.toml")

    assert isinstance(done.exception, UsageError)
    assert "mine.toml" in str(done.exception)
    assert not (place / "golden").exists()


def test_two_recordings_move_times_differently(place):
    run("--out", "one")
    run("--out", "two")

    one, two = ({d.last_seen for d in Replay.of(place / n).devices.list()} for n in ("one", "two"))
    assert one != two
