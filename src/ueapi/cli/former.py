"""Former spellings on the command line: scripts that use them go on working, and no help shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typer
from typer.core import TyperCommand

from ueapi.cli.ledgers import LEDGER
from ueapi.errors import UsageError

_FORMER_OUT: Final = "--output"
_OUT: Final = "--out"
TAKES_LEDGER_BARE: Final = {"allow_extra_args": True}
"""Settings of a command that took the ledger without `--ledger`."""


class WritesOut(TyperCommand):
    """A command whose `--out` was `--output` before."""

    context_class = typer.Context

    def parse_args(self, ctx: object, args: list[str]) -> list[str]:
        """Read what was typed, in today's spelling."""
        if not isinstance(ctx, typer.Context):
            raise TypeError("this is no context of a command")
        return super().parse_args(ctx, [_in_todays_spelling(word) for word in args])


def _in_todays_spelling(word: str) -> str:
    name, is_joined, value = word.partition("=")
    return f"{_OUT}{is_joined}{value}" if name == _FORMER_OUT else word


def named_ledger(context: typer.Context, ledger: Path) -> Path:
    """The ledger that was named, with `--ledger` or, as before, without.

    Raises:
        UsageError: it was named twice, or there are more words. Nothing was changed.
    """
    words: list[str] = context.args
    if not words:
        return ledger
    if len(words) > 1 or ledger != LEDGER:
        raise UsageError(
            "there are words that mean nothing here.",
            remedy="Name the ledger once, with --ledger; nothing was changed.",
        )
    return Path(words[0])
