"""The report as one self-contained page that a manager can read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ueapi.migration.reporting import Moment, Report
from ueapi.migration.rows import WaveState
from ueapi.migration.snapshots import write_private

WIDTH: Final = 880
HEIGHT: Final = 220
FINE_MINUTES: Final = 100
MANY_MINUTES: Final = 180

STATES: Final = (
    ("moved", "at work on the new product"),
    ("arrived", "signed in, being checked"),
    ("between", "between the two, without work"),
    ("waiting", "still on the old product"),
)

STAYING: Final = (
    ("moved", "at work, enrolled anew"),
    ("arrived", "signed in, being checked"),
    ("between", "between the two, without work"),
    ("waiting", "still enrolled the old way"),
)
"""The same where phones stay in their product."""

REASONS: Final = {
    "no-managed-apple-id": "has no Managed Apple ID",
    "duplicate-managed-apple-id": "shares a Managed Apple ID with another record",
    "no-device": "has no phone enrolled",
    "not-user-enrolled": "has no phone under User Enrollment",
    "not-enrolled": "has no phone that is enrolled now",
    "no-user": "belongs to nobody known",
    "excluded-by-policy": "stays by decision",
    "ios-too-old": "has a phone whose iOS is too old",
    "account-driven-already": "is enrolled the new way already",
    "enrollment-way-not-shown": "has a phone of which the product doesn't say how it was enrolled",
    "not-ready": "is not ready to be asked",
    "no-answer": "has not answered yet",
    "not-signed-in": "left the old product and has not signed in yet",
    "wrong-enrollment": "chose the enrollment that shows the whole phone",
    "two-phones-fit": "has two phones that could be the same one",
    "back-at-source": "signed in to the old product again",
    "signed-out-again": "signed out of the new product again",
    "app-not-installed": "is missing an app",
    "profile-not-installed": "is missing a setting",
    "not-verified-yet": "is being checked",
    "exempt": "stays by decision of the operator",
    "rolled-back": "was brought back to the old product",
    "wave-not-begun": "belongs to a wave that has not begun",
    "failed": "could not be moved",
}

ACTORS: Final = {
    "administrator": "An administrator has to",
    "person": "Waiting for a person who",
    "ueapi": "ueapi goes on by itself for a person who",
}

WAVE_STATES: Final = {
    WaveState.PLANNED: "not begun",
    WaveState.MOVING: "moving",
    WaveState.PAUSED: "paused",
    WaveState.CLOSED: "closed",
}


def write_html(report: Report, path: Path) -> None:
    """Write the page; it loads nothing from elsewhere and names nobody."""
    write_private(path, render(report))


def render(report: Report) -> str:
    """The page as text."""
    environment = Environment(
        loader=PackageLoader("ueapi.migration", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    zone = ZoneInfo(report.timezone)
    environment.filters["when"] = _shown(zone, "%a %Y-%m-%d %H:%M")
    environment.filters["date"] = _shown(zone, "%Y-%m-%d %H:%M")
    environment.filters["duration"] = duration
    environment.filters["typed"] = _typed
    return environment.get_template("report.html").render(
        report=report,
        stage=stage(report),
        actors=ACTORS,
        wave_states=WAVE_STATES,
        through=sum(wave.state == WaveState.CLOSED for wave in report.waves),
        states=STAYING if report.reenrolls else STATES,
        reasons=REASONS,
        bands=_bands(report.timeline),
        ticks=_ticks(report.timeline),
        width=WIDTH,
        height=HEIGHT,
        calls={name: sum(counts.values()) for name, counts in report.calls.items()},
    )


def stage(report: Report) -> str:
    """Where the move is, as one word: `new`, `paused`, `half-way`, `closed` with people open, or `done`."""
    if not any(wave.begun_at or wave.state != WaveState.PLANNED for wave in report.waves):
        return "new"
    if report.is_closed:
        return "closed" if report.users.waiting + report.users.failed else "done"
    held = report.standstill is not None and report.standstill.since is not None
    return "paused" if held else "half-way"


def duration(minutes: float | None) -> str:
    """Minutes as people say them: in hours when there are many; a dash for none."""
    if minutes is None:
        return "-"
    if minutes < FINE_MINUTES:
        return f"{minutes:g} min"
    return f"{minutes:.0f} min" if minutes < MANY_MINUTES else f"{minutes / 60:.1f} h"


def _typed(text: str) -> Markup:
    """A sentence in which what stands in backticks is to be typed."""
    parts = enumerate(re.split(r"`([^`]+)`", text))
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if n % 2 else part for n, part in parts)


def _shown(zone: ZoneInfo, form: str) -> Callable[[datetime | None], str]:
    """A time of the policy's zone in this form, which no line breaks; a dash for none."""

    def shown(at: datetime | None) -> str:
        if at is None:
            return "-"
        return Markup("<time>{}</time>").format(format(at.astimezone(zone), form))

    return shown


def _bands(moments: Sequence[Moment]) -> list[tuple[str, str]]:
    """One polygon a state, stacked from the bottom in the order of `STATES`."""
    if len(moments) < 2:
        return []
    last = moments[-1].hours or 1.0
    total = max(m.waiting + m.between + m.arrived + m.moved for m in moments) or 1
    below = [0] * len(moments)
    bands = []
    for state, _ in STATES:
        above = [b + getattr(m, state) for b, m in zip(below, moments, strict=True)]
        times = [m.hours / last for m in moments]
        upper = _steps(times, [a / total for a in above])
        lower = _steps(times, [b / total for b in below])
        bands.append((state, " ".join(upper + lower[::-1])))
        below = above
    return bands


def _steps(times: Sequence[float], heights: Sequence[float]) -> list[str]:
    """A height holds until the next change; nothing is invented in between."""
    points = [_point(times[0], heights[0])]
    for x, before, after in zip(times[1:], heights, heights[1:], strict=False):
        points += [_point(x, before), _point(x, after)]
    return points


def _point(x: float, y: float) -> str:
    return f"{x * WIDTH:.1f},{HEIGHT - y * HEIGHT:.1f}"


def _ticks(moments: Sequence[Moment]) -> list[tuple[float, str]]:
    """Whole days along the time axis, at most ten."""
    if len(moments) < 2 or moments[-1].hours < 1:
        return []
    days = moments[-1].hours / 24
    step = max(1, round(days / 10))
    places = ((day / days * WIDTH, day) for day in range(0, int(days) + 1, step))
    return [(round(x, 1), f"day {day}") for x, day in places if x < WIDTH - 40]
