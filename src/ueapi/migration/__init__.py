"""Moving a fleet: snapshot → match → translate → plan → apply → verify → report.

```python
from ueapi import migration

source_now, target_now = migration.snapshot(old), migration.snapshot(new)
plan = migration.plan(source_now, target_now, policy=migration.Policy())
for event in migration.apply(plan, source=old, target=new, ledger="sqlite:///move.db"):
    print(event.text)
migration.status("sqlite:///move.db")
```
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ueapi.migration.documents import Loss, Plan
    from ueapi.migration.estimates import Forecast, Habits
    from ueapi.migration.forecasting import forecast
    from ueapi.migration.html import write_html
    from ueapi.migration.inventory import Inventory
    from ueapi.migration.ledger import Ledger
    from ueapi.migration.moving import apply, plan, plan_reenrollment, status, who
    from ueapi.migration.operating import exempt, match, pause, resume, rollback
    from ueapi.migration.policy import DateRange, Policy, StopRule, Weekday
    from ueapi.migration.reporting import PersonStatus, Report
    from ueapi.migration.snapshots import (
        open_snapshot,
        read_snapshot,
        snapshot,
        snapshot_to,
        write_snapshot,
    )
    from ueapi.migration.steering import Event, Lookout, Question, Signpost, Steering
    from ueapi.migration.streamed import StoredSnapshot
    from ueapi.migration.undoing import Gone, Rollback

__all__ = [
    "DateRange",
    "Event",
    "Forecast",
    "Gone",
    "Habits",
    "Inventory",
    "Ledger",
    "Lookout",
    "Loss",
    "PersonStatus",
    "Plan",
    "Policy",
    "Question",
    "Report",
    "Rollback",
    "Signpost",
    "Steering",
    "StopRule",
    "StoredSnapshot",
    "Weekday",
    "apply",
    "exempt",
    "forecast",
    "match",
    "open_snapshot",
    "pause",
    "plan",
    "plan_reenrollment",
    "read_snapshot",
    "resume",
    "rollback",
    "snapshot",
    "snapshot_to",
    "status",
    "who",
    "write_html",
    "write_snapshot",
]

_WHERE: Final = {
    "documents": (
        "Loss",
        "Plan",
    ),
    "estimates": (
        "Forecast",
        "Habits",
    ),
    "forecasting": ("forecast",),
    "html": ("write_html",),
    "inventory": ("Inventory",),
    "ledger": ("Ledger",),
    "moving": (
        "apply",
        "plan",
        "plan_reenrollment",
        "status",
        "who",
    ),
    "operating": (
        "exempt",
        "match",
        "pause",
        "resume",
        "rollback",
    ),
    "policy": (
        "DateRange",
        "Policy",
        "StopRule",
        "Weekday",
    ),
    "reporting": (
        "PersonStatus",
        "Report",
    ),
    "snapshots": (
        "open_snapshot",
        "read_snapshot",
        "snapshot",
        "snapshot_to",
        "write_snapshot",
    ),
    "steering": (
        "Event",
        "Lookout",
        "Question",
        "Signpost",
        "Steering",
    ),
    "streamed": ("StoredSnapshot",),
    "undoing": (
        "Gone",
        "Rollback",
    ),
}
_LATE: Final = {name: module for module, names in _WHERE.items() for name in names}


def __getattr__(name: str) -> object:
    """Import what is heavy when it is first used: a look at a ledger needs no client."""
    if name in _LATE:
        return getattr(import_module(f"ueapi.migration.{_LATE[name]}"), name)
    raise AttributeError(f"module 'ueapi.migration' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
