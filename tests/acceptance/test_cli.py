"""A walk through the command line against two simulated products, as an operator takes it."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.command import Shell, variable
from ueapi.plugins import Registry
from ueapi.rehearsal.serving import in_background
from ueapi.rehearsal.world import Place

pytestmark = pytest.mark.loopback

HIDDEN = {"jamf": "client_secret", "hexnode": "api_key"}
NAMES = {"old": "jamf", "new": "hexnode"}
SNAPSHOTS = ("old.snapshot.json", "new.snapshot.json")
APPLY = ("migrate", "apply", "plan.json", "--source", "old", "--target", "new")
TASK = re.compile(r"^(T-[0-9a-f]+)  ", re.MULTILINE)


def opened(folder: Path, places: dict[str, Place]) -> Shell:
    """A folder with both tenants added by the command itself."""
    environ = {
        variable(name, HIDDEN[backend]): places[name].settings[HIDDEN[backend]]
        for name, backend in NAMES.items()
    }
    shell = Shell(folder, environ)
    for name, backend in NAMES.items():
        hidden = HIDDEN[backend]
        plain = [
            word
            for key, value in places[name].settings.items()
            if key != hidden
            for word in ("--set", f"{key}={value}")
        ]
        source = f"{hidden}=env:{variable(name, hidden)}"
        done = shell.run("tenant", "add", name, backend, *plain, "--secret", source)
        assert done.returncode == 0, done.stderr
    return shell


@pytest.fixture(scope="module")
def products() -> Iterator[dict[str, Place]]:
    registry = Registry.installed()
    with (
        in_background(registry, "jamf", users=6, seed=7) as old,
        in_background(registry, "hexnode", users=6, seed=7) as new,
    ):
        yield {"old": old, "new": new}


@pytest.fixture(scope="module")
def walked(products: dict[str, Place], tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Tenants added and snapshots taken."""
    shell = opened(tmp_path_factory.mktemp("walk"), products)
    for name in NAMES:
        done = shell.run("migrate", "snapshot", name)
        assert done.returncode == 0, done.stderr
    return shell


@pytest.fixture
def rested(products: dict[str, Place]) -> None:
    """The products' own minute is over, so that no call has to wait for it in real time."""
    for place in products.values():
        place.simulator.around.clock.sleep(120)


@pytest.fixture(scope="module")
def planned(walked: Shell) -> Shell:
    """A plan with every loss accepted."""
    first = walked.run("migrate", "plan", *SNAPSHOTS)
    ids = re.findall(r"--accept (L-[0-9a-f]+)", first.stderr)
    accepting = [word for found in ids for word in ("--accept", found)]
    second = walked.run("migrate", "plan", *SNAPSHOTS, *accepting)

    assert (first.returncode, second.returncode) == (3, 0)
    assert ids
    return walked


def test_the_settings_file_holds_no_secret_and_is_the_owners(walked: Shell) -> None:
    text = walked.config.read_text()

    assert not any(secret in text for secret in walked.environ.values())
    assert walked.config.stat().st_mode & 0o077 == 0


def test_listing_tenants_shows_where_secrets_are(walked: Shell) -> None:
    rows = json.loads(walked.run("tenant", "list", "--json").stdout)

    assert [row["name"] for row in rows] == ["new", "old"]
    assert rows[0]["secrets"] == "api_key from env"


@pytest.mark.parametrize("name", NAMES)
def test_the_doctor_signs_in(walked: Shell, name: str) -> None:
    done = walked.run("doctor", name, "--json")

    assert json.loads(done.stdout)["signed_in"] is True
    assert done.stderr == ""


def test_a_listing_is_the_same_in_every_format(walked: Shell) -> None:
    formats = {
        form: walked.run("list", "devices", "old", "--format", form).stdout
        for form in ("json", "ndjson", "csv", "table")
    }

    rows = json.loads(formats["json"])
    assert [json.loads(line) for line in formats["ndjson"].splitlines()] == rows
    assert [r["name"] for r in csv.DictReader(io.StringIO(formats["csv"]))] == [
        r["name"] for r in rows
    ]
    assert len(formats["table"].splitlines()) == len(rows) + 1
    assert all(row["name"] in formats["table"] for row in rows)


