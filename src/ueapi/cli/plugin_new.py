"""`ueapi plugin new`: a backend to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    name: Annotated[str, typer.Argument(help="The backend's name, such as acme.")],
    directory: Annotated[
        Path, typer.Option("--dir", help="Where to put the project folder.")
    ] = Path(),
) -> None:
    """Write a plugin project that installs, announces itself and passes the empty kit."""
    from ueapi.testing import scaffold

    for path in scaffold.write(name, into=directory):
        typer.echo(str(path))
