"""`ueapi jamf ...`: the tenant comes from the command line, and only what was asked for is printed."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from ueapi.contract.opening import TenantOpener
from ueapi.errors import UsageError
from ueapi.testing import Harness
from ueapi_jamf import cli
from ueapi_jamf.plugin import ueapi_backend


@pytest.fixture(scope="module")
def harness():
    return Harness.build("jamf", users=3)


def test_what_is_at_a_path_is_printed(harness):
    asked = []

    def opened(name):
        asked.append(name)
        return harness.connect()

    opening = TenantOpener("jamf", opened)
    thing = next(iter(harness.tenant.users.list()))

    done = CliRunner().invoke(
        cli.app, ["read", "work", "/v1/users/{id}", "--id", thing.id], obj=opening
    )

    assert asked == ["work"]
    assert str(json.loads(done.stdout)["id"]) == thing.id
    assert done.stdout.isascii()


def test_without_ueapi_there_is_no_tenant():
    done = CliRunner().invoke(cli.app, ["read", "work", "/v1/users/{id}"])

    assert isinstance(done.exception, UsageError)


def test_the_manifest_names_the_commands():
    assert ueapi_backend().cli == "ueapi_jamf.cli:app"
