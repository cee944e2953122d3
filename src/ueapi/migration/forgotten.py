"""What the ledger knows of removed records: for the step that removes them, and for reports."""

from __future__ import annotations

from typing import Final

from ueapi.migration.ledger import Ledger
from ueapi.migration.rows import DeviceRow, DeviceState

REMOVED: Final = "removed"
GONE: Final = "gone"
"""Somebody else had removed it, or an earlier attempt."""
KEPT: Final = "kept"
"""The product refused to remove it."""
_PREFIX: Final = "forget:"


def key_of(source_id: str) -> str:
    """The key of the intent to remove a record."""
    return f"{_PREFIX}{source_id}"


def is_through(row: DeviceRow) -> bool:
    """Whether the phone is verified under another record than its old one."""
    is_verified = row.state is DeviceState.VERIFIED and row.target_id is not None
    return is_verified and row.target_id != row.source_id


def kept_records(ledger: Ledger) -> tuple[int, tuple[str, ...]]:
    """How many records were removed, and the ids of those of verified phones that are still there."""
    known = ledger.outcomes_of(_PREFIX)
    done = {key for key, outcome in known.items() if outcome in (REMOVED, GONE)}
    rows = ledger.device_rows(states=(DeviceState.VERIFIED,))
    kept = (r.source_id for r in rows if is_through(r) and key_of(r.source_id) not in done)
    return len(done), tuple(kept)
