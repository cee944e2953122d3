"""A cluster whose nodes hear of a change late: a read after a write may show what was before."""

from __future__ import annotations

import random
from typing import Final

from attrs import define, field

from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.faults.line import DEVICE_PATHS, WRITES
from ueapi.rehearsal.faults.recording import Recorded, recorded, replay
from ueapi.rehearsal.wire import Application, Message, Receive, Send

OTHER_NODE: Final = 0.5
"""Part of the reads that reach a node other than the one that was written to."""


@define(eq=False)
class LaggingNodes:
    """The application as a cluster of two nodes; `stale` counts the answers that were out of date."""

    application: Application = field(repr=False)
    rng: random.Random = field(repr=False)
    clock: VirtualClock = field(repr=False)
    seconds: float = 60.0
    stale: int = 0
    _written: float = float("-inf")
    _before: dict[str, tuple[float, Recorded]] = field(factory=dict, repr=False)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer from the node that was written to, or from the other one."""
        path = str(scope["path"])
        if path.startswith(DEVICE_PATHS):
            await self.application(scope, receive, send)
            return
        if scope["method"] in WRITES:
            self._written = self.clock.monotonic()
            await self.application(scope, receive, send)
            return
        place = f"{path}?{scope['query_string']!r}"
        clock = self.clock.monotonic()
        lags = clock - self._written < self.seconds
        read_at, before = self._before.get(place, (float("-inf"), None))
        is_recent = self._written - read_at < self.seconds
        if lags and is_recent and before and self.rng.random() < OTHER_NODE:
            self.stale += 1
            await replay(before, send)
            return
        now = await recorded(self.application, scope, receive)
        if not lags:
            self._before[place] = (clock, now)
        await replay(now, send)
