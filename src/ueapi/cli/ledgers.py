"""Naming the ledger of a move on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

LEDGER: Final = Path("move.db")

LedgerOption = Annotated[Path, typer.Option("--ledger", help="The move's ledger file.")]
LedgerArgument = Annotated[
    Path, typer.Argument(metavar="LEDGER", help="The move's ledger file.", show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document.")]
PlanArgument = Annotated[Path, typer.Argument(metavar="PLAN", help="The plan file.")]
SourceOption = Annotated[str, typer.Option("--source", help="Tenant to move from.")]
TargetOption = Annotated[
    str | None,
    typer.Option("--target", help="Tenant to move to; not for a plan made with --reenroll."),
]


def ledger_url(ledger: Path) -> str:
    """The database URL of a ledger file."""
    return f"sqlite:///{ledger}"


def outbox_of(ledger: Path) -> Path:
    """The folder beside it, with what to ask whom."""
    return ledger.with_suffix(".outbox")
