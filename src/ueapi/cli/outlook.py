"""A plan's forecast for the eye: waves with dates, people, requests and when they are through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

import typer

from ueapi.cli.printing import Format, print_rows
from ueapi.cli.telling import tell
from ueapi.wording import counted

if TYPE_CHECKING:
    from ueapi.migration import Forecast, Plan
    from ueapi.migration.estimates import Strain

_COLUMNS: Final = ("wave", "kind", "begins", "people", "phones", "calls", "through by")
_LIMITS: Final = {
    "per_minute": "{most} calls a minute",
    "per_day": "{most} calls a day",
    "concurrency": "{most} calls at once",
}


def tell_forecast(made: Plan) -> None:
    """The waves as a table, what comes before them, and the limit that comes nearest."""
    found = made.forecast
    if found is None or not made.waves:
        return
    typer.echo()
    print_rows(_COLUMNS, _rows(made, found), Format.TABLE)
    typer.echo()
    for line in _lines(made, found):
        tell(line)


def _rows(made: Plan, found: Forecast) -> Iterator[Mapping[str, object]]:
    for wave, expected in zip(made.waves, found.waves, strict=True):
        yield {
            "wave": wave.number,
            "kind": wave.kind.value,
            "begins": _time(made, wave.starts_at, wave.starts_after),
            "people": expected.people,
            "phones": expected.phones,
            "calls": f"{expected.spending.of('source')} + {expected.spending.of('target')}",
            "through by": _time(made, expected.finish_at, expected.finish_after),
        }


def _time(made: Plan, at: datetime | None, after: float) -> str:
    if at is not None:
        return f"{at.astimezone(made.policy.zone):%a %Y-%m-%d %H:%M}"
    return f"+{after:.1f} h"


def _lines(made: Plan, found: Forecast) -> Iterator[str]:
    source, target = made.source.product, made.target.product
    total = f"{counted(found.total.of('source'), 'call')} to {source} and {found.total.of('target')} to {target}"
    before = f"{found.before.of('source')} and {found.before.of('target')}"
    yield f"{total} in all, {before} of them before anyone is asked."
    waiting = max(found.waiting.of("source"), found.waiting.of("target"))
    yield f"Each day of waiting for silent people costs up to {counted(waiting, 'call')} more to one product."
    if found.strains:
        yield _limit(found.strains[0])
    zone = f" ({made.policy.timezone})" if found.finish_at else " after the first wave begins"
    yield f"Prompt people are through by {_time(made, found.finish_at, found.finish_after)}{zone}."


def _limit(strain: Strain) -> str:
    limit = _LIMITS[strain.limit].format(most=f"{strain.most:,}")
    if strain.used >= 1:
        return f"{strain.product}: {limit}; this decides how long the move takes."
    return f"{strain.product}: {limit}; the busiest wave uses {strain.used:.0%} of that, the nearest limit."
