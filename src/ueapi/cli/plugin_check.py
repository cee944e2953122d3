"""`ueapi plugin check`: how far a backend is proved, and what to make green next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli.exits import Exit
from ueapi.cli.paragraphs import say
from ueapi.cli.printing import Format, Row, errors, print_document, print_rows
from ueapi.wording import counted

if TYPE_CHECKING:
    from ueapi.testing.grading import Grade, NextStep
    from ueapi.testing.running import Conformance


def check(
    name: Annotated[str, typer.Argument(help="The backend, as `ueapi backends` names it.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write the results to this file (conformance.json)."),
    ] = None,
    quality: Annotated[
        Path | None, typer.Option("--quality", help="A quality.yaml other than the plugin's own.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another fleet.")] = 3,
) -> None:
    """Run the conformance kit against a backend, offline, and say which test to make green next.

    Exits 1 when a test fails.
    """
    from ueapi.plugins import Registry
    from ueapi.testing.grading import grade
    from ueapi.testing.quality import Quality
    from ueapi.testing.running import run

    registry = Registry.installed()
    stated = Quality.read(quality) if quality else Quality.of_backend(registry, name)
    with errors().status(f"running the kit against {name} ..."):
        found = run(name, registry=registry, quality=stated, seed=seed)
    if out is not None:
        out.write_text(found.to_json(), encoding="utf-8")
    graded = grade(found, stated)
    if as_json:
        print_document(_document(found, graded))
    else:
        _tell(found, graded)
    if found.failed:
        raise typer.Exit(Exit.REFUSED)


def _document(found: Conformance, graded: Grade) -> Row:
    step = graded.next
    return {
        "backend": found.backend,
        "grade": graded.tier.value if graded.tier else None,
        "verified": graded.verified.isoformat() if graded.verified else None,
        "next": _step(step) if step else None,
        "rules": [
            {"id": s.rule.id, "tier": s.rule.tier.value, "met": s.is_met, "note": s.note}
            for s in graded.standings
        ],
        "results": [result.model_dump(mode="json") for result in found.results],
    }


def _step(step: NextStep) -> Row:
    return {
        "id": step.id,
        "tier": step.tier.value,
        "reason": step.reason,
        "fix": step.fix,
        "found": step.found,
    }


def _tell(found: Conformance, graded: Grade) -> None:
    rows: list[Row] = [
        {
            "tier": s.rule.tier.value,
            "rule": s.rule.id,
            "": "met" if s.is_met else "open",
            "remark": s.note,
        }
        for s in graded.standings
    ]
    print_rows(("tier", "rule", "", "remark"), rows, Format.TABLE)
    if found.failed:
        verb = "fails" if len(found.failed) == 1 else "fail"
        typer.echo(f"\n{len(found.failed)} of {counted(len(found.results), 'test')} {verb}:")
        for result in found.failed:
            say(result.id, indent=2, hanging=4)
    else:
        typer.echo(f"\nNone of {counted(len(found.results), 'test')} fails.")
    reached = graded.tier.value if graded.tier else "not yet bronze"
    since = f", verified {graded.verified.isoformat()}" if graded.verified else ""
    typer.echo(f"Grade of {found.product}: {reached}{since}.")
    if graded.next is not None:
        _tell_next(graded.next)


def _tell_next(step: NextStep) -> None:
    typer.echo(f"\nNext, for {step.tier.value}: {step.id}")
    say(step.reason, indent=2, hanging=2)
    if step.found:
        say(f"Found: {step.found}", indent=2, hanging=2)
    say(f"Fix: {step.fix}", indent=2, hanging=2)
