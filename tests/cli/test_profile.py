"""`ueapi profile`: shown without secrets, compared by meaning, signed and verified."""

from __future__ import annotations

import json
import plistlib
import stat
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.command import Shell
from tests.apple.signers import NOW, intermediate, issue, leaf, root
from tests.cli.profile_files import BAD, GOOD, VPN, WIFI, profile, put

DONE, FINDINGS, USAGE = 0, 1, 2
SECRET = "hunter2"
PASSWORD = "correct horse"
AT = NOW.isoformat()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path, {"WIFI_PASSWORD": SECRET, "KEY_PASSWORD": PASSWORD})


@pytest.fixture
def signing(shell: Shell) -> Shell:
    """A folder with a profile, a certificate and its keys, and an anchor."""
    put(shell, "work.mobileconfig", GOOD)
    (shell.folder / "signer.pem").write_bytes(leaf().pem + intermediate().pem)
    (shell.folder / "key.pem").write_bytes(leaf().key_pem())
    (shell.folder / "locked.pem").write_bytes(leaf().key_pem(PASSWORD.encode()))
    (shell.folder / "root.pem").write_bytes(root().pem)
    (shell.folder / "other.pem").write_bytes(leaf().pem)
    return shell


def fails(shell: Shell, *words: str) -> str:
    """The one line of a command that must not change anything."""
    before = shell.files()
    done = shell.run("profile", *words)
    assert done.returncode == USAGE, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("ueapi: ")
    assert SECRET not in done.stdout + done.stderr
    assert shell.files() == before
    return done.stderr


def sign(shell: Shell, *more: str, key: str = "key.pem") -> subprocess.CompletedProcess[str]:
    words = ("work.mobileconfig", "--certificate", "signer.pem", "--key", key)
    return shell.run("profile", "sign", *words, "--out", "signed.mobileconfig", *more)


def verified(shell: Shell, *more: str, anchors: str = "root.pem") -> tuple[int, dict]:
    words = ("signed.mobileconfig", "--anchors", anchors, "--json", *(more or ("--at", AT)))
    done = shell.run("profile", "verify", *words)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


# ---------------------------------------------------------------- show and diff


def test_a_profile_is_shown_with_references_for_secrets(shell: Shell) -> None:
    put(shell, "work.mobileconfig", GOOD)

    text = shell.run("profile", "show", "work.mobileconfig", COLUMNS="80")
    document = shell.run("profile", "show", "work.mobileconfig", "--json")

    assert (text.returncode, document.returncode) == (DONE, DONE)
    assert SECRET not in text.stdout + document.stdout
    assert "SSID_STR: Example" in text.stdout
    found = json.loads(document.stdout)
    assert (found["name"], found["signed"], found["signature"]) == ("Example Work", False, None)
    assert found["payloads"][0]["settings"]["Password"].startswith("secret:")


def test_data_and_dates_are_shown(shell: Shell) -> None:
    font = {"PayloadType": "com.apple.font", "PayloadIdentifier": "f", "PayloadUUID": "F"}
    put(shell, "work.mobileconfig", profile({**font, "Font": b"abc"}, RemovalDate=NOW))

    text = shell.run("profile", "show", "work.mobileconfig").stdout
    found = json.loads(shell.run("profile", "show", "work.mobileconfig", "--json").stdout)

    assert "Font: 3 bytes" in text
    assert found["payloads"][0]["settings"]["Font"]["bytes"] == 3
    assert found["settings"] == {"RemovalDate": "2026-06-01T00:00:00Z"}


def test_the_same_meaning_is_no_difference(shell: Shell) -> None:
    put(shell, "one.mobileconfig", profile(WIFI, VPN))
    put(shell, "other.mobileconfig", profile(VPN, WIFI, PayloadDisplayName="Another name"))

    text = shell.run("profile", "diff", "one.mobileconfig", "other.mobileconfig")
    document = shell.run("profile", "diff", "one.mobileconfig", "other.mobileconfig", "--json")

    assert (text.returncode, document.returncode) == (DONE, DONE)
    assert json.loads(document.stdout)["equal"] is True


