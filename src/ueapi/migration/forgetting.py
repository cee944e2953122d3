"""Within one product: removing the record of an old enrollment once the new one is verified."""

from __future__ import annotations

from functools import partial
from typing import Final

from ueapi.contract import Capability
from ueapi.errors import Conflict, NotFound, PermissionMissing, Rejected
from ueapi.migration.documents import Task, Wave
from ueapi.migration.forgotten import GONE, KEPT, REMOVED, is_through, key_of
from ueapi.migration.rows import DeviceRow
from ueapi.migration.work import Move
from ueapi.model import EnrollmentState
from ueapi.wording import counted

TASK_KIND: Final = "forget-records"


def forget_records(move: Move) -> None:
    """Remove what may go, one call a record; there is no way back from it.

    Only the record of a phone whose new enrollment was verified, and only while the product itself says that the old
    enrollment has ended. What it refuses stays, and is listed in the report.
    """
    if not _is_wanted(move) or not move.can(move.source, Capability.DEVICES_FORGET):
        return
    for row in move.ledger.devices():
        if is_through(row) and move.ledger.outcome(key_of(row.source_id)) is None:
            _forget(move, row)


def hand_over(move: Move, wave: Wave) -> None:
    """Give an administrator the list of a wave's old records, for a product that removes them in its console only."""
    if not _is_wanted(move) or move.can(move.source, Capability.DEVICES_FORGET):
        return
    rows = [r for r in move.of_wave(wave.number, move.ledger.devices()) if is_through(r)]
    key = f"task:{TASK_KIND}:{wave.number}"
    if not rows or move.ledger.outcome(key) is not None:
        return
    support = move.source.sheet[Capability.DEVICES_FORGET]
    records = ", ".join(r.source_id for r in rows)
    task = Task(
        id=f"T-forget-{wave.number}",
        kind=TASK_KIND,
        title=f"Remove the records of {counted(len(rows), 'ended enrollment')} of wave {wave.number}",
        steps=(*support.steps, f"The records are those with the ids {records}"),
    )
    move.steering.task(task, "")
    move.once(key, "task", lambda: "given", system="")
    move.emit("task", task.title, wave=wave.number)


def _is_wanted(move: Move) -> bool:
    return move.plan.reenrolls and not move.plan.policy.keep_records


def _forget(move: Move, row: DeviceRow) -> None:
    state = _state(move, row)
    if state not in (None, EnrollmentState.ENDED):
        return
    key = key_of(row.source_id)
    try:
        outcome = move.once(
            key,
            Capability.DEVICES_FORGET.value,
            partial(_removed, move, row, state),
            system=move.source.name,
            sent=row.source_id,
        )
    except (Rejected, Conflict, PermissionMissing) as problem:
        move.ledger.close_intent(key, KEPT, move.now)
        move.emit("record-kept", f"record {row.source_id} stays: {problem}", person=row.person)
        return
    move.emit("forgotten", f"record {row.source_id}: {outcome}", person=row.person)


def _removed(move: Move, row: DeviceRow, state: EnrollmentState | None) -> str:
    """Remove what was seen to be there; a lost reply of an earlier attempt may have removed it already."""
    if state is None:
        return GONE
    try:
        move.source.devices.forget(row.source_id)
    except NotFound:
        return GONE
    return REMOVED


def _state(move: Move, row: DeviceRow) -> EnrollmentState | None:
    """What the product says of the old enrollment; `None` when it has no record of it any more."""
    try:
        return move.source.devices.get(row.source_id).enrollment.state
    except NotFound:
        return None
