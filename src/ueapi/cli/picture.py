"""The picture of a move on a terminal: a bar for each wave, the rate, when it may be through, and who is awaited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ueapi.cli.table import safe
from ueapi.cli.telling import NARROWEST, WIDEST, awaited
from ueapi.migration.rows import WaveState
from ueapi.wording import people

if TYPE_CHECKING:
    from ueapi.migration.progress import Finish, Progress, Standstill, WaveProgress

MOST_ROWS: Final = 12
"""Waves shown one by one; of a longer move, closed and distant ones share a row."""
MOST_REASONS: Final = 6
WIDEST_BAR: Final = 44
NARROWEST_BAR: Final = 8

GAP: Final = 2
NUMBERS: Final = ("left", "signed in", "verified", "phones")
FEW_NUMBERS: Final = ("verified", "phones")
"""Where there is little room; the bars show the others."""
LITTLE_ROOM: Final = 72
SOME_ROOM: Final = 100


class Part(NamedTuple):
    """A part of a bar: what it counts, how it looks without and with color, and what it is called."""

    name: str
    glyph: str
    plain: str
    style: str
    told: str


PARTS: Final = (
    Part("verified", "█", "#", "green", "verified"),
    Part("arrived", "▓", "=", "cyan", "signed in"),
    Part("between", "▒", "-", "yellow", "left, without work"),
)
REST: Final = Part("rest", "░", ".", "dim", "still on the old product")
OLD_WAY: Final = REST._replace(told="still enrolled the old way")
"""The same where phones stay in their product."""

_STATES: Final[Mapping[WaveState | None, str]] = {
    WaveState.PLANNED: "not begun",
    WaveState.MOVING: "moving",
    WaveState.PAUSED: "paused",
    WaveState.CLOSED: "closed",
}


def picture(now: Progress, *, width: int, can_draw: bool) -> Group:
    """Draw it in at most that many characters; `can_draw` says whether the terminal knows more than ASCII."""
    return Group(*_parts(now, width, can_draw=can_draw))


def _parts(now: Progress, width: int, *, can_draw: bool) -> Iterator[RenderableType]:
    room = min(max(width, NARROWEST), WIDEST + 20)
    yield _title(now)
    yield _waves(now, room, can_draw=can_draw)
    yield _legend(OLD_WAY if now.reenrolls else REST, can_draw=can_draw)
    for line in _lines(now):
        yield Text("\n".join(wrap(safe(line), min(room, WIDEST), subsequent_indent="  ")))
    if now.standstill is not None:
        told = paused_text(now.standstill, ZoneInfo(now.timezone))
        yield Text("\n".join(wrap(safe(told), min(room, WIDEST))), style="bold yellow")


def _title(now: Progress) -> Text:
    moved, all_of_them = now.users.moved, now.users.total - now.users.excluded
    at = shown(now.as_of, ZoneInfo(now.timezone))
    return Text.assemble(
        (
            f"{moved} of {people(all_of_them)} {'enrolled anew' if now.reenrolls else 'moved'}",
            "bold",
        ),
        safe(f" on {now.source}" if now.reenrolls else f" from {now.source} to {now.target}"),
        (f"  {at}", "dim"),
    )


def shown(at: datetime | None, zone: ZoneInfo) -> str:
    """A time for people, to the minute, in the zone of the policy."""
    return f"{at.astimezone(zone):%a %d %b %H:%M}" if at else "-"


# -- waves -----------------------------------------------------------------------------------------


class Row(NamedTuple):
    """One wave, or several that share a row."""

    name: str
    kind: str
    waves: Sequence[WaveProgress]
    state: WaveState | None
    begins: datetime | None = None

    def count(self, name: str) -> int:
        """Phones of these waves."""
        return sum(int(getattr(wave, name)) for wave in self.waves)


def _waves(now: Progress, room: int, *, can_draw: bool) -> Table:
    numbers = FEW_NUMBERS if room < LITTLE_ROOM else NUMBERS
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
    for name in ("wave", "", *numbers, "state"):
        table.add_column(name, justify="right" if name in numbers else "left", no_wrap=True)
    rows = [(row, _cells(row, numbers, room)) for row in rows_of(now)]
    names = ("wave", *numbers, "state")
    length = _bar_length([names, *(cells for _, cells in rows)], room)
    for row, (name, *counts, state) in rows:
        style = "dim" if row.state == WaveState.CLOSED else ""
        table.add_row(
            Text(name, style=style),
            bar(row, length, can_draw=can_draw),
            *(Text(count, style=style) for count in counts),
            Text(state, style="bold yellow" if row.state == WaveState.PAUSED else "dim"),
        )
    return table


def _cells(row: Row, numbers: Sequence[str], room: int) -> list[str]:
    """What stands beside a bar; phones that are further on have left, too."""
    verified = row.count("verified")
    arrived = verified + row.count("arrived")
    counts = {
        "left": arrived + row.count("between"),
        "signed in": arrived,
        "verified": verified,
        "phones": row.count("phones"),
    }
    state = f"from {row.begins:%a %d %b}" if row.begins else _STATES.get(row.state, "")
    if row.begins and room >= SOME_ROOM:
        state += f"{row.begins: %H:%M}"
    return [f"{row.name} {row.kind}".strip(), *(f"{counts[n]:,}" for n in numbers), state]


def _bar_length(rows: Sequence[Sequence[str]], room: int) -> int:
    beside = sum(max(map(len, cells)) + GAP for cells in zip(*rows, strict=True))
    return min(max(room - beside - GAP, NARROWEST_BAR), WIDEST_BAR)


def rows_of(now: Progress) -> list[Row]:
    """A row for each wave and one for all; in a long move, runs of closed and of distant waves share one."""
    zone = ZoneInfo(now.timezone)
    groups = [[wave] for wave in now.waves]
    if len(now.waves) > MOST_ROWS:
        groups = list(_runs(now.waves))
    rows = [_row(group, zone) for group in groups]
    if len(now.waves) > 1:
        rows.append(Row("all", "", now.waves, None))
    return rows


def _runs(waves: Sequence[WaveProgress]) -> Iterator[list[WaveProgress]]:
    """Closed waves together, each open one alone, the next one alone, and those after it together."""
    closed = [wave for wave in waves if wave.state == WaveState.CLOSED]
    begun = [w for w in waves if w.state not in (WaveState.CLOSED, WaveState.PLANNED)]
    planned = [wave for wave in waves if wave.state == WaveState.PLANNED]
    older, newer = begun[: -MOST_ROWS + 3], begun[-MOST_ROWS + 3 :]
    for group in (closed, older, *([wave] for wave in newer), planned[:1], planned[1:]):
        if group:
            yield list(group)


def _row(group: Sequence[WaveProgress], zone: ZoneInfo) -> Row:
    first, last = group[0], group[-1]
    kind = first.kind if first.kind and first.kind != "regular" else ""
    if len(group) > 1:
        name, kind = f"{first.number}-{last.number}", ""
    else:
        name = str(first.number)
    state = WaveState(first.state)
    begins = first.planned_at if state is WaveState.PLANNED else None
    return Row(name, kind, group, state, begins.astimezone(zone) if begins else None)


def bar(row: Row, length: int, *, can_draw: bool) -> Text:
    """A bar of that many characters; whatever is not none is at least one of them."""
    drawn = Text()
    for part, size in zip((*PARTS, REST), _sizes(row, length), strict=True):
        drawn.append((part.glyph if can_draw else part.plain) * size, style=part.style)
    return drawn


def _sizes(row: Row, length: int) -> list[int]:
    counts = [row.count(part.name) for part in PARTS]
    total = max(row.count("phones"), 1)
    ends = [round(sum(counts[: n + 1]) * length / total) for n in range(len(counts))]
    sizes = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    sizes = [max(size, 1) if count else 0 for size, count in zip(sizes, counts, strict=True)]
    while sum(sizes) > length:
        sizes[sizes.index(max(sizes))] -= 1
    return [*sizes, length - sum(sizes)]


def _legend(rest: Part, *, can_draw: bool) -> Text:
    legend = Text()
    for part in (*PARTS, rest):
        gap = "   " if legend else ""
        legend.append(f"{gap}{part.glyph if can_draw else part.plain}", style=part.style)
        legend.append(f" {part.told}", style="dim")
    return legend


# -- words -----------------------------------------------------------------------------------------


def _lines(now: Progress) -> Iterator[str]:
    zone = ZoneInfo(now.timezone)
    yield from finish_lines(now.finish, zone, is_closed=now.is_closed)
    for title in now.tasks[:MOST_REASONS]:
        yield f"An administrator has to: {title}"
    yield from _more(now.tasks[MOST_REASONS:], "tasks")
    yield from map(str, now.held[:MOST_REASONS])
    yield from _more(map(str, now.held[MOST_REASONS:]), "reasons to wait")
    reasons = sorted(now.waiting.items(), key=lambda item: -item[1])
    if reasons:
        yield "Awaited: " + "; ".join(awaited(reason, count) for reason, count in reasons) + "."


def _more(rest: Iterable[str], what: str) -> Iterator[str]:
    count = len(list(rest))
    if count:
        yield f"… and {count} more {what}."


def finish_lines(finish: Finish, zone: ZoneInfo, *, is_closed: bool) -> Iterator[str]:
    """How fast it goes, and when it may be through: as planned, at the rate so far, at the latest."""
    if is_closed:
        return
    if finish.per_day is not None:
        yield f"Rate: {finish.per_day:g} {'phone' if finish.per_day == 1 else 'phones'} a day."
    told = [
        (finish.planned, "{} as planned"),
        (finish.at_this_rate, "{} at this rate"),
        (finish.at_the_latest, "{} at the latest, when the last wave stops waiting"),
    ]
    known = [words.format(shown(at, zone)) for at, words in told if at]
    if known:
        yield f"Through: {'; '.join(known)}."


def paused_text(held: Standstill, zone: ZoneInfo) -> str:
    """Why nobody new is asked to move, or will be asked soon."""
    reason = held.reason.rstrip(".")
    if held.since is None:
        return f"A pause is asked for, and not in effect yet: {reason}."
    by = "a rule of the policy" if held.by == "rule" else "the operator"
    ending = " Going on is asked for." if held.wanted == "resume" else ""
    return f"Paused since {shown(held.since, zone)} by {by}: {reason}.{ending}"
