"""`ueapi plugin new` writes a project that works from its first minute."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ueapi.cli.main import app
from ueapi.contract import Capability, Level
from ueapi.errors import UnreadableInput, UsageError
from ueapi.testing import scaffold


def run(*words: str, at: Path, more: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=at,
        env={**os.environ, **(more or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plugins")
    scaffold.write("acme-one", into=folder)
    return folder / "ueapi-acme-one"


@pytest.fixture(scope="module")
def installed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment of somebody who installed the project, without any network."""
    site = tmp_path_factory.mktemp("site")
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--quiet")
    run("-m", "pip", "install", *offline, "--target", str(site), "--editable", ".", at=project)
    sources = os.pathsep.join([str(site), str(project / "src"), os.environ.get("PYTHONPATH", "")])
    return {"PYTHONPATH": sources.rstrip(os.pathsep)}


def test_a_new_project_is_complete(project: Path) -> None:
    files = {p.relative_to(project).as_posix() for p in project.rglob("*") if p.is_file()}

    assert {
        ".github/workflows/check.yml",
        "LICENSE",
        "Makefile",
        "README.md",
        "docs/acme-one.md",
        "quality.yaml",
        "src/ueapi_acme_one/py.typed",
        "src/ueapi_acme_one/simulator/server.py",
        "tests/test_conformance.py",
    } <= files


def test_no_place_is_left_unfilled(project: Path) -> None:
    texts = [p.read_text("utf-8") for p in project.rglob("*") if p.is_file()]

    assert not any(f"%{word}%" in text for text in texts for word in ("NAME", "CLASS", "ROWS"))


@pytest.mark.parametrize("name", ["a", "acme-one", "abcdefghijklmnop-qrs"])
def test_every_file_has_the_style_it_asks_for(name: str, tmp_path: Path) -> None:
    scaffold.write(name, into=tmp_path)
    folder = tmp_path / f"ueapi-{name}"

    run("-m", "ruff", "check", "--no-cache", ".", at=folder)
    run("-m", "ruff", "format", "--no-cache", "--check", ".", at=folder)


@pytest.mark.slow
def test_it_is_typed_strictly(project: Path) -> None:
    run("-m", "mypy", "--cache-dir", os.devnull, at=project)


def test_it_installs_announces_itself_and_passes_the_empty_kit(
    project: Path, installed: Mapping[str, str]
) -> None:
    code = (
        "from ueapi.plugins import Registry; r = Registry.installed();"
        "print(r.manifest('acme-one').product, {s.level.value for s in r.sheet('acme-one').rows.values()})"
    )

    told = run("-c", code, at=project, more=installed)
    run("-m", "pytest", "-q", "-p", "no:cacheprovider", at=project, more=installed)

    assert told.strip() == f"Acme One {{'{Level.NOT_IMPLEMENTED.value}'}}"


def test_its_sheet_has_a_row_for_each_capability(project: Path) -> None:
    sheet = (project / "src/ueapi_acme_one/sheet.py").read_text("utf-8")

    assert all(f"Capability.{c.name}: not_implemented()" in sheet for c in Capability)


def test_an_existing_folder_is_left_untouched(tmp_path: Path) -> None:
    (tmp_path / "ueapi-acme").mkdir()
    (tmp_path / "ueapi-acme" / "mine.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(UnreadableInput, match="exists"):
        scaffold.write("acme", into=tmp_path)

    assert [p.name for p in (tmp_path / "ueapi-acme").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "name", ["", "Acme", "1acme", "acme_one", "acme--one", "../acme", "a" * 21]
)
def test_a_name_of_another_form_is_refused_before_anything_is_written(
    name: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="can't be a backend's name"):
        scaffold.write(name, into=tmp_path / "plugins")

    assert not (tmp_path / "plugins").exists()


@pytest.mark.parametrize("name", ["memory", "migrate"])
def test_the_name_of_a_backend_or_of_a_command_is_taken(name: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["plugin", "new", name, "--dir", str(tmp_path)])

    assert isinstance(done.exception, UsageError)
    assert list(tmp_path.iterdir()) == []


def test_the_command_names_what_it_wrote(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["plugin", "new", "acme", "--dir", str(tmp_path)])

    assert done.exit_code == 0
    assert str(tmp_path / "ueapi-acme" / "pyproject.toml") in done.stdout
