"""The ledger's tables. Times are ISO 8601 in UTC; keys of people show nothing personal."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

LEDGER_FORMAT: Final = 1

metadata: Final = MetaData()

job: Final = Table(
    "job",
    metadata,
    Column("plan_hash", String, primary_key=True),
    Column("format", Integer, nullable=False),
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
)
tasks: Final = Table(
    "tasks",
    metadata,
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("since", String, nullable=False),
    Column("remark", String),
)
log: Final = Table(
    "log",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("person", String),
    Column("text", String, nullable=False),
)
calls: Final = Table(
    "calls",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("operation", String, primary_key=True),
    Column("count", Integer, nullable=False),
)
