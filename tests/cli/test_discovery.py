"""`ueapi discovery` as its user types it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner
from typer.testing import Result as Ended

from tests.apple import signers
from tests.migration import fleets
from ueapi.cli.discovery_check import print_results
from ueapi.cli.main import app
from ueapi.cli.printing import output
from ueapi.contract import Capability, CapabilitySheet, Translation, native
from ueapi.discovery import read_list
from ueapi.discovery.checking import Grade, Result
from ueapi.errors import UeapiError
from ueapi.migration.documents import Policy
from ueapi.migration.planning import TargetProduct, make_plan

SHEET = CapabilitySheet.of({c: native("test") for c in Capability})
NEW = "https://new.example.org/enroll"


def run(*words: str) -> Ended:
    return CliRunner().invoke(app, ["discovery", *words])


def written_plan(folder: Path) -> Path:
    plan = make_plan(
        fleets.source(
            users=tuple(fleets.user(n) for n in range(1, 5)),
            devices=tuple(fleets.device(n, n) for n in range(1, 5)),
        ),
        fleets.target(),
        policy=Policy(wave_sizes=(1, 2)),
        product=TargetProduct(sheet=SHEET, translate=Translation.whole),
    )
    path = folder / "plan.json"
    plan.write(path)
    return path


def signing(folder: Path) -> list[str]:
    now = datetime.now(UTC)
    identity = signers.issue(
        "Steering", usage="digital_signature", begins=now - signers.DAY, ends=now + signers.DAY
    )
    (folder / "cert.pem").write_bytes(identity.pem)
    (folder / "key.pem").write_bytes(identity.key_pem())
    return ["--certificate", str(folder / "cert.pem"), "--key", str(folder / "key.pem")]


def test_the_document_is_printed_as_it_is_served() -> None:
    result = run("write", "--base-url", NEW)

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"Servers": [{"Version": "mdm-byod", "BaseURL": NEW}]}


def test_files_for_a_web_server_are_written_and_named(tmp_path: Path) -> None:
    result = run("write", "--base-url", NEW, "--version", "mdm-adde", "--out", str(tmp_path))

    assert result.exit_code == 0
    assert b"mdm-adde" in (tmp_path / ".well-known" / "com.apple.remotemanagement").read_bytes()
    assert "nginx.conf" in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("write",),
        ("write", "--base-url", "http://mdm.example.org"),
        ("write", "--base-url", NEW, "--version", "mdm-other"),
        ("write", "tenant", "--base-url", NEW),
    ],
)
def test_what_can_not_be_served_is_refused_with_a_way_out(words: tuple[str, ...]) -> None:
    result = run(*words)

    assert isinstance(result.exception, UeapiError)
    assert result.exception.remedy


def test_a_list_steers_the_people_of_the_waves_named(tmp_path: Path) -> None:
    plan = written_plan(tmp_path)
    out = tmp_path / "list"
    words = ("steer", str(plan), "--out", str(out), "--new", NEW, *signing(tmp_path))

    first = run(*words, "--waves", "1")
    second = run(*words, "--waves", "1-2")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "list 2" in second.stdout
    anchors = [x509.load_pem_x509_certificate((tmp_path / "cert.pem").read_bytes())]
    found = read_list(out.read_bytes(), anchors=anchors, at=datetime.now(UTC))
    assert (found.number, len(found.people), found.default) == (2, 3, None)


@pytest.mark.parametrize("waves", ["0", "1-9", "x", "", "1-"])
def test_waves_the_plan_does_not_have_are_refused(tmp_path: Path, waves: str) -> None:
    plan = written_plan(tmp_path)
    out = tmp_path / "list"

    result = run(
        "steer", str(plan), "--out", str(out), "--new", NEW, "--waves", waves, *signing(tmp_path)
    )

    assert isinstance(result.exception, UeapiError)
    assert not out.exists()


def test_an_unsigned_list_is_not_made(tmp_path: Path) -> None:
    result = run("steer", str(written_plan(tmp_path)), "--out", str(tmp_path / "l"), "--new", NEW)

    assert isinstance(result.exception, UeapiError)
    assert "signed" in str(result.exception)


@pytest.mark.parametrize("new", ["not a domain", "http://new.example.org"])
def test_an_address_no_phone_would_take_is_refused_with_words_about_addresses(
    tmp_path: Path, new: str
) -> None:
    steer = ("steer", str(written_plan(tmp_path)), "--out", str(tmp_path / "list"))

    results = [run("write", "--base-url", new), run(*steer, "--new", new, *signing(tmp_path))]

    for result in results:
        assert isinstance(result.exception, UeapiError)
        assert "https://" in result.exception.remedy
        assert "Servers" not in result.exception.remedy
    assert not (tmp_path / "list").exists()


@pytest.mark.parametrize("given", ["example.org", "https://mdm.example.org"])
def test_an_address_in_the_place_of_a_tenant_is_told_where_it_belongs(given: str) -> None:
    result = run("write", given)

    assert isinstance(result.exception, UeapiError)
    assert "--base-url" in result.exception.remedy


def test_what_a_check_found_is_wrapped_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    output.cache_clear()
    fix = "Give the domain an A or AAAA record, or check the spelling."
    found = Result(probe="name", grade=Grade.FINDING, text="no network address", fix=fix)

    print_results("example.org", [found], as_json=False)

    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert fix in " ".join(" ".join(lines).split())
    assert lines[0].index("no network") == lines[1].index("->")
    assert lines[-1] == "1 probe, 1 finding."
