"""`ueapi migrate pause|resume|exempt|rollback`: changing the course of a move that was begun."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import typer

from ueapi.cli.exits import Exit
from ueapi.cli.former import named_ledger
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
from ueapi.cli.opening import open_other, open_tenant, require_target
from ueapi.cli.printing import errors, print_document
from ueapi.cli.signpost_file import DiscoveryOption, read_signpost
from ueapi.cli.telling import tell, tell_command
from ueapi.runtime.clock import SystemClock
from ueapi.wording import counted

if TYPE_CHECKING:
    from ueapi.migration import Gone, Rollback
    from ueapi.migration.progress import Standstill

MOST_NAMED: Final = 8
"""People named one by one; `--json` names all."""


def pause(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why, for whoever looks; it names nobody.")],
    ledger: LedgerOption = LEDGER,
) -> None:
    """Ask for a pause: nobody new is asked to move. It works while another process applies the plan."""
    from ueapi import migration

    ledger = named_ledger(context, ledger)
    held, _ = _standstill(ledger)
    migration.pause(ledger_url(ledger), reason)
    if held is not None and held.since is not None and held.wanted != "resume":
        tell("The move stands still already; the reason is noted as the newest one.")
    if _is_worked_on(ledger):
        tell(
            "The process that applies the plan hears it within a minute while it waits, and otherwise when the step "
            "that is under way ends."
        )
    else:
        tell("Nobody applies the plan now; the pause is there when someone does.")
    tell(
        "From then on nobody new is asked to move. Who has left the old product already is still taken care of; when "
        "nobody is in between any more, `apply --follow` ends."
    )
    typer.echo("Go on with")
    tell_command(shlex.join(["ueapi", "migrate", "resume", "--ledger", str(ledger)]))


def resume(context: typer.Context, ledger: LedgerOption = LEDGER) -> None:
    """Let a paused move go on."""
    from ueapi import migration
    from ueapi.cli.picture import paused_text

    ledger = named_ledger(context, ledger)
    held, zone = _standstill(ledger)
    if held is None:
        typer.echo("The move is not paused; nothing was asked for.")
        return
    tell(paused_text(held, zone))
    migration.resume(ledger_url(ledger))
    if held.by == "rule":
        tell("What the rule saw until now doesn't stop the move again; what comes after may.")
    if _is_worked_on(ledger):
        tell("The process that applies the plan hears it within a minute, and goes on.")
    else:
        tell(
            "Nobody applies the plan now: run `ueapi migrate apply` with the same plan and ledger."
        )


def _standstill(ledger: Path) -> tuple[Standstill | None, ZoneInfo]:
    """Whether the move is paused, and the time zone its policy speaks of."""
    from ueapi.migration.ledger import Ledger
    from ueapi.migration.progress import require_outline, standstill

    with Ledger(ledger_url(ledger), may_write=False) as opened:
        return standstill(opened), ZoneInfo(require_outline(opened).timezone)


def _is_worked_on(ledger: Path) -> bool:
    from ueapi.migration.ledger_file import is_in_use

    return is_in_use(ledger)


def exempt(
    user: Annotated[str, typer.Argument(help="Managed Apple ID, e-mail address, username or key.")],
    ledger: LedgerOption = LEDGER,
    reason: Annotated[str, typer.Option(help="Why, for whoever looks; it names nobody.")] = "",
) -> None:
    """Let a person who has not left yet stay on the old product for now."""
    from ueapi import migration

    phones = migration.exempt(ledger_url(ledger), user, reason=reason)
    typer.echo(
        f"{counted(phones, 'phone stays where it is', several='phones stay where they are')}."
    )


def match(
    user: Annotated[str, typer.Argument(help="Managed Apple ID, e-mail address, username or key.")],
    old: Annotated[str, typer.Argument(metavar="OLD", help="Id of the phone at the source.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Id of its new enrollment.")],
    ledger: LedgerOption = LEDGER,
) -> None:
    """Say which phone is which, when two fit. `ueapi migrate who` shows the ids."""
    from ueapi import migration

    migration.match(ledger_url(ledger), user, old=old, new=new)
    typer.echo(f"Phone {old} is enrollment {new}; the next look takes it up, if it fits.")


# -- rollback --------------------------------------------------------------------------------------


def rollback(
    plan_file: PlanArgument,
    source: SourceOption,
    target: TargetOption = None,
    ledger: LedgerOption = LEDGER,
    as_json: JsonOption = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it, not only say what it would do.")
    ] = False,
    discovery: DiscoveryOption = None,
) -> None:
    """Call a move off. Without --yes it says what would come back and what can't, changes nothing, and exits 1.

    With --discovery, as given to `apply`, the list leads people back to the old product.
    """
    from ueapi import migration
    from ueapi.migration.documents import Plan
    from ueapi.migration.outbox import Outbox

    made = Plan.read(plan_file)
    require_target(made, target)
    signpost = read_signpost(discovery, ledger=ledger, now=SystemClock().now)
    with open_tenant(source) as old, open_other(target, old) as new:
        found = migration.rollback(
            made,
            source=old,
            target=new,
            ledger=ledger_url(ledger),
            signpost=signpost,
            preview=True,
        )
        if not as_json:
            _tell(found, "Calling the move off would mean:")
        if yes:
            outbox = Outbox(outbox_of(ledger), old.now, letters=letters_of(made))
            found = migration.rollback(
                made,
                source=old,
                target=new,
                ledger=ledger_url(ledger),
                steering=outbox,
                signpost=signpost,
            )
    if as_json:
        print_document({"done": yes, **_document(found)})
    elif yes:
        _tell_done(found, ledger)
    if not yes:
        errors().print("Nothing was changed. To call the move off, add --yes.", markup=False)
        raise typer.Exit(Exit.REFUSED)


def _document(found: Rollback) -> Mapping[str, object]:
    return {
        "line_of_no_return": found.line_of_no_return,
        "restored": list(found.restored),
        "gone": [{"person": g.person, "why": g.why, "do": g.do} for g in found.gone],
        "removed": dict(found.removed),
        "kept": list(found.kept),
        "discovery": found.discovery,
    }


def _tell(found: Rollback, heading: str) -> None:
    typer.echo(heading)
    tell(found.line_of_no_return, indent=2, hanging=2)
    tell(f"{_people(len(found.restored))} on the old product, as before.", indent=2, hanging=2)
    for do, people in _by_remedy(found).items():
        tell(f"No way back for {len(people)}: {do}", indent=2, hanging=4)
        for line in _named(people):
            tell(line, indent=4, hanging=8)
    for line in found.kept:
        tell(f"Left in place: {line}.", indent=2, hanging=4)
    if found.discovery:
        tell(found.discovery, indent=2, hanging=4)


def _tell_done(found: Rollback, ledger: Path) -> None:
    typer.echo("\nThe move is called off.")
    tell(f"{_people(len(found.restored))} on the old product.", indent=2, hanging=4)
    if found.discovery:
        tell(found.discovery, indent=2, hanging=4)
    for kind, count in found.removed.items():
        tell(f"Taken back on the target: {count} {kind}.", indent=2, hanging=4)
    tell(
        f"Whoever was asked to move is to be told that it is off; {outbox_of(ledger)} says who.",
        indent=2,
        hanging=4,
    )
    typer.echo("  The move is paused. If it is to go on for others after all:")
    tell_command(shlex.join(["ueapi", "migrate", "resume", "--ledger", str(ledger)]))


def _people(count: int) -> str:
    return counted(count, "person stays", several="people stay")


def _by_remedy(found: Rollback) -> Mapping[str, list[Gone]]:
    """Those without a way back, by what to do for them: many need the same."""
    groups: defaultdict[str, list[Gone]] = defaultdict(list)
    for gone in found.gone:
        groups[gone.do].append(gone)
    return groups


def _named(people: list[Gone]) -> Iterator[str]:
    yield from (f"{gone.person}: {gone.why}" for gone in people[:MOST_NAMED])
    if len(people) > MOST_NAMED:
        yield f"and {len(people) - MOST_NAMED:,} more; --json names all of them."
