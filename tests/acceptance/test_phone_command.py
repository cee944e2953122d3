"""`ueapi simulate --tls` and `ueapi phone enroll` as two processes that only share a network."""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from tests.acceptance.command import Shell
from tests.acceptance.loopback_tls import Files, certificates

pytestmark = pytest.mark.loopback


@frozen
class Running:
    """A simulator in a process of its own, and what its first line says."""

    shell: Shell
    files: Files
    first: dict[str, Any]

    def enroll(self, *words: str, password: str | None = None) -> Any:
        found = self.first["enrollment"]
        return self.shell.run(
            "phone",
            "enroll",
            found["account"],
            "--discovery",
            self.first["url"],
            "--ca",
            str(self.files.ca),
            *words,
            PHONE_PASSWORD=password or found["password"],
        )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("phone")
    shell, files = Shell(folder), certificates(folder)
    tls = ("--tls", str(files.tls.certificate), str(files.tls.key))
    process = shell.start(
        "simulate",
        "memory",
        "--users",
        "3",
        *tls,
        "--discovery",
        "--sign-in",
        "oauth2",
        "--device-identity",
        "device",
    )
    assert process.stdout is not None
    yield Running(shell, files, json.loads(process.stdout.readline()))
    process.terminate()
    process.communicate(timeout=30)


KNOWN = ("--identity", "device", "--password-env", "PHONE_PASSWORD")


def test_the_first_line_says_how_to_enroll(running: Running) -> None:
    first = running.first

    key = running.shell.folder / "device" / "key.pem"

    assert set(first) == {"backend", "url", "settings", "enrollment"}
    assert set(first["enrollment"]) == {"base_url", "account", "password"}
    assert first["enrollment"]["base_url"].startswith(first["url"] + "/")
    assert first["url"].startswith("https://localhost:")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_phone_enrolls_takes_its_commands_and_leaves(running: Running, tmp_path: Path) -> None:
    log = tmp_path / "log.json"

    done = running.enroll(*KNOWN, "--json", "--log", str(log))

    told = json.loads(done.stdout)
    messages = json.loads(log.read_text())["messages"]
    assert done.returncode == 0
    assert told["outcome"] == "enrolled"
    assert [s["step"] for s in told["steps"]] == [
        "discovery",
        "challenge",
        "sign-in",
        "token",
        "profile",
        "identity",
        "check-in",
        "commands",
        "check-out",
    ]
    assert all(s["ok"] and s["documented"] for s in told["steps"])
    assert len(messages) == told["messages"]
    found = running.first["enrollment"]
    assert found["password"] not in log.read_text() + done.stdout + done.stderr
    assert found["account"] not in log.read_text()


def test_each_step_is_a_line_with_what_apple_documents(running: Running) -> None:
    done = running.enroll(*KNOWN)

    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("ok")][:3] == [
        "discovery",
        "challenge",
        "sign-in",
    ]
    assert "DeviceInformation -> Acknowledged" in done.stdout
    assert lines[-1].startswith("enrolled; ")


@pytest.mark.parametrize(("ios", "code"), [("18.1", 1), ("18.2", 0)])
def test_where_the_domain_fails_the_named_host_is_asked_as_apple_is(
    running: Running, ios: str, code: int
) -> None:
    url = running.first["url"]

    done = running.enroll(
        *KNOWN, "--ios", ios, "--discovery", f"{url}/nowhere", "--business", url, "--json"
    )

    told = json.loads(done.stdout)
    assert done.returncode == code
    assert told["steps"][0]["ok"] is (code == 0)


def test_a_wrong_password_is_a_refused_sign_in(running: Running) -> None:
    done = running.enroll(*KNOWN, password="wrong")

    assert done.returncode == 4
    assert "FAILED  sign-in" in done.stdout


def test_without_an_identity_one_is_made_up_and_refused(running: Running) -> None:
    done = running.enroll("--password-env", "PHONE_PASSWORD")

    assert done.returncode == 1
    assert "FAILED  challenge" in done.stdout
    assert "takes Apple's only" in done.stderr


def test_a_token_replaces_the_sign_in_and_an_unknown_one_is_refused(running: Running) -> None:
    done = running.enroll("--identity", "device", "--token-env", "PHONE_PASSWORD")

    assert done.returncode == 4
    assert "FAILED  profile" in done.stdout
    assert "sign-in" not in done.stdout.partition("FAILED")[0]


def test_without_a_terminal_a_missing_password_ends_the_sign_in(running: Running) -> None:
    done = running.enroll("--identity", "device")

    assert done.returncode == 1
    assert "--password-env" in done.stdout


def test_nobody_there_is_unreachable(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"https://localhost:{free.getsockname()[1]}"

    done = Shell(tmp_path).run("phone", "enroll", "sam@example.org", "--discovery", nowhere)

    assert done.returncode == 5
    assert "FAILED  discovery" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("phone", "enroll", "sam@example.org", "--discovery", "http://localhost"),
        ("phone", "enroll", "sam@example.org", "--ios", "14.8"),
        ("phone", "enroll", "sam@example.org", "--ios", "new"),
        ("phone", "enroll", "sam@example.org", "--ca", "missing.pem"),
        ("phone", "enroll", "sam@example.org", "--identity", "missing"),
        ("phone", "enroll", "sam@example.org", "--password-env", "NOT_THERE"),
        ("phone", "enroll", "sam@example.org", "--password-env", "A", "--token-env", "B"),
        ("simulate", "memory", "--discovery"),
        ("simulate", "memory", "--users", "1", "--tls", "missing.pem", "missing.key"),
    ],
)
def test_wrong_usage_is_one_line_and_nothing_happens(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = Shell(tmp_path).run(*words)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("ueapi: ")
    assert "Traceback" not in done.stderr