def test_a_difference_is_named_without_secrets(shell: Shell) -> None:
    changed = {**WIFI, "Password": "another one", "EncryptionType": "WPA3"}
    put(shell, "one.mobileconfig", GOOD)
    put(shell, "other.mobileconfig", profile(changed, VPN))

    text = shell.run("profile", "diff", "one.mobileconfig", "other.mobileconfig", COLUMNS="80")
    document = shell.run("profile", "diff", "one.mobileconfig", "other.mobileconfig", "--json")

    assert (text.returncode, document.returncode) == (FINDINGS, FINDINGS)
    assert SECRET not in text.stdout + document.stdout
    assert "another one" not in text.stdout + document.stdout
    changes = {change["key"]: change for change in json.loads(document.stdout)["changes"]}
    assert (changes["EncryptionType"]["before"], changes["EncryptionType"]["after"]) == (
        "WPA2",
        "WPA3",
    )
    assert changes["Password"]["secret"] is True
    assert changes[None]["kind"] == "added"
    assert text.stdout.splitlines()[-1].startswith("3 differences")


@pytest.mark.parametrize("words", [("show", "absent"), ("diff", "-", "-"), ("diff", "absent", "-")])
def test_what_cannot_be_read_is_said(shell: Shell, words: tuple[str, ...]) -> None:
    fails(shell, *words)


# ---------------------------------------------------------------- sign, verify, strip


def test_a_signed_profile_is_trusted_and_holds_the_same(signing: Shell) -> None:
    done = sign(signing)

    assert done.returncode == DONE, done.stderr
    code, found = verified(signing)
    assert (code, found["trust"]) == (DONE, "trusted")
    (signer,) = found["signers"]
    assert signer["chain"] == ["CN=Example Signer", "CN=Example Issuing", "CN=Example Root"]
    same = signing.run("profile", "diff", "work.mobileconfig", "signed.mobileconfig")
    assert same.returncode == DONE


def test_a_signed_file_with_secrets_is_the_owners(signing: Shell) -> None:
    sign(signing)

    mode = (signing.folder / "signed.mobileconfig").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("source", [("--password-env", "KEY_PASSWORD"), ("--password-file", "pw")])
def test_the_password_of_a_key_comes_from_elsewhere(
    signing: Shell, source: tuple[str, str]
) -> None:
    (signing.folder / "pw").write_text(f"{PASSWORD}\n")

    done = sign(signing, *source, key="locked.pem")

    assert done.returncode == DONE, done.stderr
    assert PASSWORD not in done.stdout + done.stderr


WRONG_KEYS = {
    "no password": ((), "locked.pem"),
    "absent password": (("--password-env", "ABSENT"), "locked.pem"),
    "wrong password": (("--password-file", "root.pem"), "locked.pem"),
    "two passwords": (("--password-env", "A", "--password-file", "b"), "locked.pem"),
    "no key": ((), "root.pem"),
    "absent key": ((), "absent.pem"),
}


@pytest.mark.parametrize("kind", WRONG_KEYS)
def test_a_wrong_key_signs_nothing(signing: Shell, kind: str) -> None:
    more, key = WRONG_KEYS[kind]

    done = sign(signing, *more, key=key)

    assert done.returncode == USAGE
    assert done.stderr.count("\n") == 1
    assert not (signing.folder / "signed.mobileconfig").exists()


def test_trust_tells_strangers_from_what_is_over(signing: Shell) -> None:
    sign(signing)

    late = verified(signing, "--at", "2036-01-01T00:00:00Z")
    early = verified(signing, "--at", "2016-01-01T00:00:00Z")
    stranger = issue("Example Stranger", ca=True, usage="key_cert_sign")
    (signing.folder / "stranger.pem").write_bytes(stranger.pem)
    strange = verified(signing, anchors="stranger.pem")

    assert (late[0], late[1]["trust"]) == (FINDINGS, "expired")
    assert (early[0], early[1]["trust"]) == (FINDINGS, "not-yet-valid")
    assert (strange[0], strange[1]["trust"]) == (FINDINGS, "untrusted")