def test_a_narrow_table_keeps_ids_whole(walked: Shell) -> None:
    done = walked.run("list", "users", "old", COLUMNS="80")

    addresses = [
        row["managed_apple_id"]
        for row in json.loads(walked.run("list", "users", "old", "--format", "json").stdout)
    ]
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert all(address in done.stdout for address in addresses)


def test_logs_go_to_stderr_and_the_document_stays_whole(walked: Shell) -> None:
    done = walked.run("--debug", "doctor", "old", "--json")

    assert json.loads(done.stdout)
    assert "GET " in done.stderr
    assert not any(secret in done.stderr for secret in walked.environ.values())


def test_losses_are_readable_at_eighty_columns(planned: Shell) -> None:
    done = planned.run("migrate", "plan", *SNAPSHOTS, "--out", "other.json", COLUMNS="80")

    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "…" not in done.stdout


def test_a_plan_as_json_is_one_document(planned: Shell) -> None:
    done = planned.run("migrate", "plan", *SNAPSHOTS, "--out", "other.json", "--json")

    assert done.returncode == 3
    assert {"waves", "losses", "tasks"} <= set(json.loads(done.stdout))


@pytest.mark.usefixtures("rested")
def test_applying_gives_tasks_says_what_is_awaited_and_goes_on(planned: Shell) -> None:
    first = planned.run(*APPLY)
    ids = TASK.findall(first.stdout)
    second = planned.run(*APPLY, *(word for i in ids for word in ("--done", i)))
    wrong = planned.run(*APPLY, "--done", "T-nope")
    status = json.loads(planned.run("migrate", "status", "--json").stdout)

    assert (first.returncode, second.returncode, wrong.returncode) == (0, 0, 2), second.stderr
    assert f"--done {ids[0]}" in first.stdout
    assert "Come back" in first.stdout
    assert "1. In the portal" in first.stdout
    assert "there is no policy of that name" in second.stdout
    assert 0 < len(TASK.findall(second.stdout)) < len(ids)
    assert status["users"]["waiting"] > 0
    assert status["waiting_for"]

    person = json.loads((planned.folder / "plan.json").read_text())["people"][0]
    told = planned.run("migrate", "who", person["managed_apple_id"], "--json")
    assert json.loads(told.stdout)["key"] == person["key"]

    written = planned.run("migrate", "report", "--out", "out")
    assert written.returncode == 0
    report = (planned.folder / "out/report.json").read_text()
    assert json.loads(report)["users"] == status["users"]
    assert person["managed_apple_id"] not in report


def line_of(process: subprocess.Popen[str], is_it: Callable[[str], bool]) -> str:
    assert process.stdout is not None
    return next(line for line in process.stdout if is_it(line))


@pytest.mark.usefixtures("rested")
def test_an_interrupt_ends_following_with_one_line(tmp_path: Path, planned: Shell) -> None:
    for name in ("plan.json", "tenants.toml"):
        (tmp_path / name).write_bytes((planned.folder / name).read_bytes())
    process = Shell(tmp_path, planned.environ).start(*APPLY, "--follow")
    line_of(process, lambda line: "--done" in line)

    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)

    assert process.returncode == 130
    assert told.splitlines()[-1].startswith("ueapi: interrupted")
    assert "Traceback" not in told
    again = Shell(tmp_path, planned.environ).run("migrate", "status")
    assert again.returncode == 0


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_simulator_stops_when_asked(tmp_path: Path, sent: signal.Signals) -> None:
    process = Shell(tmp_path).start("simulate", "hexnode", "--users", "3")
    first = json.loads(line_of(process, bool))

    process.send_signal(sent)
    _, told = process.communicate(timeout=30)

    assert set(first) == {"backend", "url", "settings"}
    assert process.returncode == 0
    assert told == ""


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    process = shell.start("simulate", "hexnode", "--users", "3")
    port = json.loads(line_of(process, bool))["url"].rpartition(":")[2]

    done = shell.run("simulate", "hexnode", "--users", "3", "--port", port)
    process.terminate()
    process.communicate(timeout=30)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "in use" in done.stderr
