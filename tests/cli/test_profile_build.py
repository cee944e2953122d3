"""`ueapi profile build`: a profile from a file that a person wrote, with secrets from elsewhere."""

from __future__ import annotations

import plistlib
import stat
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.command import Shell

DONE, USAGE = 0, 2
SECRET = "hunter2"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path, {"WIFI_PASSWORD": SECRET})


SPEC = """
identifier = "org.example.work"
name = "Example Work"
organization = "Example"
ConsentText = { default = "Welcome" }

[[payload]]
kind = "wifi"
display_name = "Office"
ssid = "Example"
EncryptionType = "WPA2"
password = { env = "WIFI_PASSWORD" }
certificate_uuid = { payload = "person" }
eap = { accept_eap_types = [13] }

[[payload]]
kind = "identity-certificate"
id = "person"
content = { file = "person.p12" }

[[payload]]
kind = "airplay"
passwords = [{ device_name = "TV", password = { file = "tv" } }]

[[payload]]
kind = "com.apple.domains"
WebDomains = ["example.org"]
"""


def build(shell: Shell, text: str) -> subprocess.CompletedProcess[str]:
    folder = shell.folder / "specs"
    folder.mkdir(exist_ok=True)
    (folder / "work.toml").write_text(text, encoding="utf-8")
    (folder / "person.p12").write_bytes(b"\x00\x01")
    (folder / "tv").write_text("tv-password\n")
    return shell.run("profile", "build", "specs/work.toml", "--out", "built.mobileconfig")


def test_a_profile_is_built_the_same_every_time(shell: Shell) -> None:
    done = build(shell, SPEC)
    first = (shell.folder / "built.mobileconfig").read_bytes()
    build(shell, SPEC)

    assert done.returncode == DONE, done.stderr
    assert (shell.folder / "built.mobileconfig").read_bytes() == first
    assert SECRET not in done.stdout + done.stderr
    found = plistlib.loads(first)
    wifi, person, airplay, domains = found["PayloadContent"]
    assert found["ConsentText"] == {"default": "Welcome"}
    assert (wifi["SSID_STR"], wifi["EncryptionType"], wifi["Password"]) == (
        "Example",
        "WPA2",
        SECRET,
    )
    assert wifi["PayloadCertificateUUID"] == person["PayloadUUID"]
    assert wifi["EAPClientConfiguration"] == {"AcceptEAPTypes": [13]}
    assert person["PayloadContent"] == b"\x00\x01"
    assert airplay["Passwords"] == [{"DeviceName": "TV", "Password": "tv-password"}]
    assert domains["WebDomains"] == ["example.org"]


def test_a_built_profile_with_secrets_is_the_owners(shell: Shell) -> None:
    build(shell, SPEC)
    with_secrets = shell.folder / "built.mobileconfig"
    with_secrets.rename(shell.folder / "with-secrets")
    build(shell, 'identifier = "a"\nname = "b"\n[[payload]]\nkind = "passcode"\n')

    modes = [
        stat.S_IMODE((shell.folder / n).stat().st_mode)
        for n in ("with-secrets", "built.mobileconfig")
    ]
    assert modes[0] == 0o600
    assert modes[1] & 0o400


def test_findings_of_the_result_are_told(shell: Shell) -> None:
    done = build(
        shell, 'identifier = "a"\nname = "b"\n[[payload]]\nkind = "com.apple.vpn.managed"\n'
    )

    assert (done.returncode, done.stdout) == (DONE, "")
    assert "error: com.apple.vpn.managed: iOS refuses the whole profile." in done.stderr


