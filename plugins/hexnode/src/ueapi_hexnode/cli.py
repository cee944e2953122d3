"""`ueapi hexnode ...`: reading what no facet reads, from a tenant of the settings file."""

from __future__ import annotations

import json
from typing import Annotated, Final

import typer

from ueapi.contract.opening import opener
from ueapi_hexnode.native import HexnodeApi

app: Final = typer.Typer(
    help="Read what ueapi has no word for, from portals of Hexnode UEM.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

TenantName = Annotated[
    str, typer.Argument(metavar="TENANT", help="A tenant of the settings file, see `ueapi tenant`.")
]
Path = Annotated[str, typer.Argument(metavar="PATH", help="Such as /appgroups/ or /devices/{id}/.")]
Id = Annotated[str | None, typer.Option("--id", help="What fills the {id} of the path.")]


@app.callback()
def _several() -> None:
    """Keep the commands' names, however few there are."""


@app.command()
def read(context: typer.Context, tenant: TenantName, path: Path, native: Id = None) -> None:
    """Print what is at a path, as JSON."""
    with opener(context.obj)(tenant) as opened:
        found = opened.run(opened.native_as(HexnodeApi), HexnodeApi.read, path, native)
    # Everything beyond ASCII is escaped, so that a name in the answer can't command the terminal.
    typer.echo(json.dumps(found, indent=2))