def test_an_altered_profile_is_invalid(signing: Shell) -> None:
    sign(signing)
    path = signing.folder / "signed.mobileconfig"
    path.write_bytes(path.read_bytes().replace(b"WPA2", b"WPA3"))

    code, found = verified(signing)

    assert (code, found["trust"], found["signers"]) == (FINDINGS, "invalid", [])
    assert "altered" in found["problem"]


def test_an_unsigned_profile_is_not_trusted(signing: Shell) -> None:
    put(signing, "signed.mobileconfig", GOOD)

    code, found = verified(signing)

    assert (code, found["trust"]) == (FINDINGS, "unsigned")


def test_verifying_is_readable(signing: Shell) -> None:
    sign(signing)

    words = ("signed.mobileconfig", "--anchors", "root.pem", "--at", AT)
    done = signing.run("profile", "verify", *words, COLUMNS="80")

    assert done.returncode == DONE
    assert done.stdout.splitlines()[0] == "signed.mobileconfig: trusted"
    assert "CN=Example Root" in done.stdout


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--anchors", "root.pem", "--at", "yesterday"), "no time"),
        (("--anchors", "root.pem", "--at", "2026-11-21T12:00:00"), "no time"),
        (("--anchors", "work.mobileconfig"), "no certificates"),
        (("--anchors", "absent.pem"), "absent.pem"),
    ],
)
def test_a_wrong_question_of_trust(signing: Shell, words: tuple[str, ...], hint: str) -> None:
    assert hint in fails(signing, "verify", "work.mobileconfig", *words)


def test_signed_profiles_are_read_through_and_that_is_said(signing: Shell) -> None:
    put(signing, "work.mobileconfig", BAD)
    sign(signing)

    text = signing.run("rules", "check", "signed.mobileconfig")
    document = signing.run("rules", "check", "signed.mobileconfig", "--format", "json")
    sarif = signing.run("rules", "check", "signed.mobileconfig", "--format", "sarif")
    shown = signing.run("profile", "show", "signed.mobileconfig", COLUMNS="80").stdout

    assert text.returncode == document.returncode == sarif.returncode == FINDINGS
    assert "signed, not verified" in text.stdout
    row = json.loads(document.stdout)["files"][0]
    assert row["signed"] is True
    assert {finding["line"] for finding in row["findings"]} == {None}
    for result in json.loads(sarif.stdout)["runs"][0]["results"]:
        assert "not verified" in result["message"]["text"]
        assert "region" not in result["locations"][0]["physicalLocation"]
    assert "CN=Example Signer" in shown
    assert "not verified" in " ".join(shown.split())


def test_a_signature_is_replaced_only_when_asked_for(signing: Shell) -> None:
    sign(signing)
    words = ("sign", "signed.mobileconfig", "--certificate", "signer.pem", "--key", "key.pem")

    line = fails(signing, *words, "--out", "again.mobileconfig")
    done = signing.run("profile", *words, "--out", "again.mobileconfig", "--re-sign")

    assert "--re-sign" in line
    assert done.returncode == DONE


def test_the_input_is_overwritten_only_when_asked_for(signing: Shell) -> None:
    words = ("sign", "work.mobileconfig", "--certificate", "signer.pem", "--key", "key.pem")

    line = fails(signing, *words, "--out", "./work.mobileconfig")
    done = signing.run("profile", *words, "--out", "work.mobileconfig", "--force")

    assert "--force" in line
    assert done.returncode == DONE
    assert (signing.folder / "work.mobileconfig").read_bytes().startswith(b"\x30")


@pytest.mark.parametrize("place", ["key.pem", "signer.pem", ".", "absent/x"])
def test_a_place_that_must_not_be_written(signing: Shell, place: str) -> None:
    words = ("sign", "work.mobileconfig", "--certificate", "signer.pem", "--key", "key.pem")

    fails(signing, *words, "--out", place, "--force")


def test_a_signature_comes_off(signing: Shell) -> None:
    sign(signing)

    done = signing.run("profile", "strip", "signed.mobileconfig", "--out", "bare.mobileconfig")

    assert done.returncode == DONE
    bare = plistlib.loads((signing.folder / "bare.mobileconfig").read_bytes())
    assert bare == GOOD
    assert sorted(p.name for p in signing.folder.glob(".*")) == []
