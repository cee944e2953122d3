"""Writes the files of a new plugin project."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Final

from ueapi.contract import CONTRACT, Capability
from ueapi.errors import UnreadableInput
from ueapi.testing.scaffold.naming import Naming

FILES: Final[Mapping[str, str]] = {
    ".github/workflows/check.yml": "workflow.yml",
    ".gitignore": "gitignore",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "license",
    "Makefile": "makefile",
    "README.md": "readme.md",
    "docs/%NAME%.md": "docs.md",
    "pyproject.toml": "pyproject.toml",
    "quality.yaml": "quality.yaml",
    "src/%PACKAGE%/__init__.py": "package.py",
    "src/%PACKAGE%/auth.py": "auth.py",
    "src/%PACKAGE%/backend.py": "backend.py",
    "src/%PACKAGE%/facets/__init__.py": "facets.py",
    "src/%PACKAGE%/faults.py": "faults.py",
    "src/%PACKAGE%/plugin.py": "plugin.py",
    "src/%PACKAGE%/py.typed": "",
    "src/%PACKAGE%/settings.py": "settings.py",
    "src/%PACKAGE%/sheet.py": "sheet.py",
    "src/%PACKAGE%/simulator/__init__.py": "simulator.py",
    "src/%PACKAGE%/simulator/server.py": "server.py",
    "src/%PACKAGE%/wire.py": "wire.py",
    "tests/test_conformance.py": "test_conformance.py",
}
"""Paths in the project and their templates; without one a file is empty."""

_PLACE: Final = re.compile("%([A-Z]+)%")


def write(name: str, *, into: Path, taken: Collection[str] = ()) -> tuple[Path, ...]:
    """Write the project folder `ueapi-NAME` below `into`, and return the files in it.

    Args:
        name: the backend's name.
        into: the folder to make the project in; it is made if it is missing.
        taken: names that can't be used, besides those of another form.

    Raises:
        UsageError: the name can't be used; nothing was written.
        UnreadableInput: the project's folder exists; it was left untouched.
    """
    naming = Naming.of(name, taken=taken)
    folder = into / naming.distribution
    into.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir()
    except FileExistsError:
        raise UnreadableInput(
            f"{folder} exists.",
            remedy="Choose another name, or another folder with --dir; nothing was changed.",
        ) from None
    words = _words(naming)
    return tuple(_written(folder, path, template, words) for path, template in FILES.items())


def _words(naming: Naming) -> Mapping[str, str]:
    major, minor = (int(part) for part in version("ueapi").split(".")[:2])
    return {
        "NAME": naming.name,
        "DIST": naming.distribution,
        "PACKAGE": naming.package,
        "CLASS": naming.prefix,
        "TITLE": naming.title,
        "CONTRACT": ".".join(map(str, CONTRACT)),
        "OLDEST": f"{major}.{minor}",
        "NEXT": f"{major}.{minor + 1}",
        "ROWS": "\n".join(f"        Capability.{c.name}: not_implemented()," for c in Capability),
    }


def _written(folder: Path, path: str, template: str, words: Mapping[str, str]) -> Path:
    place = folder / _filled(path, words)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(_filled(_text(template), words), encoding="utf-8")
    return place


def _text(template: str) -> str:
    if not template:
        return ""
    return files(__package__).joinpath("templates", f"{template}.txt").read_text("utf-8")


def _filled(text: str, words: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: words[place[1]], text)
