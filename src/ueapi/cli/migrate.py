"""`ueapi migrate`: the steps of a move."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ueapi.cli import evidence
from ueapi.cli.exits import Exit
from ueapi.cli.opening import open_tenant, snapshot_of
from ueapi.cli.outlook import tell_forecast
from ueapi.cli.policy_file import read_policy
from ueapi.cli.printing import errors, print_document
from ueapi.cli.table import safe
from ueapi.cli.telling import (
    open_tasks,
    tell,
    tell_balance,
    tell_losses,
    tell_return,
    tell_status,
    tell_tasks,
)
from ueapi.errors import UnreadableInput

if TYPE_CHECKING:
    from ueapi.migration import Inventory, Plan

app = typer.Typer(help="Move a fleet from one product to another.", no_args_is_help=True)
app.add_typer(evidence.app, name="evidence")

LEDGER: Final = Path("move.db")

LedgerOption = Annotated[Path, typer.Option("--ledger", help="The move's ledger file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("snapshot")
def snapshot(
    tenant: Annotated[str, typer.Argument(help="A tenant of the settings file.")],
    out: Annotated[Path | None, typer.Option(help="File to write.")] = None,
) -> None:
    """Read a tenant, changing nothing. Read-only credentials suffice."""
    from ueapi import migration

    path = out or Path(f"{tenant}.snapshot.json")
    with open_tenant(tenant) as opened:
        taken = migration.snapshot_to(opened, path)
    typer.echo(
        f"{path}: {len(taken.users)} users, {len(taken.devices)} devices, {len(taken.groups)} groups, "
        f"{len(taken.profiles)} profiles, {len(taken.apps)} apps, with {taken.calls} requests."
    )


@app.command("plan")
def plan(
    source: Annotated[str, typer.Argument(help="Snapshot file or tenant to move from.")],
    target: Annotated[str, typer.Argument(help="Snapshot file or tenant to move to.")],
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("plan.json"),
    accept: Annotated[list[str] | None, typer.Option(help="Id of a loss to accept.")] = None,
    policy: Annotated[Path | None, typer.Option(help="TOML file with the move's policy.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Plan a move, changing nothing. Exits 3 while a lost setting is not accepted."""
    from ueapi import migration

    rules = read_policy(policy)
    made = migration.plan(_inventory(source), _inventory(target), policy=rules)
    made = made.accepting(frozenset(accept or ()))
    made.write(out)
    if as_json:
        print_document(made.model_dump(mode="json", exclude={"touched", "names"}))
    else:
        _print_plan(made, out)
    if made.unaccepted:
        ids = " ".join(f"--accept {loss.id}" for loss in made.unaccepted)
        errors().print(
            f"{len(made.unaccepted)} lost settings are not accepted: {ids}", markup=False
        )
        raise typer.Exit(Exit.UNACCEPTED_LOSSES)


def _inventory(name: str) -> Inventory:
    """A snapshot file, left on disk if it has the form for that, or the tenant of that name as it is now."""
    from ueapi import migration

    path = Path(name)
    return migration.open_snapshot(path) if path.is_file() else snapshot_of(name)


def _print_plan(made: Plan, out: Path) -> None:
    moving = [p for p in made.people if p.exclusion is None]
    phones = sum(len(p.devices) for p in moving)
    stay = len(made.people) - len(moving)
    tell(
        f"{out}: {len(moving)} people with {phones} phones in {len(made.waves)} waves, "
        f"{stay} {'person stays' if stay == 1 else 'people stay'}; {len(made.tasks)} tasks for an administrator."
    )
    tell_forecast(made)
    for note in made.notes:
        tell(note)
    tell_losses(made.losses, made.policy.accepted)


