"""`ueapi rules`: one answer for one item, findings for whole files, and one line for each file that can't be read."""

from __future__ import annotations

import json
import os
import plistlib
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.command import PROGRAM, Shell
from tests.cli.profile_files import BAD, GOOD, PROXIED, VPN, payload, profile, put
from ueapi.apple.profiles import read
from ueapi.apple.rules import RuleKind, check
from ueapi.cli.rules import KINDS

DONE, FINDINGS, USAGE = 0, 1, 2
KEYS = [
    *("kind", "id", "ios", "verdict", "at", "reason", "basis", "source", "introduced"),
    *("deprecated", "removed", "supervised_only", "instead", "note"),
]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def shown(shell: Shell, *words: str) -> dict:
    done = shell.run("rules", "show", *words, "--json")
    assert (done.returncode, done.stderr) == (DONE, "")
    return json.loads(done.stdout)


def test_a_forbidden_payload_names_what_to_use_instead(shell: Shell) -> None:
    found = shown(shell, "payload", "com.apple.vpn.managed", "--ios", "18.1")

    assert list(found) == KEYS
    assert found["verdict"] == "forbidden"
    assert found["instead"]["id"] == "com.apple.vpn.managed.applayer"
    assert found["ios"] == found["at"] == "18.1"


@pytest.mark.parametrize(
    ("kind", "item", "verdict"),
    [
        ("key", "com.apple.wifi.managed:ProxyType", "forbidden"),
        ("command", "EraseDevice", "forbidden"),
        ("query", "SerialNumber", "forbidden"),
        ("payload", "com.apple.wifi.managed", "allowed"),
    ],
)
def test_every_verdict_is_an_answer(shell: Shell, kind: str, item: str, verdict: str) -> None:
    found = shown(shell, kind, item)

    assert found["verdict"] == verdict
    assert found["ios"] == "26.0"


@pytest.mark.parametrize("dash", ["-", "\N{EN DASH}"])
def test_in_a_range_the_worst_answer_counts(shell: Shell, dash: str) -> None:
    found = shown(shell, "payload", "com.apple.relay.managed", "--ios", f"15.0{dash}26.0")

    assert (found["verdict"], found["at"]) == ("forbidden", "17.0")


def test_text_fits_a_terminal_and_says_the_same(shell: Shell) -> None:
    done = shell.run("rules", "show", "payload", "com.apple.vpn.managed", COLUMNS="80")

    assert done.returncode == DONE
    lines = [line for line in done.stdout.splitlines() if "://" not in line]
    assert max(map(len, lines)) <= 80
    assert "forbidden on iOS 26.0" in lines[0]
    assert "com.apple.vpn.managed.applayer" in done.stdout


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("payload", "com.apple.vpn.manged"), "com.apple.vpn.managed"),
        (("paylod", "com.apple.vpn.managed"), "Did you mean payload"),
        (("payload", "com.apple.vpn.managed", "--ios", "x"), "numbers and dots"),
        (("payload", "com.apple.vpn.managed", "--ios", "26.0-15.0"), "older version first"),
    ],
)
def test_a_misspelled_question_gets_a_hint(shell: Shell, words: tuple[str, ...], hint: str) -> None:
    done = shell.run("rules", "show", *words)

    assert (done.returncode, done.stdout) == (USAGE, "")
    assert done.stderr.count("\n") == 1
    assert hint in done.stderr


def test_the_help_names_every_kind() -> None:
    assert all(kind in KINDS for kind in RuleKind)


def test_a_clean_profile_has_no_findings(shell: Shell) -> None:
    put(shell, "good.mobileconfig", GOOD)

    done = shell.run("rules", "check", "good.mobileconfig", "--format", "json")

    assert (done.returncode, done.stderr) == (DONE, "")
    row = {"file": "good.mobileconfig", "signed": False, "clean": True, "findings": []}
    assert json.loads(done.stdout) == {"ios": "26.0", "files": [row], "errors": []}


def test_findings_name_payload_key_and_line(shell: Shell) -> None:
    text = put(shell, "bad.mobileconfig", BAD).read_text().splitlines()

    done = shell.run("rules", "check", "bad.mobileconfig", "--format", "json")

    assert done.returncode == FINDINGS
    refused, ignored = json.loads(done.stdout)["files"][0]["findings"]
    assert refused["effect"] == "refuses-profile"
    assert (refused["payload"], refused["key"], refused["payload_name"]) == (0, None, "Tunnel")
    assert text[refused["line"] - 1].strip() == "<dict>"
    assert "com.apple.vpn.managed" in text[refused["line"] + 1]
    assert ignored["key"] == "ProxyType"
    assert "ProxyType" in text[ignored["line"] - 1]


def test_payloads_of_one_identifier_keep_their_own_lines(shell: Shell) -> None:
    put(shell, "twins.mobileconfig", profile(VPN, VPN))

    done = shell.run("rules", "check", "twins.mobileconfig", "--format", "json")

    one, other = json.loads(done.stdout)["files"][0]["findings"]
    assert one["line"] < other["line"]


def test_a_note_alone_is_no_finding(shell: Shell) -> None:
    old = payload("com.apple.applicationaccess", "org.example.siri", allowAssistant=False)
    put(shell, "old.mobileconfig", profile(old))

    done = shell.run("rules", "check", "old.mobileconfig", "--ios", "27.0")

    assert done.returncode == DONE
    assert "1 note" in done.stdout
    assert "26.4" in done.stdout


