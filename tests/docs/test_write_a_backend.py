"""The tutorial on writing a backend is typed in as printed, from nothing to silver; the pages beside it keep up."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.tutorial import Reader, blocks
from ueapi.testing import all_tests
from ueapi.testing.sheet import facet_methods

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "tutorials/write-a-backend.md"
FACETS = sorted((DOCS / "how-to/facets").glob("*.md"))


@pytest.mark.slow
@pytest.mark.loopback
def test_the_tutorial_runs_as_printed_and_what_it_builds_has_style(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "ueapi-acme")

    for block in blocks(PAGE):
        reader.follow(block)
    for check in (
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--check", "--no-cache", "."],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *check], cwd=reader.folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout


def test_the_page_has_files_commands_and_what_they_print() -> None:
    kinds = {(block.language, block.title is not None) for block in blocks(PAGE)}

    assert {("python", True), ("sh", False), ("text", False)} <= kinds


@pytest.mark.parametrize("page", FACETS, ids=lambda page: page.stem)
def test_a_page_on_a_facet_names_its_methods_and_tests_of_the_kit(page: Path) -> None:
    text = page.read_text("utf-8")
    named = set(re.findall(r"`((?!ueapi)[a-z]+\.[a-z-]+\.[a-z0-9-]+)`", text))
    methods = {name for facet, name, _ in facet_methods() if facet == page.stem}

    assert named <= {test.promise.id for test in all_tests()}
    assert named
    assert [name for name in methods if f"`{name}(" not in text] == []


def test_every_facet_has_its_page() -> None:
    assert {page.stem for page in FACETS} == {facet for facet, _, _ in facet_methods()}