WIFI_SPEC = 'identifier = "a"\nname = "b"\n[[payload]]\nkind = "wifi"\nencryption = "WPA2"\n'
MISTAKES = {
    "no TOML": ("identifier = ", "not valid TOML"),
    "no identifier": ('name = "b"\n', "no identifier"),
    "no name": ('identifier = "a"\n', "no name"),
    "number as name": ('identifier = "a"\nname = 3\n', "name of the profile is no text"),
    "unknown table": ('identifier = "a"\nname = "b"\n[[paylod]]\n', "payload"),
    "no list": ('identifier = "a"\nname = "b"\n[payload]\n', "Write [[payload]]"),
    "no kind": ('identifier = "a"\nname = "b"\n[[payload]]\n', "payload 1 has no kind"),
    "unknown kind": ('identifier = "a"\nname = "b"\n[[payload]]\nkind = "wfi"\n', "mean wifi"),
    "unknown type": (
        'identifier = "a"\nname = "b"\n[[payload]]\nkind = "com.apple.wifi.manged"\n',
        "com.apple.wifi.managed",
    ),
    "unknown field": (WIFI_SPEC + 'sid = "x"\n', "Did you mean ssid"),
    "unknown field within": (WIFI_SPEC + "eap = { accept_eap_typs = [13] }\n", "accept_eap_types"),
    "both names": (WIFI_SPEC + 'EncryptionType = "WPA3"\n', "is the same as encryption"),
    "wrong value": (WIFI_SPEC + "ssid = 3\n", "ssid: it should be a valid string"),
    "secret written out": (WIFI_SPEC + f'password = "{SECRET}"\n', "written out"),
    "secret within": (
        WIFI_SPEC + f'eap = {{ AcceptEAPTypes = [13], UserPassword = "{SECRET}" }}\n',
        "written out",
    ),
    "absent variable": (WIFI_SPEC + 'password = { env = "ABSENT" }\n', "'ABSENT'"),
    "absent file": (WIFI_SPEC + 'password = { file = "absent" }\n', "No such file"),
    "unknown payload": (WIFI_SPEC + 'certificate_uuid = { payload = "x" }\n', "the id 'x'"),
    "unknown preset": (WIFI_SPEC + '[protection]\npreset = "hard"\n', "open, balanced, strict"),
    "unknown protection": (WIFI_SPEC + "[protection]\nscreen_capturee = true\n", "screen_capture"),
    "wrong protection": (WIFI_SPEC + "[protection]\nscreen_capture = 1\n", "neither true nor"),
    "date": (WIFI_SPEC + "ssid = 1979-05-27\n", "is a date"),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_in_a_specification_names_the_place(shell: Shell, kind: str) -> None:
    text, hint = MISTAKES[kind]

    done = build(shell, text)

    assert done.returncode == USAGE, done.stdout
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("ueapi: specs/work.toml")
    assert hint in done.stderr
    assert SECRET not in done.stderr
    assert not (shell.folder / "built.mobileconfig").exists()


def test_every_payload_of_a_specification_keeps_unknown_keys_apart(shell: Shell) -> None:
    vpn = (
        'identifier = "a"\nname = "b"\n[[payload]]\nkind = "per-app-vpn"\nvpn_uuid = "V"\n'
        'vpn_type = "VPN"\nuser_defined_name = "Work"\nvendor_settings = { mode = 1 }\n'
        'plug_in = { further = { RemoteAddress = "vpn.example.org" } }\n'
    )

    done = build(shell, vpn)

    assert done.returncode == DONE, done.stderr
    (found,) = plistlib.loads((shell.folder / "built.mobileconfig").read_bytes())["PayloadContent"]
    assert found["VPN"] == {"RemoteAddress": "vpn.example.org"}
    assert found["VendorConfig"] == {"mode": 1}


def test_protection_is_a_preset_with_changes(shell: Shell) -> None:
    text = 'identifier = "a"\nname = "b"\n[protection]\npreset = "strict"\nscreen_capture = true\n'

    done = build(shell, text)

    assert done.returncode == DONE, done.stderr
    (found,) = plistlib.loads((shell.folder / "built.mobileconfig").read_bytes())["PayloadContent"]
    assert found["PayloadType"] == "com.apple.applicationaccess"
    assert found["allowOpenFromManagedToUnmanaged"] is False
    assert found["allowScreenShot"] is True


def test_a_specification_is_not_overwritten(shell: Shell) -> None:
    build(shell, WIFI_SPEC)

    done = shell.run("profile", "build", "specs/work.toml", "--out", "specs/work.toml")

    assert done.returncode == USAGE
    assert (shell.folder / "specs/work.toml").read_text() == WIFI_SPEC
