"""`ueapi demo`: a whole move, rehearsed on virtual phones."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli.printing import Format, errors, output, print_document, print_rows

if TYPE_CHECKING:
    from rich.console import Console

    from ueapi.migration import Report
    from ueapi.migration.rehearse import Rehearsal


def demo(
    users: Annotated[int, typer.Option(min=5, max=5000, help="People in the fleet.")] = 60,
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same move.")] = 7,
    out: Annotated[Path, typer.Option(help="Folder for plan and reports.")] = Path("ueapi-demo"),
    as_json: Annotated[bool, typer.Option("--json", help="Print report.json on stdout.")] = False,
) -> None:
    """Rehearse a whole move from Jamf Pro to Hexnode on virtual phones and virtual time."""
    from ueapi.migration.rehearse import Rehearsal
    from ueapi.plugins import Registry

    begun = time.perf_counter()
    say = errors() if as_json else output()
    rehearsal = Rehearsal.of(
        Registry.installed(), source="jamf", target="hexnode", users=users, seed=seed
    )
    report = _walk(rehearsal, out, say)
    if as_json:
        print_document(report.model_dump(mode="json"))
        return
    _summary(report, out, time.perf_counter() - begun)


def _walk(rehearsal: Rehearsal, out: Path, say: Console) -> Report:
    from ueapi.cli.live import Watch

    say.print(f"[bold]1 World[/]     {rehearsal.described()}")
    source, target = rehearsal.snapshots()
    say.print(
        f"[bold]2 Snapshot[/]  read both tenants with {source.calls} and {target.calls} requests, changing nothing",
        soft_wrap=True,
    )
    plan = rehearsal.plan(source, target)
    moving = sum(1 for p in plan.people if p.exclusion is None)
    say.print(
        f"[bold]3 Plan[/]      {moving} people in {len(plan.waves)} waves, "
        f"{len(plan.tasks)} tasks for an administrator, {len(plan.losses)} settings "
        f"that don't arrive as they were (accepted here, since it is a rehearsal)",
        soft_wrap=True,
    )
    say.print("[bold]4 Apply[/]     on virtual time")
    with Watch(plan, say) as watch:
        for event in rehearsal.apply(plan, out):
            watch.see(event)
    return rehearsal.report(out)


def _summary(report: Report, out: Path, seconds: float) -> None:
    from ueapi.migration.html import REASONS

    days = (
        (report.ended_at - report.started_at).total_seconds() / 86400
        if report.ended_at and report.started_at
        else 0.0
    )
    output().print(f"[bold]5 Report[/]    {days:.1f} virtual days in {seconds:.1f} s\n")
    rows = [
        {"": name, **count.model_dump()}
        for name, count in (("people", report.users), ("phones", report.devices))
    ]
    print_rows(("", "total", "moved", "waiting", "excluded", "failed"), rows, Format.TABLE)
    gap = report.gap_minutes
    calls = ", ".join(f"{name} {sum(ops.values())}" for name, ops in report.calls.items())
    output().print(
        f"\nWithout work: half of the phones at most {gap.p50} min, 95 % at most {gap.p95} min."
    )
    output().print(f"Requests: {calls}.")
    output().print("Not moved, and why:")
    for reason, count in report.reasons.items():
        output().print(f"  {count} {REASONS.get(reason, reason)}", markup=False)
    output().print(
        f"\nLook at [bold]{out / 'report.html'}[/], then try\n"
        f"  ueapi migrate who KEY --ledger {out / 'move.db'}    one person's way; keys are in plan.json\n"
        f"  ueapi demo --users 200 --seed 11\n"
        f"  ueapi simulate jamf                         the simulated product over HTTP\n"
        f"  ueapi capabilities hexnode                  what the product can and can't do",
        soft_wrap=True,
    )
