"""`ueapi profile build`: a profile from a specification that a person wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli.output_files import OWNER_ONLY, mode_for, refuse_overwriting, write_output
from ueapi.cli.table import safe
from ueapi.wording import counted

if TYPE_CHECKING:
    from ueapi.apple.profiles import ConfigurationProfile


def build(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A TOML file; - is stdin.")],
    output: Annotated[Path, typer.Option("--out", help="File to write.")],
    ios: Annotated[
        str, typer.Option("--ios", help="Version or range to check the result for.")
    ] = "26.0",
) -> None:
    """Build a profile from a TOML file without secrets.

    Secrets stand elsewhere: { env = "NAME" } or { file = "PATH" }. The same file and secrets give the same bytes.
    """
    from ueapi.apple.profiles import write
    from ueapi.apple.rules import IosRange
    from ueapi.cli.profile_spec import read_spec

    span = IosRange.parse(ios)
    refuse_overwriting(output, (spec,), remedy="Name another file to write.")
    profile = read_spec(spec)
    content = write(profile)
    mode = mode_for(profile)
    write_output(output, content, mode=mode)
    private = " It holds secrets, so only you can read it." if mode == OWNER_ONLY else ""
    _tell(
        f"{output}: {profile.identifier} with {counted(len(profile.payloads), 'payload')}.{private}"
    )
    _tell_findings(profile, str(span))


def _tell_findings(profile: ConfigurationProfile, ios: str) -> None:
    """What a personal phone will make of it, one line each."""
    from ueapi.apple.rules import check
    from ueapi.cli.findings_text import advice_of, message_of

    for finding in check(profile, ios=ios):
        key = f": {finding.key}" if finding.key else ""
        advice = advice_of(finding)
        _tell(f"{finding.severity}: {finding.payload_type}{key}: {message_of(finding)} {advice}")


def _tell(text: str) -> None:
    typer.echo(safe(text.rstrip()), err=True)
