"""`ueapi migrate apply` and `status`: a move goes on, and how far it is."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli.ledgers import (
    LEDGER,
    JsonOption,
    LedgerOption,
    PlanArgument,
    SourceOption,
    TargetOption,
    ledger_url,
    letters_of,
    outbox_of,
)
from ueapi.cli.lookouts import BelieveOption, lookout_of
from ueapi.cli.opening import open_other, open_tenant, require_target
from ueapi.cli.printing import output, print_document
from ueapi.cli.signpost_file import DiscoveryOption, read_signpost, steered
from ueapi.cli.telling import open_tasks, tell_balance, tell_command, tell_return, tell_tasks
from ueapi.errors import UnreadableInput
from ueapi.runtime.clock import SystemClock
from ueapi.wording import counted

if TYPE_CHECKING:
    from ueapi.migration import Event, Plan
    from ueapi.migration.documents import Task
    from ueapi.migration.progress import Progress


def apply(
    plan_file: PlanArgument,
    source: SourceOption,
    target: TargetOption = None,
    ledger: LedgerOption = LEDGER,
    done: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Id of a task an administrator did; repeatable."),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Wait and go on until all is done.")
    ] = False,
    discovery: DiscoveryOption = None,
    believe: BelieveOption = False,
    federated: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DOMAIN", help="Domain that was verified and federated since the plan was made."
        ),
    ] = None,
) -> None:
    """Apply a plan. Run it again, with the same ledger, to go on.

    Whom to ask what, and the message to each, is written to the folder LEDGER.outbox, for you to deliver. With
    --discovery the list of whose phones are led where is kept up to date before anyone is asked, for `ueapi discovery
    serve`. Before a wave is asked, the domain of its people is, as a phone asks: if that leads astray, the wave waits.

    Ctrl-C finishes what is under way, and stops; a second one stops at once. Both are safe.
    """
    from ueapi.cli.interrupting import Interrupt, PatientClock, PatientLedger, TenantClock
    from ueapi.migration import apply as applied
    from ueapi.migration.documents import Plan
    from ueapi.migration.outbox import Outbox
    from ueapi.migration.preflight import note_federated

    made = Plan.read(plan_file)
    _require_known(made, done or [])
    require_target(made, target)
    letters = letters_of(made)
    signpost = read_signpost(discovery, ledger=ledger, now=SystemClock().now)
    lookout = None if believe else lookout_of(made, source, target, signpost)
    edited = partial(steered, signpost)
    tasks = tuple(map(edited, made.tasks))
    resume = _resume(plan_file, source, target, ledger, discovery)
    if believe:
        resume += " --believe-discovery"
    try:
        with (
            Interrupt() as interrupt,
            open_tenant(source, clock=TenantClock(interrupt)) as old,
            open_other(target, old, clock=TenantClock(interrupt)) as new,
            PatientLedger(ledger_url(ledger), interrupt) as opened,
        ):
            if federated:
                note_federated(opened, frozenset(federated), old.now())
            events = applied(
                made,
                source=old,
                target=new,
                ledger=opened,
                clock=PatientClock(interrupt),
                steering=Outbox(
                    outbox_of(ledger),
                    old.now,
                    frozenset(done or ()),
                    letters=letters,
                    edited=edited,
                ),
                signpost=signpost,
                lookout=lookout,
                follow=follow,
            )
            _show(events, ledger, tasks, resume=resume if follow else None)
    except KeyboardInterrupt:
        typer.echo(f"\nStopped; {ledger} knows how far it came. Go on with")
        tell_command(f"{resume} --follow")
        raise
    _tell_what_next(made, tasks, ledger, resume)


def _show(
    events: Iterable[Event], ledger: Path, tasks: Sequence[Task], *, resume: str | None
) -> None:
    """A line for each event that matters, and below them a picture where somebody looks.

    With a command to go on with, the tasks are told as soon as the move has begun, since it won't end by itself.
    """
    from ueapi.cli.live import Watch, matters

    with Watch(ledger_url(ledger), output()) as watch:
        for event in events:
            if matters(event):
                watch.keep(event)
            else:
                watch.see(event)
            if event.kind == "begun" and resume is not None:
                tell_tasks(tasks, resume)
                typer.echo("Stop this one with Ctrl-C before; the other goes on where it was.")


def _require_known(plan: Plan, ids: list[str]) -> None:
    unknown = sorted(set(ids) - {task.id for task in plan.tasks})
    if unknown:
        raise UnreadableInput(
            f"the plan has no task {', '.join(unknown)}.",
            remedy=f"It has {', '.join(t.id for t in plan.tasks) or 'none'}; nothing was changed.",
        )


def _resume(
    plan_file: Path, source: str, target: str | None, ledger: Path, discovery: Path | None
) -> str:
    parts = ["ueapi", "migrate", "apply", str(plan_file), "--source", source]
    if target is not None:
        parts += ["--target", target]
    if ledger != LEDGER:
        parts += ["--ledger", str(ledger)]
    if discovery is not None:
        parts += ["--discovery", str(discovery)]
    return shlex.join(parts)


def _tell_what_next(plan: Plan, tasks: Sequence[Task], ledger: Path, resume: str) -> None:
    from ueapi import migration

    now = migration.status(ledger_url(ledger))
    waiting = open_tasks(plan, now)
    typer.echo()
    if output().is_terminal:
        draw(_progress(ledger)[0])
    else:
        tell_balance(now)
    ids = {task.id for task in waiting}
    tell_tasks([task for task in tasks if task.id in ids], resume)
    tell_return(now, waiting, resume, ledger)


def status(ledger: LedgerOption = LEDGER, as_json: JsonOption = False) -> None:
    """Say where a move is; safe while another process applies it."""
    if as_json:
        from ueapi.migration.ledger import Ledger
        from ueapi.migration.reporting import report

        with Ledger(ledger_url(ledger), may_write=False) as opened:
            print_document(report(opened).model_dump(mode="json"))
        return
    now, evidence = _progress(ledger)
    draw(now)
    typer.echo(evidence)


def _progress(ledger: Path) -> tuple[Progress, str]:
    """How far the move is, and the head of its evidence in words."""
    from ueapi.migration.ledger import Ledger
    from ueapi.migration.progress import progress

    with Ledger(ledger_url(ledger), may_write=False) as opened:
        head = opened.head()
        return progress(
            opened
        ), f"Evidence: {counted(head.entries, 'entry', several='entries')}, head {head.digest}"


def draw(now: Progress) -> None:
    """Print the picture once."""
    from ueapi.cli.live import can_draw
    from ueapi.cli.picture import picture

    console = output()
    console.print(picture(now, width=console.width, can_draw=can_draw(console)), soft_wrap=False)
