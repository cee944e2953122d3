"""Write a page for each scenario from the catalog that rehearsals play, so that manual and rehearsal can't differ.

A mkdocs hook. Each scenario gets a page of its own, listed in the navigation below the page of all of them;
`<!-- scenarios -->` in that page becomes a table of what happens in each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mkdocs.structure.files import File

from ueapi.rehearsal.scenarios import SCENARIOS, Scenario

INDEX: Final = "how-to/scenarios.md"
MARK: Final = "<!-- scenarios -->"


def on_config(config: Any) -> Any:
    """List each scenario below the page of all of them."""
    config.nav = [_with_scenarios(entry) for entry in config.nav]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add a page for each scenario."""
    for scenario in SCENARIOS.values():
        content = "\n".join(of_scenario(scenario)) + "\n"
        files.append(File.generated(config, page_of(scenario), content=content))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Replace the mark by the table."""
    return markdown.replace(MARK, "\n".join(overview()))


def _with_scenarios(entry: Any) -> Any:
    if isinstance(entry, list):
        return [_with_scenarios(child) for child in entry]
    if not isinstance(entry, dict):
        return entry
    ((title, below),) = entry.items()
    if below != INDEX:
        return {title: _with_scenarios(below)}
    return {title: [INDEX, *({title_of(each): page_of(each)} for each in SCENARIOS.values())]}


def page_of(scenario: Scenario) -> str:
    """Where its page is, below `docs`."""
    return f"how-to/scenarios/{scenario.name}.md"


def title_of(scenario: Scenario) -> str:
    """Its name as a title."""
    return scenario.name.replace("-", " ").capitalize()


def of_scenario(scenario: Scenario) -> Iterator[str]:
    """All there is to say of one scenario."""
    yield f"# {title_of(scenario)}\n"
    yield f"## What happens\n\n{scenario.happens}\n"
    yield f"## What you see\n\n{scenario.sees}\n"
    yield f"## What to do\n\n{scenario.do}\n"
    yield "## Rehearse it\n"
    yield f"```\nueapi demo --scenario {scenario.name}\n```\n"
    yield "With your own number of people, products and [policy](../plan-waves.md):\n"
    yield (
        f"```\nueapi migrate rehearse --scenario {scenario.name} --users 200 --policy policy.toml\n```\n"
    )
    yield (
        "At the end both say how often the trouble really struck, and how often ueapi put something off. The same seed "
        "gives the same trouble again.\n"
    )
    yield "[All scenarios](../scenarios.md) · [Rehearse a move](../rehearse-a-move.md)"


def overview() -> Iterator[str]:
    """A row for each scenario."""
    yield "| scenario | what happens |"
    yield "|---|---|"
    for scenario in SCENARIOS.values():
        yield f"| [`{scenario.name}`](scenarios/{scenario.name}.md) | {scenario.happens} |"
