"""Within one product: giving the new record of a phone what hung on the old one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from ueapi.contract import Capability
from ueapi.errors import Conflict, Rejected
from ueapi.migration.carried import Carried, CarriedKind
from ueapi.migration.finishing import FIRST_LOOK
from ueapi.migration.rows import DeviceRow, DeviceState
from ueapi.migration.work import Move
from ueapi.model import GroupDraft, Scope

REFUSED: Final = "refused"

_OPERATIONS: Final = {
    CarriedKind.GROUP: Capability.GROUPS_ENSURE,
    CarriedKind.PROFILE: Capability.PROFILES_ASSIGN,
    CarriedKind.APP: Capability.APPS_ASSIGN,
}


def carry_over(move: Move) -> None:
    """Give phones that just arrived what their old record had, then have them verified.

    What the product refuses is told as an incident, and the rest goes on: verification shows what is missing.
    """
    arrived = [
        r
        for r in move.ledger.devices()
        if r.state is DeviceState.ENROLLED and r.target_id and r.looks == 0 and r.look_at is None
    ]
    for row in arrived:
        for item in _of(move, row):
            _carry(move, row, item)
        move.ledger.set_device(row.source_id, look_at=move.now + FIRST_LOOK)


def _of(move: Move, row: DeviceRow) -> Iterator[Carried]:
    """What hangs on the old record; nothing when the product goes on with it."""
    if row.target_id == row.source_id:
        return
    for item in move.plan.carried:
        if row.source_id in item.devices and move.can(move.target, _OPERATIONS[item.kind]):
            yield item


def _carry(move: Move, row: DeviceRow, item: Carried) -> None:
    target_id = row.target_id or ""
    key = f"carry:{item.kind.value}:{item.id}:{target_id}"
    try:
        move.once(
            key,
            _OPERATIONS[item.kind].value,
            partial(_given, move, item, target_id),
            sent=[item.id, target_id],
        )
    except (Rejected, Conflict) as problem:
        move.ledger.close_intent(key, REFUSED, move.now)
        move.emit("refused", f"{item.kind.value} {item.name}: {problem}", person=row.person)


def _given(move: Move, item: Carried, target_id: str) -> str:
    """Each of these may be repeated without harm."""
    match item.kind:
        case CarriedKind.GROUP:
            draft = GroupDraft(name=item.name, of="devices", members=(target_id,))
            move.target.groups.ensure(draft)
        case CarriedKind.PROFILE:
            move.target.profiles.assign(item.id, Scope(devices=(target_id,)))
        case CarriedKind.APP:
            move.target.apps.assign([item.id], Scope(devices=(target_id,)))
    return "given"