@app.command("apply")
def apply(
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN", help="The plan file.")],
    source: Annotated[str, typer.Option(help="Tenant to move from.")],
    target: Annotated[str, typer.Option(help="Tenant to move to.")],
    ledger: LedgerOption = LEDGER,
    done: Annotated[
        list[str] | None, typer.Option(help="Id of a task an administrator did.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Wait and go on until all is done.")
    ] = False,
) -> None:
    """Apply a plan. Run it again, with the same ledger, to go on.

    Whom to ask what is written to the folder LEDGER.outbox, for you to deliver.
    """
    from ueapi import migration
    from ueapi.migration.documents import Plan
    from ueapi.migration.outbox import Outbox

    made = Plan.read(plan_file)
    _require_known(made, done or [])
    outbox = ledger.with_suffix(".outbox")
    with open_tenant(source) as old, open_tenant(target) as new:
        events = migration.apply(
            made,
            source=old,
            target=new,
            ledger=_url(ledger),
            steering=Outbox(outbox, old.now, frozenset(done or ())),
            follow=follow,
        )
        for event in events:
            who = f" {event.person}" if event.person else ""
            typer.echo(f"{event.at:%Y-%m-%d %H:%M} {event.kind}{who}: {safe(event.text)}")
            if event.kind == "begun" and follow:
                tell_tasks(made.tasks, _resume(plan_file, source, target, ledger))
    _tell_what_next(made, ledger, _resume(plan_file, source, target, ledger))


def _require_known(plan: Plan, ids: list[str]) -> None:
    unknown = sorted(set(ids) - {task.id for task in plan.tasks})
    if unknown:
        raise UnreadableInput(
            f"the plan has no task {', '.join(unknown)}.",
            remedy=f"It has {', '.join(t.id for t in plan.tasks) or 'none'}; nothing was changed.",
        )


def _resume(plan_file: Path, source: str, target: str, ledger: Path) -> str:
    parts = ["ueapi", "migrate", "apply", str(plan_file), "--source", source, "--target", target]
    if ledger != LEDGER:
        parts += ["--ledger", str(ledger)]
    return shlex.join(parts)


def _tell_what_next(plan: Plan, ledger: Path, resume: str) -> None:
    from ueapi import migration

    now = migration.status(_url(ledger))
    waiting = open_tasks(plan, now)
    typer.echo()
    tell_balance(now)
    tell_tasks(waiting, resume)
    tell_return(now, waiting, resume)


@app.command("status")
def status(ledger: LedgerOption = LEDGER, as_json: JsonOption = False) -> None:
    """Say where a move is; safe while another process applies it."""
    from ueapi import migration

    if as_json:
        print_document(migration.status(_url(ledger)).model_dump(mode="json"))
        return
    tell_status(migration.status(_url(ledger)))


def _url(ledger: Path) -> str:
    return f"sqlite:///{ledger}"


@app.command("who")
def who(
    user: Annotated[str, typer.Argument(help="Managed Apple ID, e-mail address, username or key.")],
    ledger: LedgerOption = LEDGER,
    as_json: JsonOption = False,
) -> None:
    """Say where one person is, and what happened so far."""
    from ueapi import migration

    found = migration.who(_url(ledger), user)
    if as_json:
        print_document(found.model_dump(mode="json"))
        return
    wave = f"wave {found.wave}" if found.wave else "no wave"
    typer.echo(f"{found.key}: {found.state}{f' ({found.reason})' if found.reason else ''}, {wave}")
    for device in found.devices:
        typer.echo(f"  phone {device['source']} → {device['target'] or '-'}: {device['state']}")
    for line in found.history:
        typer.echo(f"  {line}")


@app.command("report")
def report(
    ledger: LedgerOption = LEDGER,
    out: Annotated[Path, typer.Option(help="Folder for report.json and report.html.")] = Path(),
) -> None:
    """Write report.json and report.html; they name nobody."""
    from ueapi import migration
    from ueapi.migration.snapshots import write_private

    now = migration.status(_url(ledger))
    write_private(out / "report.json", now.model_dump_json(indent=1) + "\n")
    migration.write_html(now, out / "report.html")
    typer.echo(f"{out / 'report.json'} and {out / 'report.html'} are written.")
