"""A whole move rehearsed on virtual phones: what `ueapi demo` and `ueapi migrate rehearse` share."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from attrs import field, frozen

from ueapi.cli.ledgers import letters_of
from ueapi.cli.policy_file import read_policy
from ueapi.cli.printing import Format, errors, output, print_document, print_rows
from ueapi.cli.telling import tell
from ueapi.cli.trouble import in_words, trouble_of
from ueapi.wording import counted, people

if TYPE_CHECKING:
    from rich.console import Console

    from ueapi.migration import Plan, Policy, Report
    from ueapi.migration.rehearse import Rehearsal
    from ueapi.rehearsal.scenarios import Scenario

LIST: Final = "list"
"""Said instead of a scenario's name, it lists them."""

UsersOption = Annotated[int, typer.Option(min=5, max=5000, help="People in the fleet.")]
SeedOption = Annotated[int, typer.Option(help="Seed; the same seed gives the same move.")]
OutOption = Annotated[Path, typer.Option(help="Folder for plan and reports.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print report.json on stdout.")]
ScenarioOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Trouble to rehearse under; `list` shows the names."),
]


@frozen(kw_only=True)
class Wanted:
    """What is to be rehearsed."""

    source: str
    target: str
    users: int
    seed: int
    scenario: str | None = None
    policy: Path | None = None
    reenroll: bool = False
    """Whether phones stay in the source and are enrolled anew."""
    out: Path


@frozen(kw_only=True)
class Told:
    """What came of a rehearsal, beside its report."""

    postponed: int
    """How often ueapi had to put a step off."""
    trouble: Mapping[str, int] = field(factory=dict)
    """What the products or the line to them did, and how often."""
    seconds: float


def rehearse(wanted: Wanted, *, as_json: bool, again: str) -> None:
    """Rehearse and tell, or print one JSON document; `again` is the command that was given.

    Raises:
        UsageError: there is no such scenario.
        UnknownBackend: a plugin is not installed.
    """
    if wanted.scenario == LIST:
        list_scenarios(as_json=as_json)
        return
    policy = read_policy(wanted.policy) if wanted.policy else None
    say, begun = errors() if as_json else output(), time.perf_counter()
    rehearsal = _world(wanted)
    plan = _planned(rehearsal, policy, say)
    postponed = _applied(rehearsal, plan, wanted.out, say)
    report = rehearsal.report(wanted.out)
    told = Told(
        postponed=postponed,
        trouble=trouble_of(rehearsal),
        seconds=time.perf_counter() - begun,
    )
    if as_json:
        print_document(_document(report, wanted, told))
        return
    _summary(report, told)
    _tell_pauses(report)
    _tell_trouble(wanted.scenario, told, report)
    _tell_next(wanted, again)


def _world(wanted: Wanted) -> Rehearsal:
    from ueapi.migration.rehearse import Rehearsal
    from ueapi.plugins import Registry

    registry = Registry.installed()
    if wanted.reenroll:
        return Rehearsal.within(
            registry,
            backend=wanted.source,
            users=wanted.users,
            seed=wanted.seed,
            scenario=wanted.scenario,
        )
    return Rehearsal.of(
        registry,
        source=wanted.source,
        target=wanted.target,
        users=wanted.users,
        seed=wanted.seed,
        scenario=wanted.scenario,
    )


def list_scenarios(*, as_json: bool) -> None:
    """Every scenario by name, with what happens in it."""
    from ueapi.rehearsal.scenarios import SCENARIOS

    if as_json:
        print_document(
            [
                {"name": s.name, "happens": s.happens, "sees": s.sees, "do": s.do}
                for s in SCENARIOS.values()
            ]
        )
        return
    rows = ({"scenario": s.name, "what happens": _first(s.happens)} for s in SCENARIOS.values())
    print_rows(("scenario", "what happens"), rows, Format.TABLE)


def _first(sentences: str) -> str:
    return sentences.partition(". ")[0].rstrip(".") + "."


# -- the run ---------------------------------------------------------------------------------------


def _planned(rehearsal: Rehearsal, policy: Policy | None, say: Console) -> Plan:
    _step(say, "1 World", rehearsal.described())
    source, target = rehearsal.snapshots()
    read = (
        f"read the tenant with {counted(source.calls, 'request')}"
        if source is target
        else f"read both tenants with {source.calls} and {counted(target.calls, 'request')}"
    )
    _step(say, "2 Snapshot", f"{read}, changing nothing")
    plan = rehearsal.plan(source, target, policy)
    moving = sum(1 for p in plan.people if p.exclusion is None)
    _step(
        say,
        "3 Plan",
        f"{people(moving)} in {counted(len(plan.waves), 'wave')}, "
        f"{counted(len(plan.tasks), 'task')} for an administrator, {_lost(len(plan.losses))} "
        "(accepted here, since it is a rehearsal)",
    )
    return plan


def _lost(number: int) -> str:
    """How many settings are lost or altered, in words."""
    return counted(
        number,
        "setting that doesn't arrive as it was",
        several="settings that don't arrive as they were",
    )


