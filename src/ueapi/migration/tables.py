"""The ledger's tables, format 2. Times are ISO 8601 in UTC; keys of people show nothing personal.

A format has a major number, `LEDGER_FORMAT`, and a minor one. A minor version only adds tables, and columns that may
stay empty or have a default; it adds no values to existing columns. So any version of one major number can read and go
on writing the files of any other. Another major number is refused, but for older ones that can be taken over.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
    text,
)

LEDGER_FORMAT: Final = 2
LEDGER_MINOR: Final = 0

COURSE: Final = (
    "kind = 'event' AND action IN ('left', 'signed-out', 'enrolled', 'verified', 'rolled-back')"
)
"""Events that move a person on; the same words make the index and the question that uses it."""

_EMPTY: Final = text("''")
_ZERO: Final = text("0")

metadata: Final = MetaData()

job: Final = Table(
    "job",
    metadata,
    Column("plan_hash", String, primary_key=True),
    Column("format", Integer, nullable=False),
    Column("minor", Integer, nullable=False, server_default=_ZERO),
    Column("started_at", String, nullable=False),
    Column("plan", Text, nullable=False),
)
devices: Final = Table(
    "devices",
    metadata,
    Column("source_id", String, primary_key=True),
    Column("person", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("since", String, nullable=False),
    Column("left_at", String),
    Column("target_id", String),
    Column("enrolled_at", String),
    Column("verified_at", String),
    Column("problem", String),
    Column("asked_at", String),
    Column("asked", Integer, nullable=False, default=0),
    Column("look_at", String),
    Column("looks", Integer, nullable=False, default=0),
    Column("wave", Integer),
    Column("escalated_at", String),
    Column("blind", Integer, nullable=False, server_default=_ZERO),
    Column("left_by", String),
    Index("ix_devices_wave_state", "wave", "state"),
)
waves: Final = Table(
    "waves",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("state", String, nullable=False),
    Column("since", String, nullable=False),
    Column("announced_at", String),
)
intents: Final = Table(
    "intents",
    metadata,
    Column("key", String, primary_key=True),
    Column("operation", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("opened_at", String, nullable=False),
    Column("closed_at", String),
    Column("outcome", String),
    Column("system", String, nullable=False, server_default=_EMPTY),
    Column("input_digest", String, nullable=False, server_default=_EMPTY),
    Column("resolved", String),
    Column("blind", Integer, nullable=False, server_default=_ZERO),
)
tasks: Final = Table(
    "tasks",
    metadata,
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("since", String, nullable=False),
    Column("remark", String),
)
evidence: Final = Table(
    "evidence",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("system", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False, index=True),
    Column("input_digest", String, nullable=False),
    Column("output_digest", String, nullable=False),
    Column("text", String, nullable=False),
    Column("previous", String, nullable=False),
    Column("digest", String, nullable=False),
)
"""The log and everything else that tells a story; see `ueapi.migration.chain`. Rows are added, never changed."""
Index(
    "ix_evidence_course",
    *(evidence.c.n, evidence.c.action, evidence.c.subject, evidence.c.at),
    sqlite_where=text(COURSE),
    postgresql_where=text(COURSE),
)
people: Final = Table(
    "people",
    metadata,
    Column("key", String, primary_key=True),
    Column("wave", Integer),
    Column("exclusion", String),
    Column("account", String),
    Column("email", String),
    Column("username", String),
)
"""Everyone of the plan, with what they are looked up by, folded to one case."""
outline: Final = Table(
    "outline",
    metadata,
    Column("plan_hash", String, primary_key=True),
    Column("content", Text, nullable=False),
)
"""What a report needs of the plan, so that it need not be read whole."""
pauses: Final = Table(
    "pauses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("reason", String, nullable=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
)
"""One row while the move is paused."""
requests: Final = Table(
    "requests",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("wanted", String, nullable=False),
    Column("reason", String, nullable=False),
)
"""What other processes ask of the one that holds the lock; written without it."""
samples: Final = Table(
    "samples",
    metadata,
    Column("wave", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", String, nullable=False),
)
calls: Final = Table(
    "calls",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("operation", String, primary_key=True),
    Column("count", Integer, nullable=False),
)


def _forbid_changes(_: Table, db: Connection, **__: object) -> None:
    """An accident, or another program, can't change evidence in place. Who means to can, and is found by the chain."""
    if db.dialect.name != "sqlite":
        return
    for change in ("UPDATE", "DELETE"):
        db.exec_driver_sql(
            f"CREATE TRIGGER evidence_no_{change.lower()} BEFORE {change} ON evidence "
            "BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END"
        )


event.listen(evidence, "after_create", _forbid_changes)
