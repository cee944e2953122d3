"""The conformance kit: suites a plugin's tests subclass in one line each.

```python
from ueapi.testing import Harness, UsersConformance


@pytest.fixture
def harness() -> Harness:
    return Harness.build("example")


class TestUsers(UsersConformance): ...
```

A suite reads the backend's sheet and runs both ways: what is claimed must work, and what is not must be refused
without a single request. `FaultsConformance` does the same while the line fails, the product refuses, and answers are
odd; `PrivacyConformance`, `CostConformance` and `EqualityConformance` look at all facets together. Each test has a
lasting id, a reason and a hint what to fix, which a failure tells. `run` runs them all without pytest, and `grade` says
how far a backend has come. A plugin without a simulator runs it too, with `Harness.build("example", settings={...})`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ueapi.testing.apps import AppsConformance
    from ueapi.testing.catalog import all_tests
    from ueapi.testing.commands import CommandsConformance, EventsConformance
    from ueapi.testing.connection import ConnectionConformance
    from ueapi.testing.costs import CostConformance
    from ueapi.testing.devices import DevicesConformance
    from ueapi.testing.equality import EqualityConformance
    from ueapi.testing.faults import FaultsConformance
    from ueapi.testing.grading import Grade, grade
    from ueapi.testing.harness import Harness
    from ueapi.testing.licenses import EnrollmentsConformance, LicensesConformance
    from ueapi.testing.manual import ManualConformance
    from ueapi.testing.moves import MovesConformance
    from ueapi.testing.people import GroupsConformance, UsersConformance
    from ueapi.testing.privacy import PrivacyConformance
    from ueapi.testing.profiles import ProfilesConformance
    from ueapi.testing.promises import Promise
    from ueapi.testing.quality import Quality
    from ueapi.testing.running import Conformance, run
    from ueapi.testing.sheet import SheetConformance
    from ueapi.testing.suites import missing_suites
    from ueapi.testing.tiers import Tier
    from ueapi.testing.values import ValuesConformance

__all__ = [
    "AppsConformance",
    "CommandsConformance",
    "Conformance",
    "ConnectionConformance",
    "CostConformance",
    "DevicesConformance",
    "EnrollmentsConformance",
    "EqualityConformance",
    "EventsConformance",
    "FaultsConformance",
    "Grade",
    "GroupsConformance",
    "Harness",
    "LicensesConformance",
    "ManualConformance",
    "MovesConformance",
    "PrivacyConformance",
    "ProfilesConformance",
    "Promise",
    "Quality",
    "SheetConformance",
    "Tier",
    "UsersConformance",
    "ValuesConformance",
    "all_tests",
    "grade",
    "missing_suites",
    "run",
]

_HOMES: Final = {
    "AppsConformance": "apps",
    "CommandsConformance": "commands",
    "Conformance": "running",
    "ConnectionConformance": "connection",
    "CostConformance": "costs",
    "DevicesConformance": "devices",
    "EnrollmentsConformance": "licenses",
    "EqualityConformance": "equality",
    "EventsConformance": "commands",
    "FaultsConformance": "faults",
    "Grade": "grading",
    "GroupsConformance": "people",
    "Harness": "harness",
    "LicensesConformance": "licenses",
    "ManualConformance": "manual",
    "MovesConformance": "moves",
    "PrivacyConformance": "privacy",
    "ProfilesConformance": "profiles",
    "Promise": "promises",
    "Quality": "quality",
    "SheetConformance": "sheet",
    "Tier": "tiers",
    "UsersConformance": "people",
    "ValuesConformance": "values",
    "all_tests": "catalog",
    "grade": "grading",
    "missing_suites": "suites",
    "run": "running",
}


if (_pytest := sys.modules.get("pytest")) is not None:
    # Where pytest runs the suites, its failures show the values compared.
    _pytest.register_assert_rewrite(*(f"ueapi.testing.{home}" for home in set(_HOMES.values())))


def __getattr__(name: str) -> object:
    """Import a suite when it is first asked for: a backend below this package is found without loading the kit."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ueapi.testing' has no attribute {name!r}")
    return getattr(import_module(f"ueapi.testing.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