def _applied(rehearsal: Rehearsal, plan: Plan, out: Path, say: Console) -> int:
    """Apply the plan on virtual time; returns how often it was postponed."""
    from ueapi.cli.live import Watch, matters
    from ueapi.migration.rehearse import LEDGER_FILE

    _step(say, "4 Apply", "on virtual time")
    if letters_of(plan) is not None:
        rehearsal.write_letters(plan, out)
    events = rehearsal.apply(plan, out)
    # With the first event an older ledger in the folder is gone, so the picture is of this move.
    first, postponed = next(events), 0
    with Watch(f"sqlite:///{out / LEDGER_FILE}", say) as watch:
        for event in chain((first,), events):
            watch.see(event)
            postponed += event.kind == "postponed"
            if not say.is_terminal and matters(event):
                watch.keep(event)
    return postponed


def _step(say: Console, name: str, text: str) -> None:
    """One line of what is done; further lines stand under the text, not under its name."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=10, no_wrap=True, style="bold")
    grid.add_column()
    grid.add_row(name, text)
    say.print(grid, markup=False, highlight=False)


def _document(report: Report, wanted: Wanted, told: Told) -> Mapping[str, object]:
    document = report.model_dump(mode="json")
    if wanted.scenario:
        scenario = {
            "name": wanted.scenario,
            "trouble": dict(told.trouble),
            "postponed": told.postponed,
        }
        document["scenario"] = scenario
    return document


# -- what came of it -------------------------------------------------------------------------------


def _summary(report: Report, told: Told) -> None:
    from ueapi.migration.html import REASONS, duration

    days = (
        (report.ended_at - report.started_at).total_seconds() / 86400
        if report.ended_at and report.started_at
        else 0.0
    )
    _step(output(), "5 Report", f"{days:.1f} virtual days in {told.seconds:.1f} s")
    typer.echo()
    rows = [
        {"": name, **count.model_dump()}
        for name, count in (("people", report.users), ("phones", report.devices))
    ]
    print_rows(("", "total", "moved", "waiting", "excluded", "failed"), rows, Format.TABLE)
    gap = report.gap_minutes
    calls = ", ".join(f"{name} {sum(ops.values()):,}" for name, ops in report.calls.items())
    if gap.p50 is not None:
        typer.echo(
            f"\nWithout work: half of the phones at most {duration(gap.p50)}, "
            f"95 % at most {duration(gap.p95)}."
        )
    typer.echo(f"Requests: {calls}.")
    if report.reasons:
        typer.echo("Not moved, and why:")
    for reason, count in sorted(report.reasons.items(), key=lambda item: -item[1]):
        tell(f"{count:>3}  {REASONS.get(reason, reason)}", indent=2, hanging=7)


def _tell_pauses(report: Report) -> None:
    """How often a rule stopped the move; in a rehearsal a virtual operator looks into it and lets it go on."""
    stops = [halt for halt in report.halts if halt.what == "move"]
    if not stops:
        return
    typer.echo()
    tell(
        f"The move stood still {_times(len(stops))}, {'at last ' if len(stops) > 1 else ''}for this: "
        f"{stops[-1].reason.rstrip('.')}."
    )
    if report.standstill is not None:
        tell("It stands still now, and so some waves have not ended.")
    tell("In a real move you look into it, and let it go on with `ueapi migrate resume`.")


def _tell_trouble(name: str | None, told: Told, report: Report) -> None:
    if name is None:
        return
    from ueapi.rehearsal.scenarios import scenario

    known = scenario(name)
    typer.echo()
    tell(f"Scenario {name}: {_first(known.happens)}")
    happened = "; ".join(in_words(told.trouble)) or _unseen(known, report)
    tell(f"What did happen: {happened}.", indent=2, hanging=4)
    tell(_postponed(told.postponed), indent=2, hanging=4)
    tell(f"What to look for in a real move: {known.sees}", indent=2, hanging=4)
    tell(f"What to do then: {known.do}", indent=2, hanging=4)


def _postponed(count: int) -> str:
    if not count:
        return "No step of the move had to be postponed."
    return f"A step of the move was postponed {_times(count)}, and the move went on by itself."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _unseen(known: Scenario, report: Report) -> str:
    """For trouble that lies in the products themselves, the traces of it."""
    from ueapi.migration.costs import SIGN_IN

    if report.halts:
        return f"it stopped the move {_times(len(report.halts))}"
    apart = abs(known.source_skew - known.target_skew)
    if apart:
        return f"the clocks of the two products were {apart.total_seconds() / 60:g} minutes apart"
    signed_in = sum(operations.get(SIGN_IN, 0) for operations in report.calls.values())
    return (
        f"{signed_in:,} sign-ins in {sum(sum(c.values()) for c in report.calls.values()):,} calls"
    )


def _tell_next(wanted: Wanted, again: str) -> None:
    out = wanted.out
    typer.echo(f"\nLook at {out / 'report.html'}, then try")
    tries = (
        (f"ueapi migrate who KEY --ledger {out / 'move.db'}", "one person; KEY from plan.json"),
        (
            f"head -n 1 {out / 'move.outbox' / 'asks.ndjson'}",
            "what a person is asked, and where the message is",
        ),
        (f"{again} --users 200 --seed 11", "more people, other chances"),
        (f"{again} --scenario {LIST}", "rehearse under trouble"),
        (f"ueapi simulate {wanted.source}", "the simulated product over HTTP"),
        (f"ueapi capabilities {wanted.target}", "what the product can and can't do"),
    )
    width = max(len(command) for command, _ in tries)
    fits = all(width + 4 + len(what) <= output().width for _, what in tries)
    for command, what in tries:
        typer.echo(f"  {command:<{width}}  {what}" if fits else f"  {command}\n      {what}")
