"""Commands sent to devices and what became of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ueapi.model.base import Value


class CommandState(StrEnum):
    """What the phone answered so far."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    NOT_NOW = "not-now"
    FAILED = "failed"


class Command(Value):
    """A command for one device.

    `id` is `None` where the product hands out none. `kind` is Apple's request type where the product tells it, else the
    product's own name of the action.
    """

    id: str | None
    device: str
    kind: str
    state: CommandState
    sent: datetime | None = None
    completed: datetime | None = None
    problem: str | None = None
