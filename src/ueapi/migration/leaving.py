"""Ending old enrollments by the server: whole waves that the policy names, and people who don't answer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ueapi.contract import Capability
from ueapi.errors import NotFound
from ueapi.migration.rows import DeviceRow, DeviceState
from ueapi.migration.work import Move, hours
from ueapi.model import EnrollmentState


def end_by_server(move: Move) -> None:
    """End what is due, one call a phone; there is no way back from it.

    The person was asked before, or told with the wave's announcement, and is asked to sign in as soon as the old
    enrollment is seen to be gone.
    """
    if not move.can(move.source, Capability.DEVICES_UNENROLL):
        return
    for row in list(_due(move)):
        move.once(
            f"unenroll:{row.source_id}",
            "devices.unenroll",
            partial(_end, move, row),
            system=move.source.name,
            sent=row.source_id,
        )
        move.ledger.set_device(row.source_id, left_by="server", now=move.now)
        move.emit("ended", "the server ends the old enrollment", person=row.person)


def _due(move: Move) -> Iterator[DeviceRow]:
    by_server = {wave.number for wave in move.plan.waves if wave.leave == "server"}
    policy = move.plan.policy
    for row in move.ledger.devices():
        if row.state is not DeviceState.ANNOUNCED or row.left_by is not None:
            continue
        waited = move.now - row.since >= hours(policy.straggler_after)
        is_straggler = policy.stragglers == "server" and waited
        if is_straggler or move.people[row.person].wave in by_server:
            yield row


def _end(move: Move, row: DeviceRow) -> str:
    """Look before ordering it: a lost reply may have ended it already."""
    try:
        device = move.source.devices.get(row.source_id)
    except NotFound:
        return "gone"
    if device.enrollment.state is not EnrollmentState.ENROLLED:
        return "ending"
    move.source.devices.unenroll(row.source_id)
    return "ordered"
