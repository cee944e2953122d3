"""What `ueapi ready` prints: each thing to do once, then each person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import typer

from ueapi.cli.printing import print_document
from ueapi.cli.table import safe
from ueapi.cli.telling import tell
from ueapi.wording import counted, people

if TYPE_CHECKING:
    from ueapi.client import Tenant
    from ueapi.readiness import Finding, Readiness

_MARKS: Final = {"ready": "ok  ", "unknown": "?   ", "not-ready": "FAIL"}


def print_found(found: Sequence[Readiness], concerns: Mapping[Finding, int], *, calls: int) -> None:
    """What there is to do, each thing once; then a line for each person, and the sum."""
    for finding, count in concerns.items():
        who = people(count)
        mark = _MARKS[finding.level.value]
        head = f"{mark}  {finding.check.value:18}  "
        tell(f"{head}{who}: {finding.reason}", hanging=len(head))
        tell(f"-> {finding.fix}", indent=len(head), hanging=len(head) + 3)
    if concerns:
        typer.echo()
    for one in found:
        typer.echo(f"{safe(one.person.shown)}: {one.level.value}{_particulars(one)}")
    levels = Counter(one.level.value for one in found)
    sums = ", ".join(f"{levels[level]} {level}" for level in _MARKS)
    typer.echo(f"{people(len(found))}: {sums}. {counted(calls, 'call')} to products.")
    if any(finding.level.value == "unknown" for finding in concerns):
        typer.echo("What you looked at yourself counts with --confirmed CHECK.")


def _particulars(one: Readiness) -> str:
    """The checks behind a person's level."""
    names = [f.check.value for f in one.findings if f.level is one.level and f.fix]
    return f" ({', '.join(names)})" if names else ""


def print_report(tenant: Tenant, found: Sequence[Readiness], *, calls: int) -> None:
    """The same as one JSON document, every check of everyone with its source."""
    levels = Counter(one.level.value for one in found)
    print_document(
        {
            "tenant": tenant.name,
            "backend": tenant.backend,
            "at": tenant.now().isoformat(),
            "calls": calls,
            "counts": {level: levels[level] for level in _MARKS},
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
