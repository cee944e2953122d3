"""Small plugins as real wheels: built and installed by pip, without an index, into a folder of the test's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "ueapi-{name}"
version = "{version}"
requires-python = ">=3.11"

[project.entry-points.ueapi]
{name} = "ueapi_{name}.plugin"

[tool.hatch.build.targets.wheel]
packages = ["ueapi_{name}"]
"""

MANIFEST = """
from ueapi.contract import BackendManifest, hookimpl


@hookimpl
def ueapi_backend():
    return BackendManifest(
        name="{name}",
        product="Product of {name}",
        contract="{contract}",
        settings="ueapi.contract:Settings",
        build="ueapi_{name}.backend:build",
        sheet="ueapi_{name}.backend:SHEET",
        {more}
    )
"""

BACKEND = """
from ueapi.contract import (
    Backend, Capability, CapabilitySheet, Credential, Devices, Limits, native, not_implemented,
)
from ueapi.errors import Rejected
from ueapi.flow import Call, Effect, Page, ask, done
from ueapi.model import Device, Enrollment, EnrollmentKind, EnrollmentState, Origin, Ref

KNOWN = {known!r}
SHEET = CapabilitySheet.of({{
    **{{Capability(name): not_implemented() for name in KNOWN}},
    Capability.DEVICES_LIST: native("its own handbook"),
}})


class Key:
    def sign_in(self):
        return done(Credential({{"authorization": "none"}}))


class Phones(Devices):
    def __init__(self, context):
        self._context = context

    def page(self, cursor):
        reply = yield from ask(
            Call(operation="devices.list", method="GET", path="/phones", effect=Effect.READS)
        )
        return Page(tuple(map(self._phone, reply.json())))

    def _phone(self, name):
        return Device(
            ref=Ref(tenant=self._context.tenant, id=name),
            origin=Origin(backend="{name}", read_at=self._context.now()),
            enrollment=Enrollment(kind=EnrollmentKind.USER, state=EnrollmentState.ENROLLED),
        )


def fault(call, reply):
    return Rejected("refused.", operation=call.operation)


def build(settings, context):
    return Backend(
        url=settings.url, auth=Key(), fault=fault, limits=Limits(), devices=Phones(context)
    )
"""


@frozen(kw_only=True)
class Plugin:
    """A plugin to build: the contract it says it is made for, the capabilities it has rows for, and oddities."""

    name: str
    contract: str
    known: tuple[str, ...]
    version: str = "3.1"
    imports: str = ""
    more: str = ""

    def write(self, folder: Path) -> Path:
        project = folder / self.name
        package = project / f"ueapi_{self.name}"
        package.mkdir(parents=True)
        (project / "pyproject.toml").write_text(
            PROJECT.format(name=self.name, version=self.version)
        )
        (package / "__init__.py").write_text("")
        manifest = MANIFEST.format(name=self.name, contract=self.contract, more=self.more)
        (package / "plugin.py").write_text(self.imports + manifest)
        (package / "backend.py").write_text(BACKEND.format(name=self.name, known=self.known))
        return project


def install(plugins: tuple[Plugin, ...], folder: Path) -> Path:
    """Build the wheels and install them into a folder for PYTHONPATH."""
    return installed([plugin.write(folder / "projects") for plugin in plugins], folder)


def installed(paths: Sequence[Path], folder: Path) -> Path:
    """Build the wheels of projects and install them into a folder for PYTHONPATH."""
    projects = list(map(str, paths))
    wheels, site = folder / "wheels", folder / "site"
    _pip("wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", str(wheels), *projects)
    built = sorted(map(str, wheels.glob("*.whl")))
    assert len(built) == len(projects)
    _pip("install", "--no-index", "--no-deps", "--target", str(site), *built)
    return site


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr


def run(site: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own that finds what is installed there."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def told(site: Path, code: str):
    """What a program prints as one JSON object."""
    done = run(site, code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
