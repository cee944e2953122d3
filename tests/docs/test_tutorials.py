"""Tutorials run as printed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

TUTORIALS = [Path(__file__).resolve().parents[2] / "docs/tutorials/list-a-fleet.md"]


@pytest.fixture
def namespace(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    """Names a tutorial leaves behind; the environment of a reader who installed ueapi here."""
    scripts = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{scripts}{os.pathsep}{os.environ['PATH']}")
    names: dict[str, object] = {}
    yield names
    _stop(names)


def _stop(names: Mapping[str, object]) -> None:
    for left in names.values():
        if isinstance(left, subprocess.Popen) and left.returncode is None:
            left.kill()
            left.communicate()


@pytest.mark.loopback
@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_runs_as_printed(page: Path, namespace: dict[str, object]) -> None:
    document = Sybil(parsers=[PythonCodeBlockParser()]).parse(page)
    document.namespace = namespace

    examples = list(document.examples())
    for example in examples:
        example.evaluate()

    assert examples
