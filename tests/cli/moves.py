"""A move in a ledger, at a chosen point, for the commands that tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from tests.migration.test_ledger import NOW, plan_for, url
from ueapi.migration.ledger import Ledger
from ueapi.migration.progress import Progress, progress
from ueapi.migration.rows import DeviceState, WaveState

HOUR = timedelta(hours=1)
HALF_WAY = (
    DeviceState.VERIFIED,
    DeviceState.ENROLLED,
    DeviceState.LEFT,
    DeviceState.ANNOUNCED,
)


def begin(folder: Path, states: Sequence[DeviceState] = HALF_WAY, *, hours: float = 48) -> Path:
    """A move of one wave in which the phones are in these states, seen that many hours after the beginning."""
    plan, then = plan_for(len(states)), NOW + hours * HOUR
    plan.write(folder / "plan.json")
    with Ledger(url(folder)) as ledger:
        ledger.begin(plan, NOW)
        ledger.set_wave(1, WaveState.MOVING, NOW)
        for row, state in zip(ledger.devices(), states, strict=True):
            done = then if state is DeviceState.VERIFIED else None
            ledger.set_device(row.source_id, now=then, state=state, verified_at=done)
        ledger.note_look(then)
    return folder / "move.db"


def progress_of(ledger: Path) -> Progress:
    """How far the move in the file is."""
    with Ledger(f"sqlite:///{ledger}", may_write=False) as opened:
        return progress(opened)
