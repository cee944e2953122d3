"""The manual's pages on the kit say what its code says."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools import docs_conformance
from tools.docs_conformance import MARK, TABLES, on_page_markdown, proof, table, tiers

from ueapi.contract import Capability
from ueapi.plugins import Registry
from ueapi.testing.catalog import all_tests
from ueapi.testing.quality import Quality
from ueapi.testing.tiers import REQUIREMENTS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_test_has_a_row() -> None:
    page = "\n".join(docs_conformance.tests())

    assert [t.promise.id for t in all_tests() if f"| `{t.promise.id}` |" not in page] == []


def test_every_rule_has_a_row() -> None:
    page = "\n".join(tiers())

    assert [rule.id for rule in REQUIREMENTS if f"`{rule.id}`" not in page] == []


def test_without_a_run_nothing_is_claimed() -> None:
    assert proof(None, Capability.USERS_LIST) == "not run"


def test_every_mark_in_a_page_stands_for_something() -> None:
    marks = {m for page in DOCS.rglob("*.md") for m in MARK.findall(page.read_text("utf-8"))}

    assert set(TABLES) <= marks
    assert all(list(table(mark)) for mark in marks)


@pytest.mark.parametrize("backend", ["jamf", "hexnode", "maas360"])
def test_a_products_page_has_what_its_author_states(backend: str) -> None:
    registry = Registry.installed()
    quality, costs = Quality.of_backend(registry, backend), registry.sheet(backend).costs

    page = on_page_markdown((DOCS / "reference" / "products" / f"{backend}.md").read_text("utf-8"))

    assert [c for c, cost in costs.items() if f"| `{c}` | {cost} |" not in page] == []
    assert [loss.path for loss in quality.losses if f"| `{loss.path}` |" not in page] == []
