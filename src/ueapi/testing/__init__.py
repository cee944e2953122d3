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
odd. A plugin without a simulator runs it too, with `Harness.build("example", settings={...})`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ueapi.testing.apps import AppsConformance
    from ueapi.testing.commands import CommandsConformance, EventsConformance
    from ueapi.testing.devices import DevicesConformance
    from ueapi.testing.faults import FaultsConformance
    from ueapi.testing.harness import Harness
    from ueapi.testing.licenses import EnrollmentsConformance, LicensesConformance
    from ueapi.testing.people import GroupsConformance, UsersConformance
    from ueapi.testing.profiles import ProfilesConformance
    from ueapi.testing.sheet import SheetConformance, missing_suites

__all__ = [
    "AppsConformance",
    "CommandsConformance",
    "DevicesConformance",
    "EnrollmentsConformance",
    "EventsConformance",
    "FaultsConformance",
    "GroupsConformance",
    "Harness",
    "LicensesConformance",
    "ProfilesConformance",
    "SheetConformance",
    "UsersConformance",
    "missing_suites",
]

_HOMES: Final = {
    "AppsConformance": "apps",
    "CommandsConformance": "commands",
    "DevicesConformance": "devices",
    "EnrollmentsConformance": "licenses",
    "EventsConformance": "commands",
    "FaultsConformance": "faults",
    "GroupsConformance": "people",
    "Harness": "harness",
    "LicensesConformance": "licenses",
    "ProfilesConformance": "profiles",
    "SheetConformance": "sheet",
    "UsersConformance": "people",
    "missing_suites": "sheet",
}


def __getattr__(name: str) -> object:
    """Import a suite when it is first asked for: a backend below this package is found without loading the kit."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ueapi.testing' has no attribute {name!r}")
    return getattr(import_module(f"ueapi.testing.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
