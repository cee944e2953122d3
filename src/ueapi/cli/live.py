"""Watching a move: bars for each wave, who is awaited and the newest events; quiet lines when nobody looks.

What is drawn is read from the ledger, so it is true also for a move that was begun earlier.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from ueapi.cli.picture import picture
from ueapi.cli.table import safe
from ueapi.migration.progress import Progress, glance

if TYPE_CHECKING:
    from types import TracebackType

    from ueapi.migration import Event

SHOWN_EVENTS: Final = 6
BLANK: Final = 3
"""Lines that stay empty."""
SHORTEST: Final = 0.25
"""Seconds between two drawings."""
SHARE: Final = 10
"""Reading a large ledger takes long; at most this part of the time is spent on it."""

_SAID: Final = {
    "left": "left the old product",
    "enrolled": "signed in to the new product",
    "verified": "has everything, as the phone itself reports",
    "released": "old licenses released",
    "wrong-enrollment": "chose the wrong enrollment; asked to repeat",
    "signed-out": "signed out again; asked to come back",
    "back-at-source": "signed in to the old product again; asked to move once more",
    "app-not-installed": "misses an app; asked to accept it",
    "forgotten": "old record removed",
    "record-kept": "old record stays, since the product refuses to remove it",
    "ended": "old enrollment ended by the server",
    "exempted": "stays for now",
    "rolled-back": "stays where they are",
}
_LABELS: Final = {
    "task": "task for an administrator: ",
    "task-wrong": "back to the administrator: ",
    "task-done": "done by the administrator: ",
    "postponed": "postponed: ",
    "paused": "paused: ",
    "blocked": "refused by the target: ",
    "unblocked": "no longer refused: ",
    "held": "held back: ",
}
_PERSONAL: Final = frozenset({"blind", "match-refused", "refused", "two-phones-fit"})
"""Kinds of events about one person that someone has to act on."""


def matters(event: Event) -> bool:
    """Whether an event is worth a line of its own: not what one of many people did as expected."""
    return event.person is None or event.kind in _PERSONAL


def line_of(event: Event) -> str:
    """An event as a line, for people and for logs."""
    who = f" {event.person}" if event.person else ""
    return f"{event.at:%Y-%m-%d %H:%M} {event.kind}{who}: {safe(event.text)}"


def can_draw(console: Console) -> bool:
    """Whether the terminal knows more characters than ASCII."""
    return console.encoding.lower().startswith("utf")


class Watch:
    """Shows a move while it goes on; use as a context manager.

    On a terminal, a picture that is drawn anew several times a second by a thread of its own, which reads the ledger
    and writes nothing. Elsewhere nothing is drawn.
    """

    def __init__(self, ledger: str, console: Console) -> None:
        """Watch the move in the ledger at this database URL; it may not exist yet."""
        self._ledger = ledger
        self._console = console
        self._recent: deque[str] = deque(maxlen=SHOWN_EVENTS)
        self._drawn: Progress | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Watch:
        if self._console.is_terminal:
            self._thread = threading.Thread(target=self._draw_until_over, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def see(self, event: Event) -> None:
        """Show an event among the newest."""
        said = _said(event)
        if said:
            self._recent.append(f"{event.at:%a %d %b %H:%M}  {safe(said)}")

    def keep(self, event: Event) -> None:
        """Print an event for good, above the picture."""
        self._console.print(line_of(event), markup=False, soft_wrap=True)

    def _draw_until_over(self) -> None:
        live = self._started()
        width, pause = self._console.width, 0.0
        while not self._over.wait(pause):
            if self._console.width != width:
                # What was drawn for another width can't be found again, so everything is drawn anew.
                live.stop()
                self._console.clear()
                live, width = self._started(), self._console.width
            begun = time.monotonic()
            self._drawn = glance(self._ledger) or self._drawn
            live.update(self._view(), refresh=True)
            pause = max(SHORTEST, (time.monotonic() - begun) * SHARE)
        live.stop()

    def _started(self) -> Live:
        live = Live(
            self._view(), console=self._console, auto_refresh=False, transient=True, screen=False
        )
        live.start(refresh=True)
        return live

    def _view(self) -> RenderableType:
        if self._drawn is None:
            return Text("Reading both tenants …", style="dim")
        console = self._console
        drawn = picture(self._drawn, width=console.width, can_draw=can_draw(console))
        room = console.height - len(console.render_lines(drawn)) - BLANK
        shown = list(self._recent)[-min(room, SHOWN_EVENTS) :] if room > 0 else []
        recent = [Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in shown]
        return Group(Text(), drawn, Text(), *recent)


def _said(event: Event) -> str:
    if event.person is None:
        return f"{_LABELS.get(event.kind, '')}{event.text}"
    said = _SAID.get(event.kind)
    return f"{event.person} {said}" if said else ""
