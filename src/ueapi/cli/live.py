"""Watching a rehearsal: bars per wave, the virtual time, and the newest events. Quiet lines when piped."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ueapi.migration import Event, Plan

SHOWN_EVENTS: Final = 7
REFRESHES: Final = 12
"""A second."""

_SAID: Final = {
    "left": "left the old product",
    "enrolled": "signed in to the new product",
    "verified": "has everything, as the phone itself reports",
    "released": "old licenses released",
    "wrong-enrollment": "chose the wrong enrollment; asked to repeat",
    "signed-out": "signed out again; asked to come back",
    "app-not-installed": "misses an app; asked to accept it",
    "no-answer": "has not answered; reminded",
}

_TASKS: Final = {
    "task": "task for an administrator: ",
    "task-wrong": "back to the administrator: ",
    "task-done": "done by the administrator: ",
}


class Watch:
    """Counts events of a move and draws them."""

    def __init__(self, plan: Plan, console: Console) -> None:
        """Watch a move of this plan."""
        self._console = console
        self._wave_of = {p.key: p.wave for p in plan.people}
        self._phones = _phones_by_wave(plan)
        self._counts = {wave: {"left": 0, "enrolled": 0, "verified": 0} for wave in self._phones}
        self._recent: deque[Text] = deque(maxlen=SHOWN_EVENTS)
        self._time = ""
        self._live: Live | None = None

    def __enter__(self) -> Watch:
        if self._console.is_terminal:
            self._live = Live(console=self._console, refresh_per_second=REFRESHES, transient=True)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def see(self, event: Event) -> None:
        """Count and show one event."""
        self._time = f"{event.at:%a %d %b %H:%M}"
        wave = self._wave_of.get(event.person or "")
        if wave in self._counts and event.kind in self._counts[wave]:
            self._counts[wave][event.kind] += 1
        if event.kind == "signed-out" and wave in self._counts:
            self._counts[wave]["enrolled"] -= 1
        line = self._line(event)
        if line is not None:
            self._recent.append(line)
        if self._live is not None:
            self._live.update(self._picture())
        elif event.kind in ("wave", "closed", *_TASKS):
            text = f"{self._time}  {_TASKS.get(event.kind, '')}{event.text}"
            self._console.print(text, markup=False, soft_wrap=True)

    def _line(self, event: Event) -> Text | None:
        if event.person:
            said = _SAID.get(event.kind)
            return Text(f"{self._time}  {event.person} {said}") if said else None
        return Text(f"{self._time}  {_TASKS.get(event.kind, '')}{event.text}", style="bold")

    def _picture(self) -> Group:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in ("wave", "", "verified", "signed in", "left", "phones"):
            table.add_column(column, justify="left" if column in ("wave", "") else "right")
        for wave, phones in self._phones.items():
            counts = self._counts[wave]
            table.add_row(
                str(wave),
                ProgressBar(
                    total=max(phones, 1), completed=min(counts["verified"], phones), width=40
                ),
                *(str(counts[k]) for k in ("verified", "enrolled", "left")),
                str(phones),
            )
        title = f"virtual time {self._time}"
        return Group(Panel(table, title=title, title_align="left"), *self._recent)


def _phones_by_wave(plan: Plan) -> Mapping[int, int]:
    phones: dict[int, int] = {wave.number: 0 for wave in plan.waves}
    for person in plan.people:
        if person.wave is not None:
            phones[person.wave] += len(person.devices)
    return phones
