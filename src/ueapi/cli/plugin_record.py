"""`ueapi plugin record`: golden cases for a plugin's tests, from a real tenant."""

from __future__ import annotations

import random
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli.exits import Exit
from ueapi.cli.opening import open_tenant
from ueapi.cli.printing import errors, print_document
from ueapi.errors import Rejected
from ueapi.wording import counted

if TYPE_CHECKING:
    from ueapi.testing.recording import OverhearingRegistry, Recording, Rules


def record(
    tenant: Annotated[
        str, typer.Argument(help="A tenant of the settings file; reading rights suffice.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")] = Path("golden"),
    rules: Annotated[
        Path | None,
        typer.Option("--rules", help="What may stay; recording.toml of this folder without it."),
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Rows taken of each listing.")] = 200,
    samples: Annotated[
        int, typer.Option("--samples", min=1, help="Objects of each kind read one by one.")
    ] = 2,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a folder of cases that is there.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Record what the product answers to reading calls, with everything replaced that could mean someone."""
    from ueapi.testing.recording import replace, write
    from ueapi.testing.recording.cases import require_place

    require_place(out, may_replace=force)
    declared = _rules(rules)
    taken = _proven(tenant, declared, rows, samples)
    put = replace if force else write
    put(out, taken.texts)
    _tell(taken, out, as_json=as_json)


def _proven(name: str, rules: Rules, rows: int, samples: int) -> Recording:
    from ueapi.testing.recording import OverhearingRegistry

    try:
        return _taken(name, OverhearingRegistry.installed(), rules, rows, samples)
    except Rejected as refusal:
        screen = errors()
        screen.print(f"ueapi: {refusal}", markup=False, soft_wrap=True)
        for problem in refusal.problems:
            screen.print(f"  {problem}", markup=False, soft_wrap=True)
        raise typer.Exit(Exit.REFUSED) from None


def _taken(
    name: str, registry: OverhearingRegistry, rules: Rules, rows: int, samples: int
) -> Recording:
    from ueapi.testing.recording import record as take
    from ueapi.testing.recording import vocabulary_of

    with open_tenant(name, registry=registry) as tenant:
        package = registry.manifest(tenant.backend).build.partition(".")[0].partition(":")[0]
        return take(
            tenant,
            tenant.sheet,
            registry.ear,
            rules=rules,
            words=vocabulary_of(package),
            # How far times are moved must not be guessed from the outside.
            rng=random.Random(secrets.randbits(128)),
            rows=rows,
            samples=samples,
        )


def _rules(path: Path | None) -> Rules:
    from ueapi.testing.recording import Rules
    from ueapi.testing.recording.rules import FILE

    if path is not None:
        return Rules.read(path)
    return Rules.read(Path(FILE)) if Path(FILE).is_file() else Rules()


def _tell(taken: Recording, out: Path, *, as_json: bool) -> None:
    if as_json:
        operations = sorted({case.operation for case in taken.tape.cases})
        print_document(
            {
                "folder": str(out),
                "cases": len(taken.tape.cases),
                "operations": operations,
                "unknown_fields": taken.unknown_fields,
            }
        )
        return
    typer.echo(
        f"{counted(len(taken.tape.cases), 'case')} in {out}; read what they hold before you commit it."
    )
    if taken.unknown_fields:
        names = counted(
            taken.unknown_fields,
            "field name isn't spelled in the plugin's code and was",
            several="field names aren't spelled in the plugin's code and were",
        )
        typer.echo(
            f"{names} replaced; name those the product documents under `fields` in recording.toml."
        )
