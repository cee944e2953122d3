"""Fill tables of the manual on the conformance kit: its tests, the tiers, and how the backends stand.

A mkdocs hook: `<!-- kit: NAME -->` in a page becomes the table of that name; `costs-BACKEND` is what the sheet of a
backend declares, and `differences-BACKEND` what its author states in `quality.yaml`. How a backend stands is read from
the `conformance.json` beside its sources, which `python -m tools.conformance` writes; a file that is older than the
sheet or the kit counts as none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby

from ueapi.contract import Capability
from ueapi.plugins import Registry
from ueapi.testing.catalog import SUITES, all_tests
from ueapi.testing.grading import Grade, grade
from ueapi.testing.quality import Quality, quality_file
from ueapi.testing.running import Conformance, Outcome
from ueapi.testing.tiers import REQUIREMENTS, Tier

MARK = re.compile(r"^<!-- kit: ([\w-]+) -->$", re.MULTILINE)
FILE = "conformance.json"
UNKNOWN = "not run"
SIGN = {
    Outcome.PASSED: "passed",
    Outcome.REFUSED: "refused as declared",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "failed",
}


def on_page_markdown(markdown: str, **_: object) -> str:
    """Replace each mark by its table; an unknown name is an error."""
    return MARK.sub(lambda mark: "\n".join(table(str(mark[1]))), markdown)


def table(name: str) -> Iterator[str]:
    """The lines of a table; of a backend's own where the name ends with one."""
    if name in TABLES:
        return TABLES[name]()
    kind, _, backend = name.partition("-")
    return OF_BACKEND[kind](Registry.installed(), backend)


def costs(registry: Registry, backend: str) -> Iterator[str]:
    """A row for each operation."""
    yield "| operation | requests |"
    yield "|---|---|"
    for operation, cost in registry.sheet(backend).costs.items():
        yield f"| `{operation}` | {cost} |"


def differences(registry: Registry, backend: str) -> Iterator[str]:
    """A row for each fact that the product shows otherwise."""
    yield "| fact | reason |"
    yield "|---|---|"
    for loss in Quality.of_backend(registry, backend).losses:
        yield f"| `{loss.path}` | {escaped(loss.reason)} |"


def tests() -> Iterator[str]:
    """A section for each suite, with a row for each test."""
    by_suite = sorted(all_tests(), key=lambda test: SUITES.index(test.suite))
    for suite, rows in groupby(by_suite, key=lambda test: test.suite):
        yield f"\n## `{suite.__name__}`\n"
        yield "| id | tier | promise | when it fails |"
        yield "|---|---|---|---|"
        for row in rows:
            found = row.promise
            cells = (f"`{found.id}`", found.tier.value, escaped(found.reason), escaped(found.fix))
            yield f"| {' | '.join(cells)} |"


def tiers() -> Iterator[str]:
    """A row for each rule."""
    yield "| tier | rule | meaning | decided by |"
    yield "|---|---|---|---|"
    for rule in REQUIREMENTS:
        by = "tests" if rule.is_proved else "the author"
        by += "; where they can't, the author" if rule.is_answered else ""
        yield f"| {rule.tier.value} | `{rule.id}` | {escaped(rule.means)} | {by} |"


def grades() -> Iterator[str]:
    """A row for each rule and a column for each backend, and the grade below."""
    registry = Registry.installed()
    found = {name: graded(registry, name) for name in registry.names}
    yield f"| | {' | '.join(registry.manifest(name).product for name in found)} |"
    yield "|---" * (len(found) + 1) + "|"
    yield f"| **grade** | {' | '.join(map(reached, found.values()))} |"
    for number, rule in enumerate(REQUIREMENTS):
        cells = [standing(each, number) for each in found.values()]
        yield f"| {rule.tier.value}: `{rule.id}` | {' | '.join(cells)} |"


def proofs() -> Iterator[str]:
    """A row for each capability and a column for each backend: how many tests are about it, and what came of them."""
    registry = Registry.installed()
    runs = {name: latest(registry, name) for name in registry.names}
    yield f"| capability | {' | '.join(registry.manifest(name).product for name in runs)} |"
    yield "|---" * (len(runs) + 1) + "|"
    for capability in Capability:
        cells = [proof(run, capability) for run in runs.values()]
        yield f"| `{capability.value}` | {' | '.join(cells)} |"


def proof(run: Conformance | None, capability: Capability) -> str:
    """What came of the tests about a capability."""
    if run is None:
        return UNKNOWN
    outcomes = [
        run.outcome(test.promise) for test in all_tests() if capability in test.promise.proves
    ]
    parts = [f"{outcomes.count(each)} {word}" for each, word in SIGN.items() if each in outcomes]
    return ", ".join(parts) or "no test of its own"


def latest(registry: Registry, name: str) -> Conformance | None:
    """The run that was kept, if it is of the sheet and the kit as they are now."""
    stated = quality_file(registry, name)
    path = stated.with_name(FILE) if stated else None
    if path is None or not path.is_file():
        return None
    run = Conformance.model_validate(json.loads(path.read_text(encoding="utf-8")))
    sheet = registry.sheet(name)
    is_current = run.levels == {c.value: sheet[c].level.value for c in sheet}
    return run if is_current and {r.id for r in run.results} == known() else None


def known() -> set[str]:
    """Ids of all tests."""
    return {test.promise.id for test in all_tests()}


def graded(registry: Registry, name: str) -> Grade | None:
    """The grade of the run that was kept."""
    run = latest(registry, name)
    return grade(run, Quality.of_backend(registry, name)) if run else None


def reached(found: Grade | None) -> str:
    """The tier, with the day of the last run against a real tenant."""
    if found is None:
        return UNKNOWN
    tier = found.tier.value if found.tier else "not yet bronze"
    is_dated = found.tier is Tier.PLATINUM and found.verified is not None
    return f"**{tier}**" + (f", {found.verified}" if is_dated else "")


def standing(found: Grade | None, number: int) -> str:
    """How a backend stands with one rule."""
    if found is None:
        return UNKNOWN
    row = found.standings[number]
    note = row.note if row.rule.is_proved or row.rule.tier is Tier.PLATINUM else ""
    return (note or "met") if row.is_met else "open" + (f" ({note})" if note else "")


def escaped(text: str) -> str:
    """Keep text from being read as a table's border or as a tag."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


TABLES = {"tests": tests, "tiers": tiers, "grades": grades, "proofs": proofs}
OF_BACKEND = {"costs": costs, "differences": differences}
