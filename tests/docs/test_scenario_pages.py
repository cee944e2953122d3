"""Each scenario has a page that says what happens, what one sees, what to do and how to rehearse it."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("mkdocs")

from tools.docs_scenarios import INDEX, MARK, of_scenario, on_page_markdown, page_of

from ueapi.rehearsal.scenarios import SCENARIOS

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_page_says_everything_the_catalog_knows(name):
    scenario = SCENARIOS[name]

    page = "\n".join(of_scenario(scenario))

    assert all(text in page for text in (scenario.happens, scenario.sees, scenario.do))
    assert f"ueapi demo --scenario {name}\n" in page
    assert f"ueapi migrate rehearse --scenario {name} " in page


def test_the_page_of_all_scenarios_links_each():
    page = on_page_markdown((DOCS / INDEX).read_text())

    assert MARK not in page
    assert all(page_of(s).removeprefix("how-to/") in page for s in SCENARIOS.values())


@pytest.mark.parametrize("name", SCENARIOS)
def test_texts_are_whole_sentences_for_people(name):
    scenario = SCENARIOS[name]

    texts = (scenario.happens, scenario.sees, scenario.do)

    assert all(text[0].isupper() and text.endswith(".") for text in texts)
    assert all("|" not in text for text in texts), "a bar would break the table of the manual"
