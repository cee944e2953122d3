"""`ueapi simulate`: one product's simulator on a loopback port."""

from __future__ import annotations

import signal
import sys
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ueapi.errors import UsageError

if TYPE_CHECKING:
    from ueapi.rehearsal.serving import Secured


class SignIn(StrEnum):
    """How people prove who they are when they enroll."""

    SIMPLE = "simple"
    OAUTH2 = "oauth2"


def simulate(
    backend: Annotated[str, typer.Argument(help="The product to simulate.")],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Loopback port; 0 takes a free one.")
    ] = 0,
    users: Annotated[int, typer.Option(min=1, help="People in the fleet.")] = 60,
    seed: Annotated[int, typer.Option(help="Seed of the fleet.")] = 7,
    tls: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            metavar="CERT KEY",
            help="PEM files with a certificate and its key: serve https, so that phones can enroll.",
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help='Name in that certificate for this machine; "localhost" if not given.'),
    ] = None,
    discovery: Annotated[
        bool, typer.Option("--discovery", help="Answer service discovery too; with --tls.")
    ] = False,
    sign_in: Annotated[
        SignIn | None, typer.Option(help="How people sign in to enroll; with --tls.")
    ] = None,
    device_identity: Annotated[
        Path | None,
        typer.Option(
            help="Folder for a device identity that the product takes, in place of Apple's; with --tls."
        ),
    ] = None,
) -> None:
    """Serve a simulated product until stopped; the first line tells how to connect, and with --tls how to enroll."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    from ueapi.plugins import Registry
    from ueapi.rehearsal import serving

    if tls is None and (discovery or any((host, sign_in, device_identity))):
        raise UsageError(
            "phones enroll over https only.",
            remedy="Give --tls with a certificate and its key, or leave out what needs it.",
        )
    secured = _secured(tls, host, sign_in or SignIn.SIMPLE) if tls else None
    if secured is not None:
        secured = _with(secured, device_identity, answers_discovery=discovery)
    serving.serve(Registry.installed(), backend, port=port, users=users, seed=seed, secured=secured)


def _secured(tls: tuple[Path, Path], host: str | None, sign_in: SignIn) -> Secured:
    from ueapi.rehearsal.enrolling.service import Method
    from ueapi.rehearsal.reachable import Tls, WaysIn
    from ueapi.rehearsal.serving import Secured

    method = Method.OAUTH2 if sign_in is SignIn.OAUTH2 else Method.SIMPLE
    certificate, key = tls
    return Secured(
        tls=Tls(certificate=certificate, key=key, host=host or "localhost"),
        ways=WaysIn(method=method),
    )


def _with(secured: Secured, identity: Path | None, *, answers_discovery: bool) -> Secured:
    from attrs import evolve

    ways = evolve(secured.ways, answers_discovery=answers_discovery)
    return evolve(secured, ways=ways, identity=identity)


def _stop(_: int, __: FrameType | None) -> NoReturn:
    """Being stopped is how serving ends, so it is no failure. The web server hands the signal on once it has closed."""
    sys.exit(0)
