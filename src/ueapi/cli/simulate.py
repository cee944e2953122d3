"""`ueapi simulate`: one product's simulator on a loopback port."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer


def simulate(
    backend: Annotated[str, typer.Argument(help="The product to simulate.")],
    port: Annotated[int, typer.Option(help="Loopback port; 0 takes a free one.")] = 0,
    users: Annotated[int, typer.Option(min=1, help="People in the fleet.")] = 60,
    seed: Annotated[int, typer.Option(help="Seed of the fleet.")] = 7,
) -> None:
    """Serve a simulated product over HTTP until stopped; the first line tells how to connect."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    from ueapi.plugins import Registry
    from ueapi.rehearsal import serving

    serving.serve(Registry.installed(), backend, port=port, users=users, seed=seed)


def _stop(_: int, __: FrameType | None) -> NoReturn:
    """Being stopped is how serving ends, so it is no failure. The web server hands the signal on once it has closed."""
    sys.exit(0)
