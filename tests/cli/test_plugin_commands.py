"""`ueapi NAME ...` runs a plugin's own commands, and nothing else of plugins is loaded for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from attrs import evolve
from typer.testing import CliRunner

from ueapi.cli.main import app
from ueapi.cli.plugin_commands import root_of
from ueapi.contract import BackendManifest, hookimpl
from ueapi.contract.opening import TenantOpener, opener
from ueapi.errors import IncompatiblePlugin, InvalidSettings, UsageError
from ueapi.plugins import Registry

PLUGIN = """
from ueapi.contract import BackendManifest, hookimpl

@hookimpl
def ueapi_backend():
    return BackendManifest(
        name="acme", product="Acme UEM", contract="1.1", settings="ueapi_acme.nowhere:Settings",
        build="ueapi_acme.nowhere:build", sheet="ueapi_acme.nowhere:SHEET", cli="ueapi_acme.commands:app",
    )
"""
COMMANDS = """
import typer
from ueapi.errors import UsageError

app = typer.Typer(help="What only Acme has.")

@app.command()
def ring(times: int = 1) -> None:
    typer.echo("ding " * times)

@app.command()
def fail() -> None:
    raise UsageError("there is no bell.", remedy="Buy one.")

print("loaded")
"""


def test_a_plugins_command_runs_lists_and_fails_like_ours(site: Path) -> None:
    rung = ueapi(site, "acme", "ring", "--times", "2")
    failed = ueapi(site, "acme", "fail")
    helped = ueapi(site, "acme", "--help")

    assert (rung.returncode, rung.stdout.split()) == (0, ["loaded", "ding", "ding"])
    assert (failed.returncode, failed.stderr) == (2, "ueapi: there is no bell. Buy one.\n")
    assert "What only Acme has." in helped.stdout


def test_the_list_of_commands_names_it_without_loading_it(site: Path) -> None:
    listed, bare = ueapi(site, "--help"), ueapi(site)

    for done in (listed, bare):
        text = done.stdout + done.stderr
        assert "Commands of the plugin of Acme UEM." in text
        assert "loaded" not in text


def test_a_command_of_ours_loads_no_plugin(site: Path) -> None:
    (site / "ueapi_acme" / "plugin.py").write_text("print('looked at')", encoding="utf-8")

    done = ueapi(site, "rules", "show", "command", "EraseDevice", "--json")

    assert done.returncode == 0
    assert "looked at" not in done.stdout


def test_an_unknown_word_is_told_as_ever(site: Path) -> None:
    done = ueapi(site, "acne")

    assert done.returncode == 2
    assert "No such command 'acne'" in done.stderr


def test_a_backend_without_commands_says_what_to_look_at() -> None:
    with pytest.raises(UsageError, match=r"no commands of its own.*ueapi capabilities acme"):
        root_of(app, ["acme", "ring"], registry=announcing(None))


@pytest.mark.parametrize(
    ("reference", "why"), [("os:sep", "not a typer app"), ("nowhere_at_all:app", "can't be loaded")]
)
def test_a_wrong_reference_is_the_plugins_fault(reference: str, why: str) -> None:
    with pytest.raises(IncompatiblePlugin, match=why):
        root_of(app, ["acme"], registry=announcing(reference))


def test_a_backend_never_hides_a_command_of_ours() -> None:
    root = root_of(app, ["--help"], registry=announcing("nowhere_at_all:app", name="demo"))

    assert "rehearse" in CliRunner().invoke(app, ["demo", "--help"]).stdout.casefold()
    assert root.commands["demo"].help != "Commands of the plugin of Acme UEM."


def announcing(cli: str | None, *, name: str = "acme") -> Registry:
    @hookimpl
    def ueapi_backend() -> BackendManifest:
        return BackendManifest(
            name=name, product="Acme UEM", contract="1.1", settings="", build="", sheet="", cli=cli
        )

    return Registry.of(acme=SimpleNamespace(ueapi_backend=ueapi_backend))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A place where the plugin is installed."""
    package, record = tmp_path / "ueapi_acme", tmp_path / "ueapi_acme-1.0.dist-info"
    for folder in (package, record):
        folder.mkdir()
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    (package / "commands.py").write_text(COMMANDS, encoding="utf-8")
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: ueapi-acme\nVersion: 1.0\n")
    (record / "entry_points.txt").write_text("[ueapi]\nacme = ueapi_acme.plugin\n")
    return tmp_path


def ueapi(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    before = os.environ.get("PYTHONPATH", "")
    return subprocess.run(
        [sys.executable, "-c", "from ueapi.cli.main import run; run()", *words],
        env={**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{before}", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


TENANTS = """
[tenants.work]
backend = "memory"
url = "https://product.example.org"
key = { env = "KIT_KEY" }

[tenants.other]
backend = "jamf"
url = "https://jamf.example.org"
"""


@pytest.fixture
def opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TenantOpener:
    file = tmp_path / "tenants.toml"
    file.write_text(TENANTS, encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setattr("ueapi.cli.settings_file.settings_path", lambda: file)
    monkeypatch.setattr("ueapi.cli.opening.settings_path", lambda: file)
    monkeypatch.setenv("KIT_KEY", "k-example")
    acme = typer.Typer()
    given: list[object] = []
    acme.callback()(lambda: None)

    @acme.command()
    def look(context: typer.Context) -> None:
        given.append(context.obj)

    known = Registry.installed()
    with_commands = evolve(known.manifest("memory"), cli="ueapi_acme.commands:app")
    with monkeypatch.context() as patch:
        patch.setattr(Registry, "resolve", lambda *_: acme)
        patch.setattr(Registry, "manifest", lambda *_: with_commands)
        root_of(app, ["memory", "look"], registry=known)(["memory", "look"], standalone_mode=False)
    return opener(given[0])


def test_a_command_opens_a_tenant_of_its_backend(opening: TenantOpener) -> None:
    with opening("work") as tenant:
        assert (tenant.name, tenant.backend) == ("work", "memory")


def test_a_tenant_of_another_backend_is_refused(opening: TenantOpener) -> None:
    with pytest.raises(UsageError, match="one of jamf"):
        opening("other")


def test_a_name_that_nobody_has_is_refused(opening: TenantOpener) -> None:
    with pytest.raises(InvalidSettings, match="no tenant 'nowhere'"):
        opening("nowhere")


def test_a_command_called_in_another_way_has_no_tenants() -> None:
    with pytest.raises(UsageError, match="not called through ueapi"):
        opener(None)
