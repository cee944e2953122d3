"""`ueapi discovery write TENANT`: the address where it follows from the tenant's, else what a person does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from ueapi.cli.main import run
from ueapi.cli.settings_file import TenantEntry, write_entries
from ueapi.contract import Capability
from ueapi.plugins import Registry


def write_document(patch: pytest.MonkeyPatch, folder: Path, backend: str) -> int | str | None:
    path = folder / "tenants.toml"
    entry = TenantEntry("work", backend, {"url": "https://work.example.org"}, {})
    write_entries(path, {"work": entry})
    patch.setenv("UEAPI_CONFIG", str(path))
    patch.setattr(sys, "argv", ["ueapi", "discovery", "write", "work"])

    with pytest.raises(SystemExit) as ended:
        run()

    return ended.value.code


def test_the_document_of_a_jamf_tenant_follows_from_its_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = write_document(monkeypatch, tmp_path, "jamf")

    [server] = json.loads(capsys.readouterr().out)["Servers"]
    assert code == 0
    assert server["BaseURL"].startswith("https://work.example.org/servicediscoveryenrollment/")


@pytest.mark.parametrize("backend", ["hexnode", "maas360"])
def test_where_only_the_console_tells_the_steps_are_listed_in_order(
    backend: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    steps = Registry.installed().sheet(backend)[Capability.ENROLLMENTS_DISCOVERY].steps

    code = write_document(monkeypatch, tmp_path, backend)

    told = capsys.readouterr()
    first, *rest = told.err.splitlines()
    assert (code, told.out) == (2, "")
    assert "--base-url" in first
    assert rest == [f"  {number}. {step}" for number, step in enumerate(steps, start=1)]
