"""`ueapi backends` and `ueapi capabilities`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli.printing import Format, Row, errors, print_document, print_rows
from ueapi.errors import IncompatiblePlugin

if TYPE_CHECKING:
    from ueapi.contract import CapabilitySheet, Cost, Support
    from ueapi.plugins import Registry


def backends(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    tracebacks: Annotated[
        bool, typer.Option("--tracebacks", help="Show why a plugin could not be loaded.")
    ] = False,
) -> None:
    """List the installed backends, also those that could not be loaded."""
    from ueapi.plugins import Registry

    registry = Registry.installed()
    rows = [*_good(registry), *_broken(registry)]
    if as_json:
        print_document(rows)
        return
    print_rows(("name", "product", "contract", "capabilities", "state"), rows, Format.TABLE)
    if tracebacks:
        for failure in registry.failures:
            errors().print(f"\n{failure.name}:\n{failure.traceback}", markup=False)


def _good(registry: Registry) -> Iterator[Row]:
    from ueapi.contract import Capability

    for name in registry.names:
        manifest = registry.manifest(name)
        row = {"name": name, "product": manifest.product, "contract": manifest.contract}
        try:
            sheet = registry.sheet(name)
        except IncompatiblePlugin as problem:
            yield {**row, "capabilities": None, "state": f"broken: {problem.message}"}
            continue
        callable_ones = sum(1 for c in sheet if sheet[c].is_callable)
        yield {
            **row,
            "capabilities": f"{callable_ones}/{len(Capability)}",
            "state": "ready" if callable_ones else "announced only",
        }


def _broken(registry: Registry) -> Iterator[Row]:
    for failure in registry.failures:
        yield {
            "name": failure.name,
            "product": None,
            "contract": None,
            "capabilities": None,
            "state": f"broken: {failure.summary}. {failure.remedy}",
        }


def capabilities(
    backend: Annotated[str | None, typer.Argument(help="A backend; all without it.")] = None,
    assumed: Annotated[
        bool, typer.Option("--assumed", help="Only claims that no source confirms.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show what each backend provides; for one of them with the source of each claim."""
    from ueapi.plugins import Registry

    registry = Registry.installed()
    names = [backend] if backend else list(registry.names)
    rows = [row for name in names for row in _rows(name, registry.sheet(name), assumed=assumed)]
    if as_json:
        print_document(rows)
        return
    if backend:
        _print_with_sources(rows)
        return
    print_rows(("backend", "capability", "level", "remark"), rows, Format.TABLE)


def _print_with_sources(rows: Sequence[Row]) -> None:
    """A table that numbers its sources, and what the numbers stand for; most rows share one."""
    from ueapi.cli.telling import tell

    sources = list(dict.fromkeys(str(row["evidence"]) for row in rows if row["evidence"]))
    numbered = (
        {**row, "source": sources.index(str(row["evidence"])) + 1 if row["evidence"] else None}
        for row in rows
    )
    print_rows(("capability", "level", "source", "remark"), numbered, Format.TABLE)
    if sources:
        typer.echo("\nSources:")
    for number, source in enumerate(sources, start=1):
        tell(f"{number:>3}  {source}", indent=0, hanging=5)


def _rows(name: str, sheet: CapabilitySheet, *, assumed: bool) -> Iterator[Row]:
    for capability in sheet:
        support = sheet[capability]
        if assumed and not support.assumed:
            continue
        yield {
            "backend": name,
            "capability": capability.value,
            "level": support.level.value,
            "remark": _remark(support),
            "since": support.since,
            "evidence": support.evidence,
            "assumed": support.assumed,
            "calls": _cost(support.calls),
            "finding": _cost(support.finding),
        }


def _cost(cost: Cost | None) -> str | None:
    return None if cost is None else str(cost)


def _remark(support: Support) -> str:
    from ueapi.contract import Level

    text = {
        Level.NATIVE: "",
        Level.PARTIAL: support.loss,
        Level.MANUAL: " → ".join(support.steps),
        Level.UNSUPPORTED: support.why,
        Level.NOT_IMPLEMENTED: support.why,
    }[support.level]
    return f"{text} (assumed)".strip() if support.assumed else text
