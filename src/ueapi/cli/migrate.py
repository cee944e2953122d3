"""`ueapi migrate`: the steps of a move."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli import applying, course, demo, evidence
from ueapi.cli import rehearse as rehearsing
from ueapi.cli.exits import Exit
from ueapi.cli.former import TAKES_LEDGER_BARE
from ueapi.cli.ledgers import LEDGER, JsonOption, LedgerOption, ledger_url
from ueapi.cli.opening import open_tenant, snapshot_of
from ueapi.cli.outlook import tell_forecast
from ueapi.cli.policy_file import read_policy
from ueapi.cli.printing import errors, print_document
from ueapi.cli.telling import tell, tell_losses
from ueapi.errors import UsageError
from ueapi.wording import counted, people

if TYPE_CHECKING:
    from ueapi.migration import Inventory, Plan, Policy

app = typer.Typer(help="Move a fleet from one product to another.", no_args_is_help=True)
app.add_typer(evidence.app, name="evidence")


@app.command("snapshot")
def snapshot(
    tenant: Annotated[str, typer.Argument(help="A tenant of the settings file.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write; TENANT.snapshot.json if not given.")
    ] = None,
) -> None:
    """Read a tenant, changing nothing. Read-only credentials suffice."""
    from ueapi import migration

    path = out or Path(f"{tenant}.snapshot.json")
    with open_tenant(tenant) as opened:
        taken = migration.snapshot_to(opened, path)
    typer.echo(
        f"{path}: {counted(len(taken.users), 'user')}, {counted(len(taken.devices), 'device')}, "
        f"{counted(len(taken.groups), 'group')}, {counted(len(taken.profiles), 'profile')}, "
        f"{counted(len(taken.apps), 'app')}, with {counted(taken.calls, 'request')}."
    )


@app.command("plan")
def plan(
    source: Annotated[str, typer.Argument(help="Snapshot file or tenant to move from.")],
    target: Annotated[
        str | None,
        typer.Argument(help="Snapshot file or tenant to move to; not with --reenroll."),
    ] = None,
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("plan.json"),
    accept: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Id of a loss to accept; repeatable.")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="TOML file with the move's policy.")] = None,
    reenroll: Annotated[
        bool,
        typer.Option(
            "--reenroll", help="Stay in the product: enroll older phones anew, by account."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Plan a move, changing nothing. Exits 3 while a lost setting is not accepted."""
    rules = read_policy(policy)
    made = _reenrollment(source, target, rules) if reenroll else _move(source, target, rules)
    made = made.accepting(frozenset(accept or ()))
    made.write(out)
    if as_json:
        print_document(made.model_dump(mode="json", exclude={"touched", "names"}))
    else:
        _print_plan(made, out)
    if made.unaccepted:
        ids = " ".join(f"--accept {loss.id}" for loss in made.unaccepted)
        lost = counted(len(made.unaccepted), "lost setting is", several="lost settings are")
        errors().print(f"{lost} not accepted: {ids}", markup=False)
        raise typer.Exit(Exit.UNACCEPTED_LOSSES)


def _move(source: str, target: str | None, rules: Policy) -> Plan:
    from ueapi import migration

    if target is None:
        raise UsageError(
            "a move needs a snapshot or tenant to move to.",
            remedy="Name it, or stay in the product with --reenroll; nothing was changed.",
        )
    return migration.plan(_inventory(source), _inventory(target), policy=rules)


def _reenrollment(source: str, target: str | None, rules: Policy) -> Plan:
    from ueapi import migration

    if target is not None:
        raise UsageError(
            "with --reenroll everything stays in one product.",
            remedy="Leave out the second name; nothing was changed.",
        )
    return migration.plan_reenrollment(_inventory(source), policy=rules)


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
        f"{out}: {people(len(moving))} with {counted(phones, 'phone')} in {counted(len(made.waves), 'wave')}, "
        f"{counted(stay, 'person stays', several='people stay')}; "
        f"{counted(len(made.tasks), 'task')} for an administrator."
    )
    tell_forecast(made)
    for note in made.notes:
        tell(note)
    tell_losses(made.losses, made.policy.accepted)


@app.command("rehearse", short_help="Rehearse a whole move on virtual phones and virtual time.")
def rehearse(
    source: Annotated[str, typer.Option("--from", help="Product to move from.")] = demo.SOURCE,
    target: Annotated[str, typer.Option("--to", help="Product to move to.")] = demo.TARGET,
    users: rehearsing.UsersOption = 60,
    seed: rehearsing.SeedOption = 7,
    scenario: rehearsing.ScenarioOption = None,
    policy: Annotated[Path | None, typer.Option(help="TOML file with the move's policy.")] = None,
    reenroll: Annotated[
        bool, typer.Option("--reenroll", help="Stay in the product of --from: enroll phones anew.")
    ] = False,
    out: rehearsing.OutOption = Path("rehearsal"),
    as_json: JsonOption = False,
) -> None:
    """Rehearse a whole move on virtual phones and virtual time, with your policy, under trouble if you like."""
    wanted = rehearsing.Wanted(
        source=source,
        target=source if reenroll else target,
        users=users,
        seed=seed,
        scenario=scenario,
        policy=policy,
        reenroll=reenroll,
        out=out,
    )
    words = ["ueapi", "migrate", "rehearse"]
    if reenroll:
        words += ["--reenroll", "--from", source]
    elif (source, target) != (demo.SOURCE, demo.TARGET):
        words += ["--from", source, "--to", target]
    rehearsing.rehearse(wanted, as_json=as_json, again=shlex.join(words))


app.command("apply")(applying.apply)
app.command("status")(applying.status)
app.command("pause", context_settings=TAKES_LEDGER_BARE)(course.pause)
app.command("resume", context_settings=TAKES_LEDGER_BARE)(course.resume)
app.command("exempt", short_help="Let a person stay on the old product for now.")(course.exempt)
app.command("match")(course.match)
app.command("rollback")(course.rollback)


@app.command("who")
def who(
    user: Annotated[str, typer.Argument(help="Managed Apple ID, e-mail address, username or key.")],
    ledger: LedgerOption = LEDGER,
    as_json: JsonOption = False,
) -> None:
    """Say where one person is, and what happened so far."""
    from ueapi import migration

    found = migration.who(ledger_url(ledger), user)
    if as_json:
        print_document(found.model_dump(mode="json"))
        return
    wave = f"wave {found.wave}" if found.wave else "no wave"
    typer.echo(f"{found.key}: {found.state}{f' ({found.reason})' if found.reason else ''}, {wave}")
    if found.why:
        tell(f"{found.why}. {found.do}", indent=2, hanging=2)
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

    now = migration.status(ledger_url(ledger))
    write_private(out / "report.json", now.model_dump_json(indent=1) + "\n")
    migration.write_html(now, out / "report.html")
    typer.echo(f"{out / 'report.json'} and {out / 'report.html'} are written.")
