from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from ueapi.contract.opening import TenantOpener
from ueapi.errors import CapabilityUnsupported, UsageError
from ueapi.testing import Harness
from ueapi_maas360 import cli
from ueapi_maas360.native import FORBIDDEN
from ueapi_maas360.plugin import ueapi_backend


@pytest.fixture(scope="module")
def harness():
    return Harness.build("maas360", users=8)


@pytest.fixture
def run(harness, monkeypatch):
    @contextmanager
    def connected(_context):
        yield harness.tenant

    monkeypatch.setattr(cli, "connected", connected)
    return lambda *words, **more: CliRunner().invoke(cli.app, list(words), **more)


@pytest.fixture
def phone(harness):
    return next(d.id for d in harness.tenant.devices.list() if d.enrollment.kind.is_user_enrollment)


def changes(harness):
    return len(harness.simulator.log.changing())


def test_a_lock_is_ordered_and_its_state_is_told(run, phone):
    ordered = json.loads(run("lock", phone).stdout)
    (number,) = ordered["actions"]

    told = json.loads(run("state", phone, number).stdout)

    assert ordered["accepted"] is True
    assert told["state"] in {"pending", "acknowledged"}


def test_permitted_actions_are_printed(run, phone):
    listed = json.loads(run("actions", phone).stdout)

    assert "Lock" in {action["name"] for action in listed}


@pytest.mark.parametrize("command", ["selective-wipe", "remove-control", "wipe", "reset-passcode"])
def test_what_takes_something_away_is_asked_for_first(harness, run, phone, command):
    before = changes(harness)

    ended = run(command, phone, input="n\n")

    assert ended.exit_code == 1
    assert changes(harness) == before


@pytest.mark.parametrize("command", ["wipe", "reset-passcode"])
def test_a_personal_phone_is_never_wiped_however_sure_one_is(harness, run, phone, command):
    ended = run(command, phone, "--yes")

    assert isinstance(ended.exception, CapabilityUnsupported)
    assert not [e for e in harness.simulator.log.entries if any(a in e.path for a in FORBIDDEN)]


def test_any_view_is_printed(run, phone):
    path = "/device-apis/devices/1.0/core/{billing}"

    found = json.loads(run("read", path, "--query", f"deviceId={phone}").stdout)

    assert found["device"]["maas360DeviceID"] == phone


@pytest.mark.parametrize("odd", ["deviceId", "=x", ""])
def test_a_parameter_of_another_form_is_refused(run, odd):
    ended = run("read", "/device-apis/devices/1.0/core/{billing}", "--query", odd)

    assert isinstance(ended.exception, UsageError)


def test_the_account_comes_from_the_environment():
    environ = {
        "UEAPI_MAAS360_URL": "https://services.m3.maas360.com",
        "UEAPI_MAAS360_USER_DOMAIN": "",
        "UEAPI_MAAS360_PASSWORD": "p-secret",
        "UEAPI_MAAS360_APP_ACCESS_KEY": "k-secret",
        "OTHER": "x",
    }

    assert cli.settings_from(environ) == {
        "url": "https://services.m3.maas360.com",
        "password": "p-secret",
        "app_access_key": "k-secret",
    }


def test_no_secret_can_be_given_as_an_argument():
    helped = CliRunner().invoke(cli.app, ["lock", "--help"]).stdout

    assert "password" not in helped
    assert "access" not in helped


def test_the_manifest_names_the_commands():
    assert ueapi_backend().cli == "ueapi_maas360.cli:app"


def test_the_backend_loads_without_the_command_library():
    program = (
        "import sys, ueapi_maas360.plugin, ueapi_maas360.backend, ueapi_maas360.native;"
        "assert 'typer' not in sys.modules"
    )

    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)

    assert ended.returncode == 0, ended.stderr


def test_a_tenant_of_the_settings_file_can_be_named(harness, phone):
    asked = []

    def opened(name):
        asked.append(name)
        return harness.connect()

    opening = TenantOpener("maas360", opened)

    done = CliRunner().invoke(cli.app, ["--tenant", "work", "actions", phone], obj=opening)

    assert asked == ["work"]
    assert "Lock" in {action["name"] for action in json.loads(done.stdout)}


def test_a_tenant_is_named_only_through_ueapi(phone):
    done = CliRunner().invoke(cli.app, ["--tenant", "work", "actions", phone])

    assert isinstance(done.exception, UsageError)


def test_no_summary_of_a_command_is_cut_on_80_columns():
    shown = CliRunner().invoke(cli.app, ["--help"], env={"COLUMNS": "80"}).output

    commands = shown.partition("Commands:")[2]
    assert commands.strip()
    assert "..." not in commands
