"""What `ueapi ready` prints: what holds for everyone once, then each person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import typer

from ueapi.cli.printing import print_document
from ueapi.cli.table import safe

if TYPE_CHECKING:
    from ueapi.client import Tenant
    from ueapi.readiness import Finding, Readiness

_MARKS: Final = {"ready": "ok  ", "unknown": "?   ", "not-ready": "FAIL"}


def print_found(found: Sequence[Readiness], same: Sequence[Finding], *, calls: int) -> None:
    """A paragraph for everyone, one for each person with what is particular, and the sum."""
    if same:
        typer.echo("everyone")
        _print(same)
    shared = {finding.check for finding in same}
    for one in found:
        typer.echo(f"{safe(one.person.shown)}: {one.level.value}")
        _print(f for f in one.findings if f.check not in shared and f.level.value != "ready")
    counted = Counter(one.level.value for one in found)
    sums = ", ".join(f"{counted[level]} {level}" for level in _MARKS)
    typer.echo(f"{len(found)} people: {sums}. {calls} calls to products.")


def _print(findings: Iterable[Finding]) -> None:
    for finding in findings:
        typer.echo(
            f"  {_MARKS[finding.level.value]}  {finding.check.value:18} {safe(finding.reason)}"
        )
        if finding.fix:
            typer.echo(f"        {'':18} -> {safe(finding.fix)}")


def print_report(tenant: Tenant, found: Sequence[Readiness], *, calls: int) -> None:
    """The same as one JSON document, every check of everyone with its source."""
    counted = Counter(one.level.value for one in found)
    print_document(
        {
            "tenant": tenant.name,
            "backend": tenant.backend,
            "at": tenant.now().isoformat(),
            "calls": calls,
            "counts": {level: counted[level] for level in _MARKS},
            "people": [_person(one) for one in found],
        }
    )


def _person(one: Readiness) -> dict[str, object]:
    return {
        "person": one.person.shown,
        "level": one.level.value,
        "checks": [
            {
                "check": finding.check.value,
                "level": finding.level.value,
                "reason": finding.reason,
                "fix": finding.fix,
                "evidence": finding.evidence,
            }
            for finding in one.findings
        ],
    }
