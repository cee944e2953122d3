"""What the ledger keeps of a plan besides its text, so that a report over many people need not read all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, insert

from ueapi.migration import tables as t
from ueapi.migration.documents import Loss, Plan


class _Part(BaseModel):
    # A later minor version may add more.
    model_config = ConfigDict(frozen=True, extra="ignore")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class TaskTitle(_Part):
    """An administrator's task by its id and title."""

    id: str
    title: str


class PlannedWave(_Part):
    """A wave as it was planned: times in UTC, or in hours from the start of the first wave where there are no dates."""

    number: int
    kind: str
    people: int
    starts_after: float
    starts_at: datetime | None = None
    through_after: float | None = None
    """When its last prompt person is expected to be through."""


class Outline(_Part):
    """The plan without people: names of the products, waves, tasks, losses, notes, and how many phones stay and why.

    What has a default may be missing in a ledger of an earlier version.
    """

    source: str
    target: str
    waves: tuple[int, ...]
    tasks: tuple[TaskTitle, ...]
    losses: tuple[Loss, ...]
    notes: tuple[str, ...]
    left_out: Mapping[str, int]
    schedule: tuple[PlannedWave, ...] = ()
    finish_after: float | None = None
    """Hours from the start of the first wave until the last prompt person is expected to be through."""
    finish_at: datetime | None = None
    close_after: float | None = None
    """Hours until a wave stops waiting."""
    timezone: str = "UTC"
    reenrolls: bool = False
    """Whether phones stay in the product and are enrolled anew."""
    keeps_records: bool = False
    """Whether the records of ended enrollments shall stay."""

    @classmethod
    def of(cls, plan: Plan) -> Outline:
        """Take from a plan what a report says of it."""
        return cls(
            source=plan.source.product,
            target=plan.target.product,
            waves=tuple(wave.number for wave in plan.waves),
            tasks=tuple(TaskTitle(id=task.id, title=task.title) for task in plan.tasks),
            losses=plan.losses,
            notes=plan.notes,
            left_out=dict(Counter(reason.value for reason in plan.left_out.values())),
            schedule=tuple(_schedule(plan)),
            finish_after=plan.forecast.finish_after if plan.forecast else None,
            finish_at=plan.forecast.finish_at if plan.forecast else None,
            close_after=plan.policy.close_after,
            timezone=plan.policy.timezone,
            reenrolls=plan.reenrolls,
            keeps_records=plan.policy.keep_records,
        )


def _schedule(plan: Plan) -> Iterator[PlannedWave]:
    expected = {w.number: w.finish_after for w in plan.forecast.waves} if plan.forecast else {}
    for wave in plan.waves:
        yield PlannedWave(
            number=wave.number,
            kind=wave.kind.value,
            people=len(wave.people),
            starts_after=wave.starts_after,
            starts_at=wave.starts_at,
            through_after=expected.get(wave.number),
        )


def write_outline(db: Connection, plan: Plan) -> None:
    """Write the outline and a row for each person."""
    db.execute(
        insert(t.outline).values(plan_hash=plan.hash, content=Outline.of(plan).model_dump_json())
    )
    rows = [
        {
            "key": p.key,
            "wave": p.wave,
            "exclusion": p.exclusion.value if p.exclusion else None,
            "account": p.managed_apple_id.key if p.managed_apple_id else None,
            "email": (p.email or "").casefold() or None,
            "username": (p.username or "").casefold() or None,
        }
        for p in plan.people
    ]
    if rows:
        db.execute(insert(t.people), rows)
