"""`ueapi migrate evidence`: hand over what a move did, and verify what was handed over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli.exits import Exit
from ueapi.cli.former import TAKES_LEDGER_BARE, named_ledger
from ueapi.cli.ledgers import LEDGER, LedgerOption, ledger_url
from ueapi.cli.printing import print_document
from ueapi.cli.signers import anchors_in, signer_of
from ueapi.cli.table import safe
from ueapi.wording import counted

if TYPE_CHECKING:
    from ueapi.migration.evidence import Verdict

app = typer.Typer(help="Evidence of a move: export and verify.", no_args_is_help=True)


@app.command(
    "export",
    short_help="Write the evidence of a move to a folder.",
    context_settings=TAKES_LEDGER_BARE,
)
def export(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    ledger: LedgerOption = LEDGER,
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file with the certificate to sign with, and its chain.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file with the private key.")] = None,
    password_env: Annotated[
        str | None, typer.Option(help="Environment variable with the key's password.")
    ] = None,
) -> None:
    """Write the evidence of a move to a folder, signed when a certificate is given. It names nobody."""
    from ueapi.migration.evidence import export as write
    from ueapi.migration.ledger import Ledger

    signer = signer_of(certificate, key, password_env)
    with Ledger(ledger_url(named_ledger(context, ledger)), may_write=False) as opened:
        made = write(opened, out, signer=signer)
    signed = f", signed by {safe(signer.subject)}" if signer else ", not signed"
    typer.echo(f"{out}: {_entries(made.entries)} from {made.first} to {made.last}{signed}.")
    typer.echo(f"head {made.head}")


@app.command("verify")
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder that `export` wrote.")],
    head: Annotated[
        str | None, typer.Option(help="A head that was published, as `status` shows it.")
    ] = None,
    anchors: Annotated[
        Path | None, typer.Option(help="PEM file with the certificates to trust.")
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME",
            help="UTC time at which certificates must be valid, such as 2026-11-02T12:00:00; "
            "now if not given.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Verify exported evidence, offline. Exits 1 when anything was changed, 2 when it can't be read."""
    from ueapi.migration.evidence import verify as check
    from ueapi.runtime.clock import SystemClock

    moment = at.replace(tzinfo=UTC) if at else SystemClock().now()
    verdict = check(folder, at=moment, head=head, anchors=anchors_in(anchors))
    if as_json:
        print_document(_document(verdict))
    else:
        _tell(verdict, folder)
    if not verdict.is_good:
        raise typer.Exit(Exit.REFUSED)


def _document(verdict: Verdict) -> dict[str, object]:
    signature = verdict.signature
    return {
        "good": verdict.is_good,
        "first_bad_entry": verdict.first_bad_entry,
        "problems": [{"file": p.file, "entry": p.entry, "text": p.text} for p in verdict.problems],
        "entries": verdict.entries,
        "head": verdict.head,
        "plan": verdict.plan,
        "first": verdict.first,
        "last": verdict.last,
        "published_entry": verdict.published,
        "signature": signature and {"signer": signature.signer, "trusted": signature.is_trusted},
    }


def _tell(verdict: Verdict, folder: Path) -> None:
    for problem in verdict.problems:
        typer.echo(f"{problem.file}: {safe(problem.text)}.")
    if not verdict.is_good:
        held = counted(verdict.entries, "entry holds", several="entries hold")
        typer.echo(f"{folder} was changed after it was exported; {held}.")
        return
    typer.echo(
        f"{folder}: {_entries(verdict.entries)} from {verdict.first} to {verdict.last}, unchanged."
    )
    typer.echo(f"head {verdict.head}")
    if verdict.published is not None:
        typer.echo(f"The published head is that of entry {verdict.published}.")
    _tell_signature(verdict)


def _entries(number: int) -> str:
    return counted(number, "entry", several="entries")


def _tell_signature(verdict: Verdict) -> None:
    found = verdict.signature
    if found is None:
        typer.echo("It is not signed; compare the head with one that was published.")
    elif found.is_trusted:
        typer.echo(f"Signed by {safe(found.signer)}, trusted.")
    else:
        typer.echo(
            f"Signed by someone who calls themselves {safe(found.signer)}; give --anchors to know."
        )
