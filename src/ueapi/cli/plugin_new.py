"""`ueapi plugin new`: a backend to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer


def new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The backend's name, such as acme.")],
    directory: Annotated[
        Path, typer.Option("--dir", help="The folder to make the project in.")
    ] = Path(),
) -> None:
    """Write a plugin project that installs, announces itself and passes the empty kit."""
    from ueapi.testing import scaffold

    written = scaffold.write(name, into=directory, taken=frozenset(_taken(context)))
    for path in written:
        typer.echo(path)
    typer.echo(f"\nNext: cd {directory / f'ueapi-{name}'}, then", err=True)
    typer.echo('  pip install -e ".[dev]"', err=True)
    typer.echo(f"  ueapi plugin check {name}", err=True)


def _taken(context: typer.Context) -> Iterator[str]:
    """Installed backends, also broken ones, and commands, which would hide a plugin's own."""
    from ueapi.plugins import Registry

    registry = Registry.installed()
    yield from registry.names
    yield from (failure.name for failure in registry.failures)
    root = context.find_root().command
    yield from getattr(root, "commands", {})
