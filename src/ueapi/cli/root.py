"""The root of the command tree: what the command library says of a wrong value reads as a sentence of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from typer.core import TyperGroup

from ueapi.wording import rule_of


class Root(TyperGroup):
    """The commands of ueapi."""

    context_class = typer.Context

    def invoke(self, ctx: object) -> object:
        """Run the command that was asked for."""
        if not isinstance(ctx, typer.Context):
            raise TypeError("this is no context of a command")
        with _in_our_words():
            return super().invoke(ctx)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except typer.BadParameter as problem:
        problem.message = rule_of(problem.message)
        raise
