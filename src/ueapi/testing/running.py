"""Runs the kit against a backend, offline and seeded: the same backend gives the same results."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Final, Literal
from unittest import SkipTest

from pydantic import BaseModel, ConfigDict, Field

from ueapi.contract import Settings
from ueapi.errors import CapabilityUnsupported
from ueapi.plugins import Registry
from ueapi.testing.catalog import KitTest, all_tests
from ueapi.testing.harness import SEED, Harness
from ueapi.testing.promises import Promise
from ueapi.testing.quality import Quality

USERS: Final = 24
FEW: Final = 12
"""People for suites that try many things in turn."""
MOST_TEXT: Final = 600
"""Characters of a failure that are kept."""
_LARGE: Final = frozenset({"faults"})
_MADE_UP: Final = "https://product.example.org"


class Outcome(StrEnum):
    """What came of a test."""

    PASSED = "passed"
    REFUSED = "refused"
    """The sheet doesn't claim it, and it was seen refused as the sheet says."""
    SKIPPED = "skipped"
    FAILED = "failed"


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Result(_Kept):
    """One test's outcome; `note` says why it was skipped or how it failed."""

    id: str
    outcome: Outcome
    note: str = ""


class Conformance(_Kept):
    """A whole run, as `conformance.json` holds it: sorted, and without times, so that equal runs are equal files."""

    format: Literal[1] = 1
    backend: str
    product: str
    contract: str
    seed: int
    levels: Mapping[str, str] = Field(description="The sheet's level of each capability.")
    results: tuple[Result, ...]

    @property
    def failed(self) -> tuple[Result, ...]:
        """The tests that failed, in the order to work on them."""
        by_id = {result.id: result for result in self.results}
        found = [by_id[t.promise.id] for t in all_tests() if t.promise.id in by_id]
        return tuple(result for result in found if result.outcome is Outcome.FAILED)

    def outcome(self, promise: Promise) -> Outcome | None:
        """What came of that promise; `None` where the run is older than the test."""
        return next((r.outcome for r in self.results if r.id == promise.id), None)

    def to_json(self) -> str:
        """The file's text."""
        document = self.model_dump(mode="json")
        document["results"] = sorted(document["results"], key=lambda result: result["id"])
        return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def run(
    backend: str,
    *,
    registry: Registry | None = None,
    quality: Quality | None = None,
    seed: int = SEED,
    tests: Sequence[KitTest] | None = None,
    watch: Callable[[Result], None] = lambda _: None,
) -> Conformance:
    """Run the kit's tests in this process, without a network, each on a harness of its own.

    `quality` is by default what the plugin's `quality.yaml` says. `watch` is told each result as it comes. A plugin
    without a simulator is connected to a product that answers nothing, with made-up settings.

    Raises:
        UnknownBackend: no such plugin; the message says what to install.
        IncompatiblePlugin: the plugin is broken; the message says where.
        UnreadableInput: its `quality.yaml` is wrong; the message says where.
    """
    plugins = registry or Registry.installed()
    manifest, sheet = plugins.manifest(backend), plugins.sheet(backend)
    stated = quality if quality is not None else Quality.of_backend(plugins, backend)
    settings = _without_simulator(plugins, backend)

    def furnished(users: int) -> Harness:
        return Harness.build(
            backend,
            registry=plugins,
            users=users,
            seed=seed,
            settings=settings,
            quality=stated,
        )

    results = []
    for test in all_tests() if tests is None else tests:
        few = getattr(test.suite, "facet", "") in _LARGE
        results.append(_tried(test, furnished, FEW if few else USERS))
        watch(results[-1])
    return Conformance(
        backend=backend,
        product=manifest.product,
        contract=manifest.contract,
        seed=seed,
        levels={capability.value: sheet[capability].level.value for capability in sheet},
        results=tuple(results),
    )


def _tried(test: KitTest, furnished: Callable[[int], Harness], users: int) -> Result:
    name = test.promise.id
    try:
        harness = furnished(users)
        getattr(test.suite(), test.method)(harness)
    except SkipTest as reason:
        return Result(id=name, outcome=Outcome.SKIPPED, note=str(reason))
    except Exception as problem:  # noqa: BLE001 - foreign code; recorded as the test's failure
        return Result(id=name, outcome=Outcome.FAILED, note=_told(problem))
    return Result(id=name, outcome=_passed(test.promise, harness))


def _passed(promise: Promise, harness: Harness) -> Outcome:
    is_claimed = not promise.proves or any(harness.can(each) for each in promise.proves)
    return Outcome.PASSED if is_claimed else Outcome.REFUSED


def _told(problem: Exception) -> str:
    text = " ".join(str(problem).split())
    what = text if isinstance(problem, AssertionError) else f"{type(problem).__name__}: {text}"
    return (what or f"{type(problem).__name__} at {_where(problem)}")[:MOST_TEXT]


def _where(problem: Exception) -> str:
    """The innermost line of the kit or of the backend, for an assertion without words."""
    trace, last = problem.__traceback__, ""
    while trace is not None:
        last = f"{trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return last


def _without_simulator(registry: Registry, backend: str) -> Mapping[str, str] | None:
    """Made-up settings for a plugin without a simulator; `None` for one that has one."""
    try:
        registry.simulator(backend)
    except CapabilityUnsupported:
        return made_up(registry.settings_type(backend))
    return None


def made_up(model: type[Settings]) -> Mapping[str, str]:
    """A text for each setting that has to be given."""
    return {
        name: _MADE_UP if name == "url" else f"kit-{name}"
        for name, field in model.model_fields.items()
        if field.is_required()
    }
