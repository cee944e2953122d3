"""What the ledger keeps of a plan besides its text, so that a report over many people need not read all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

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


class Outline(_Part):
    """The plan without people: names of the products, waves, tasks, losses, notes, and how many phones stay and why."""

    source: str
    target: str
    waves: tuple[int, ...]
    tasks: tuple[TaskTitle, ...]
    losses: tuple[Loss, ...]
    notes: tuple[str, ...]
    left_out: Mapping[str, int]

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
