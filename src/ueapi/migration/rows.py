"""What the ledger's rows mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import frozen


class DeviceState(StrEnum):
    """Where one phone is on its way."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    LEFT = "left"
    """The old enrollment is confirmed gone; the person is without work until they sign in."""
    ENROLLED = "enrolled"
    VERIFIED = "verified"
    FAILED = "failed"


class WaveState(StrEnum):
    """Where a wave is."""

    PLANNED = "planned"
    MOVING = "moving"
    CLOSED = "closed"


class TaskState(StrEnum):
    """Where an administrator's task is."""

    OPEN = "open"
    CONFIRMED = "confirmed"


@frozen(kw_only=True)
class DeviceRow:
    """One phone's row."""

    source_id: str
    person: str
    state: DeviceState
    since: datetime
    left_at: datetime | None
    target_id: str | None
    enrolled_at: datetime | None
    verified_at: datetime | None
    problem: str | None
    asked_at: datetime | None
    asked: int
    look_at: datetime | None
    looks: int


@frozen(kw_only=True)
class LogRow:
    """One line of the log."""

    at: datetime
    actor: str
    kind: str
    person: str | None
    text: str


def _time(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None


def device_row(m: Mapping[str, object]) -> DeviceRow:
    """Read a phone's row."""
    return DeviceRow(
        source_id=str(m["source_id"]),
        person=str(m["person"]),
        state=DeviceState(str(m["state"])),
        since=datetime.fromisoformat(str(m["since"])),
        left_at=_time(m["left_at"]),
        target_id=str(m["target_id"]) if m["target_id"] else None,
        enrolled_at=_time(m["enrolled_at"]),
        verified_at=_time(m["verified_at"]),
        problem=str(m["problem"]) if m["problem"] else None,
        asked_at=_time(m["asked_at"]),
        asked=int(str(m["asked"] or 0)),
        look_at=_time(m["look_at"]),
        looks=int(str(m["looks"] or 0)),
    )
