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

from ueapi.testing.content import AppsConformance, ProfilesConformance
from ueapi.testing.devices import CommandsConformance, DevicesConformance
from ueapi.testing.faults import FaultsConformance
from ueapi.testing.harness import Harness
from ueapi.testing.licenses import EnrollmentsConformance, LicensesConformance
from ueapi.testing.people import GroupsConformance, UsersConformance
from ueapi.testing.sheet import SheetConformance, missing_suites

__all__ = [
    "AppsConformance",
    "CommandsConformance",
    "DevicesConformance",
    "EnrollmentsConformance",
    "FaultsConformance",
    "GroupsConformance",
    "Harness",
    "LicensesConformance",
    "ProfilesConformance",
    "SheetConformance",
    "UsersConformance",
    "missing_suites",
]