def test_text_is_readable_at_eighty_columns_and_plain_in_a_pipe(shell: Shell) -> None:
    put(shell, "bad.mobileconfig", BAD)

    done = shell.run("rules", "check", "bad.mobileconfig", "--ios", "15.0-26.0", COLUMNS="80")

    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in done.stdout
    assert "1 error, 1 warning" in lines[0]
    assert "iOS refuses the whole profile." in done.stdout
    assert lines[-1] == "1 file for iOS 15.0-26.0: 0 clean, 1 with findings."


def test_in_a_range_the_text_says_where_it_is_found(shell: Shell) -> None:
    relay = payload("com.apple.relay.managed", "org.example.relay")
    put(shell, "work.mobileconfig", profile(VPN, relay))

    done = shell.run("rules", "check", "work.mobileconfig", "--ios", "17.0-26.0", COLUMNS="100")

    text = " ".join(done.stdout.split())
    assert "forbids this payload under User Enrollment. (from iOS 17.0 on)" in text
    assert "(on iOS 17.0)" in text


def test_secrets_are_never_printed(shell: Shell) -> None:
    put(shell, "bad.mobileconfig", BAD)

    for form in ("text", "json", "sarif"):
        done = shell.run("rules", "check", "bad.mobileconfig", "--format", form)
        assert "hunter2" not in done.stdout + done.stderr


def test_names_cannot_steer_the_terminal(shell: Shell) -> None:
    put(shell, "odd.mobileconfig", profile({**VPN, "PayloadDisplayName": "a\n\tb\u202ec"}))

    done = shell.run("rules", "check", "odd.mobileconfig")

    assert "\u202e" not in done.stdout


def test_a_profile_comes_from_standard_input(shell: Shell) -> None:
    done = subprocess.run(
        [*PROGRAM, "rules", "check", "-", "--format", "json"],
        input=plistlib.dumps(BAD, fmt=plistlib.FMT_BINARY),
        capture_output=True,
        cwd=shell.folder,
        env=shell.environment(),
        timeout=60,
        check=False,
    )

    assert done.returncode == FINDINGS
    row = json.loads(done.stdout)["files"][0]
    assert row["file"] == "-"
    assert {finding["line"] for finding in row["findings"]} == {None}


def test_standard_input_without_end_is_given_up(shell: Shell) -> None:
    with Path("/dev/zero").open("rb") as zeros:
        done = subprocess.run(
            [*PROGRAM, "rules", "check", "-"],
            stdin=zeros,
            capture_output=True,
            text=True,
            cwd=shell.folder,
            env=shell.environment(),
            timeout=60,
            check=False,
        )

    assert done.returncode == USAGE
    assert "larger than" in done.stderr


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**30)


def unreadable(path: Path) -> None:
    path.write_bytes(plistlib.dumps(GOOD))
    path.chmod(0)


SPOILED = {
    "pdf": (lambda path: path.write_bytes(b"%PDF-1.7\n\x80\xff"), "is a PDF"),
    "empty": (lambda path: path.write_bytes(b""), "is empty"),
    "folder": (lambda path: path.mkdir(), "is a folder"),
    "huge": (sparse, "is larger than"),
    "pipe": (lambda path: os.mkfifo(path), "is no regular file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "is no regular file"),
    "absent": (lambda path: None, "No such file"),
    "other plist": (lambda path: path.write_bytes(plistlib.dumps({})), "no configuration profile"),
    "json": (lambda path: path.write_bytes(b'{"a": 1}'), "looks like JSON"),
    "broken xml": (lambda path: path.write_bytes(plistlib.dumps(GOOD)[:300]), "neither XML"),
    "no rights": (unreadable, "Permission denied"),
}


@pytest.mark.parametrize("kind", SPOILED)
def test_a_wrong_file_gets_one_line_and_the_others_are_checked(shell: Shell, kind: str) -> None:
    spoil, hint = SPOILED[kind]
    spoil(shell.folder / "odd.mobileconfig")
    put(shell, "bad.mobileconfig", BAD)
    if kind == "no rights" and os.geteuid() == 0:
        pytest.skip("nothing is forbidden to the superuser")

    done = shell.run("rules", "check", "odd.mobileconfig", "bad.mobileconfig", "--format", "json")

    assert done.returncode == USAGE
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("ueapi: odd.mobileconfig: ")
    assert hint in done.stderr
    document = json.loads(done.stdout)
    assert [row["file"] for row in document["errors"]] == ["odd.mobileconfig"]
    assert [row["file"] for row in document["files"]] == ["bad.mobileconfig"]


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_document_stays_whole_when_no_file_can_be_read(shell: Shell, form: str) -> None:
    done = shell.run("rules", "check", "absent", "--format", form)

    assert done.returncode == USAGE
    assert json.loads(done.stdout)


def test_a_wrong_range_of_versions_checks_nothing(shell: Shell) -> None:
    put(shell, "good.mobileconfig", GOOD)

    done = shell.run("rules", "check", "good.mobileconfig", "--ios", "26.0-15.0")

    assert (done.returncode, done.stdout) == (USAGE, "")


def test_the_command_finds_what_the_library_finds(shell: Shell) -> None:
    content = profile(VPN, PROXIED, VPN, PayloadRemovalDisallowed=True)
    path = put(shell, "work.mobileconfig", content)

    done = shell.run("rules", "check", "work.mobileconfig", "--format", "json")

    found = json.loads(done.stdout)["files"][0]["findings"]
    expected = check(read(path.read_bytes()), ios="26.0")
    assert [(f["payload_type"], f["key"], f["reason"]) for f in found] == [
        (f.payload_type, f.key, f.reason) for f in expected
    ]
