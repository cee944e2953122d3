"""Naming the ledger of a move on the command line."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from ueapi.migration import Plan
    from ueapi.migration.letters import Letters

LEDGER: Final = Path("move.db")

LedgerOption = Annotated[Path, typer.Option("--ledger", help="The move's ledger file.")]
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


def letters_of(plan: Plan) -> Letters | None:
    """Who writes the messages of a move; `None`, with a word about it, where the texts aren't installed.

    Raises:
        UsageError: the policy names a language there is no text for. Nothing was written.
    """
    missing = [name for name in ("jinja2", "segno") if find_spec(name) is None]
    if missing:
        text = f"ueapi: {' and '.join(missing)} not installed, so no messages are written; install ueapi[guide]."
        typer.echo(text, err=True)
        return None
    from ueapi.migration.letters import Letters

    return Letters.of(plan)


def outbox_of(ledger: Path) -> Path:
    """The folder beside it, with what to ask whom."""
    return ledger.with_suffix(".outbox")
