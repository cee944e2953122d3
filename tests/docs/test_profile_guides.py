"""The guides on profiles run as printed, and what they show is what comes out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

GUIDES = [
    Path(__file__).resolve().parents[2] / f"docs/how-to/{name}.md"
    for name in ("check-profiles", "sign-and-compare-profiles")
]


def run(example: Example) -> None:
    done = subprocess.run(
        ["bash", "-c", str(example.parsed)], capture_output=True, text=True, check=False, timeout=60
    )
    example.namespace |= {"code": done.returncode, "output": done.stdout}
    assert done.returncode in (0, 1), done.stderr


def put_down(example: Example) -> None:
    """A sample of a file says in its first line how it is called."""
    text = str(example.parsed)
    Path(text.splitlines()[0].removeprefix("# ")).write_text(text)


def compare(example: Example) -> None:
    """Each line that is shown was printed; where lines are broken doesn't count."""
    came = " ".join(str(example.namespace["output"]).split())
    shown = [" ".join(line.split()) for line in str(example.parsed).splitlines()]

    assert [line for line in shown if line not in came] == []


def parser(language: str, evaluate: Callable[[Example], None]) -> CodeBlockParser:
    return CodeBlockParser(language=language, evaluator=evaluate)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_a_guide_runs_as_printed(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{scripts}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIFI_PASSWORD", "correct horse")
    monkeypatch.setenv("NEW_WIFI_PASSWORD", "battery staple")
    evaluators = {"sh": run, "text": compare, "toml": put_down}
    parsers = [PythonCodeBlockParser(), *(parser(*pair) for pair in evaluators.items())]
    document = Sybil(parsers=parsers).parse(page)

    examples = list(document.examples())
    for example in examples:
        example.evaluate()

    assert examples
