"""What the ledger's rows mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from attrs import frozen
from sqlalchemy import RowMapping

Fields = Mapping[str, object] | RowMapping
"""A row by the names of its columns."""
LeftBy = Literal["person", "server"]
Resolved = Literal["answered", "read-back", "resent"]
Sample = Literal["ok", "error"]
PausedBy = Literal["operator", "rule"]
Wanted = Literal["pause", "resume"]


class DeviceState(StrEnum):
    """Where one phone is on its way."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    LEFT = "left"
    """The old enrollment is confirmed gone; the person is without work until they sign in."""
    ENROLLED = "enrolled"
    VERIFIED = "verified"
    FAILED = "failed"
    EXEMPT = "exempt"
    """Exempted by the operator; stays where it is."""
    ROLLED_BACK = "rolled-back"
    """Was on its way, and is under its old enrollment again by decision of the operator."""


class WaveState(StrEnum):
    """Where a wave is."""

    PLANNED = "planned"
    MOVING = "moving"
    PAUSED = "paused"
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
    wave: int | None = None
    escalated_at: datetime | None = None
    blind: int = 0
    """Replies lost on calls whose effect can't be read back."""
    left_by: LeftBy | None = None
    """Who ended the old enrollment: the person, or the product when the server was asked to."""


@frozen(kw_only=True)
class IntentRow:
    """One change of a tenant. `outcome` is `None` while nothing is known of the last attempt."""

    key: str
    operation: str
    attempts: int
    opened_at: datetime
    closed_at: datetime | None
    outcome: str | None
    system: str
    input_digest: str
    resolved: Resolved | None
    """How the outcome came to be known: from the reply, by reading it back, or by sending it again."""
    blind: bool
    """Whether its effect can't be read back."""


@frozen(kw_only=True)
class LogRow:
    """One line of the log."""

    at: datetime
    actor: str
    kind: str
    person: str | None
    text: str


@frozen(kw_only=True)
class WaveRow:
    """One wave's row. `since` is when it came to be in this state."""

    number: int
    state: WaveState
    since: datetime
    announced_at: datetime | None


@frozen(kw_only=True)
class HaltRow:
    """One entry of the evidence on the course of the move (`subject` is empty) or of a wave (`wave:N`)."""

    at: datetime
    actor: str
    action: str
    subject: str
    text: str


@frozen(kw_only=True)
class Pause:
    """Why and since when the whole move stands still, and whether the operator or a rule stopped it."""

    reason: str
    at: datetime
    by: PausedBy


@frozen(kw_only=True)
class Request:
    """What another process asks for."""

    wanted: Wanted
    reason: str


_LEFT_BY: Final[Mapping[object, LeftBy]] = {"person": "person", "server": "server"}
_RESOLVED: Final[Mapping[object, Resolved]] = {
    "answered": "answered",
    "read-back": "read-back",
    "resent": "resent",
}


def _time(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None


def device_row(m: Fields) -> DeviceRow:
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
        wave=int(str(m["wave"])) if m["wave"] is not None else None,
        escalated_at=_time(m["escalated_at"]),
        blind=int(str(m["blind"] or 0)),
        left_by=_LEFT_BY.get(m["left_by"]),
    )


def intent_row(m: Fields) -> IntentRow:
    """Read an intent's row."""
    return IntentRow(
        key=str(m["key"]),
        operation=str(m["operation"]),
        attempts=int(str(m["attempts"])),
        opened_at=datetime.fromisoformat(str(m["opened_at"])),
        closed_at=_time(m["closed_at"]),
        outcome=str(m["outcome"]) if m["outcome"] is not None else None,
        system=str(m["system"]),
        input_digest=str(m["input_digest"]),
        resolved=_RESOLVED.get(m["resolved"]),
        blind=bool(m["blind"]),
    )
