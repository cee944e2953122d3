"""Which suites a backend has to be run with: those of what its sheet declares, and those about all facets together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Final

from ueapi.contract import Capability, CapabilitySheet, Level
from ueapi.testing.catalog import SUITES, all_tests
from ueapi.testing.promises import promise_of

_TESTS_BEGIN: Final = "Test"
"""How pytest knows a class with tests."""
_PARTS: Final = frozenset(capability.value.partition(".")[0] for capability in Capability)


def declared(levels: Mapping[str, str]) -> frozenset[str]:
    """The facets of which a sheet says anything but that they aren't offered yet; by capability and its level."""
    return frozenset(
        name.partition(".")[0]
        for name, level in levels.items()
        if level != Level.NOT_IMPLEMENTED.value
    )


def missing_suites(module: ModuleType, sheet: CapabilitySheet | None = None) -> list[str]:
    """What a plugin's test module leaves out of the kit; a plugin's test asserts that it is nothing.

    A suite is named by its facet, and a single test that was taken out of one by its id. With the backend's sheet,
    facets of which it declares nothing need no suite; suites about all facets together are always needed.
    """
    wanted = _wanted(sheet)
    classes = [value for name, value in vars(module).items() if name.startswith(_TESTS_BEGIN)]
    run = [each for each in classes if isinstance(each, type) and getattr(each, "__test__", True)]
    return sorted(
        name for suite in SUITES if suite.facet in wanted for name in _missing(suite, run)
    )


def _wanted(sheet: CapabilitySheet | None) -> frozenset[str]:
    every = frozenset(suite.facet for suite in SUITES)
    if sheet is None:
        return every
    levels = {capability.value: sheet[capability].level.value for capability in sheet}
    return (every - _PARTS) | declared(levels)


def _missing(suite: type, run: list[type]) -> Iterator[str]:
    """The suite, if no class runs it, else those of its tests that no class runs as they are."""
    classes = [each for each in run if issubclass(each, suite)]
    if not classes:
        yield str(getattr(suite, "facet", suite.__name__))
        return
    for test in all_tests():
        if test.suite is suite and not any(
            promise_of(getattr(each, test.method, None)) == test.promise for each in classes
        ):
            yield test.promise.id
